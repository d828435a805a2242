import Foundation
import Mirror

/// Everything that the branches of a repository reach, in one pack, indexed by us and by git: what a first sync does with
/// what it receives.
final class BenchPack {
  private let name: String
  private let rounds: Int
  private let folder: URL
  private var pack: String { folder.appendingPathComponent("all.pack").path }

  init(repository: String, name: String, rounds: Int) throws {
    self.name = name
    self.rounds = rounds
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sigsentry-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tips = folder.appendingPathComponent("tips").path
    _ = try Usage.spawn(
      ["git", "-C", repository, "for-each-ref", "--format=%(objectname)", "refs/heads"],
      input: "/dev/null", output: tips)
    _ = try Usage.spawn(
      ["git", "-C", repository, "pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset"],
      input: tips, output: pack)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Runs both in turn, each into an empty repository, after a round that is not counted.
  func indexed() throws -> BenchRow {
    var runs: [(ours: Usage, git: Usage)] = []
    var isEqual = true
    for round in 0...rounds {
      let (ours, theirs) = (try emptyRepository("ours"), try emptyRepository("git"))
      let own = try Usage.run(
        ["/proc/self/exe", "store", ours], input: pack, output: "/dev/null")
      let git = try Usage.run(
        ["git", "-C", theirs, "index-pack", "--stdin"], input: pack, output: "/dev/null")
      if round > 0 { runs.append((own, git)) }
      isEqual = try isEqual && index(of: ours) == index(of: theirs)
    }
    let head =
      try FileHandle(forReadingFrom: URL(fileURLWithPath: pack)).read(upToCount: 12) ?? Data()
    let count = head.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    return BenchRow(
      repository: name, work: "all objects indexed", count: count, isEqual: isEqual, runs: runs)
  }

  private func emptyRepository(_ name: String) throws -> String {
    let path = folder.appendingPathComponent(name).path
    try? FileManager.default.removeItem(atPath: path)
    _ = try Usage.spawn(
      ["git", "init", "-q", "--bare", path], input: "/dev/null", output: "/dev/null")
    return path
  }

  private func index(of repository: String) throws -> Data {
    let directory = URL(fileURLWithPath: repository + "/objects/pack")
    let file = try FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: nil
    ).first { $0.pathExtension == "idx" }
    return try file.map { try Data(contentsOf: $0) } ?? Data()
  }

  /// Stores the pack on standard input, in the pieces that a network brings.
  static func store(into repository: String) throws {
    let repository = try Repository(bareAt: repository)
    try repository.storePack { append in
      while let piece = try FileHandle.standardInput.read(upToCount: 16 << 10), !piece.isEmpty {
        try append([UInt8](piece))
      }
    }
  }
}
