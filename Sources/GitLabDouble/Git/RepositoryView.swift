import Foundation

/// A bare repository that borrows another's objects and has refs of its own.
enum RepositoryView {
  /// A name for a project's folder that no path can lead out of.
  static func folderName(_ path: String) -> String {
    let safe = path.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }
    return String(safe) + "-" + Core.randomHex(4) + ".git"
  }

  /// Makes a view with the original's branches, tags and default branch.
  static func make(of original: String, named name: String, in folder: String, git: Git)
    async throws -> (path: String, defaultBranch: String)
  {
    let view = folder + "/" + folderName(name)
    try await git.run(["init", "--quiet", "--bare", view])
    let objects = URL(fileURLWithPath: original).standardizedFileURL.path + "/objects"
    try Data((objects + "\n").utf8).write(
      to: URL(fileURLWithPath: view + "/objects/info/alternates"))
    let refs = try await git.text(
      [
        "for-each-ref", "--format=%(objectname) %(refname) %(*objectname)", "--sort=refname",
        "refs/heads", "refs/tags",
      ], in: original)
    var packed = "# pack-refs with: peeled fully-peeled sorted \n"
    var first: String?
    for line in refs.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2 else { continue }
      packed += "\(words[0]) \(words[1])\n"
      if words.count == 3 { packed += "^\(words[2])\n" }
      if first == nil, words[1].hasPrefix("refs/heads/") { first = String(words[1].dropFirst(11)) }
    }
    try Data(packed.utf8).write(to: URL(fileURLWithPath: view + "/packed-refs"))
    let head = await git.line(["symbolic-ref", "--short", "HEAD"], in: original)
    let tip = await git.line(["rev-parse", "--verify", "--quiet", "HEAD"], in: original)
    let branch = (tip == nil ? nil : head) ?? first ?? head ?? "main"
    try await git.run(["symbolic-ref", "HEAD", "refs/heads/\(branch)"], in: view)
    return (view, branch)
  }
}
