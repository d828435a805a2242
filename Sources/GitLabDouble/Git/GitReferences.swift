import Foundation

/// The refs of a bare repository.
enum GitReferences {
  struct Ref: Sendable {
    var name: String
    var target: String
  }

  /// Whether a repository has a branch or a tag.
  static func exist(in repository: String) -> Bool {
    let files = FileManager.default
    if let packed = try? String(contentsOfFile: repository + "/packed-refs", encoding: .utf8),
      packed.contains(" refs/heads/") || packed.contains(" refs/tags/")
    {
      return true
    }
    return ["/refs/heads", "/refs/tags"].contains { folder in
      guard let walk = files.enumerator(atPath: repository + folder) else { return false }
      while let item = walk.nextObject() as? String {
        var isFolder: ObjCBool = false
        let exists = files.fileExists(
          atPath: repository + folder + "/" + item, isDirectory: &isFolder)
        if exists, !isFolder.boolValue { return true }
      }
      return false
    }
  }

  /// Lists refs whose name is the prefix or lies below it.
  static func read(_ git: Git, _ repository: String, below prefix: String) async throws -> [Ref] {
    guard isSafe(prefix) else { return [] }
    let output = try await git.text(
      ["for-each-ref", "--format=%(objectname) %(refname)", prefix], in: repository)
    return output.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return parts.count == 2 ? Ref(name: String(parts[1]), target: String(parts[0])) : nil
    }
  }

  /// Points refs elsewhere; nil deletes one.
  static func update(_ git: Git, _ repository: String, _ changes: [(name: String, target: String?)])
    async throws
  {
    guard !changes.isEmpty else { return }
    var input = ""
    for change in changes {
      if let target = change.target {
        input += "update \(change.name) \(target)\n"
      } else {
        input += "delete \(change.name)\n"
      }
    }
    try await git.run(["update-ref", "--stdin"], in: repository, input: Array(input.utf8))
  }

  /// Whether a name from outside may be handed to git as a revision.
  static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("-")
      && name.unicodeScalars.allSatisfy {
        $0.value > 32 && !"~^:?*[\\\u{7F}".unicodeScalars.contains($0)
      } && !name.contains("..")
  }
}
