import ArgumentParser
import Foundation
import GitLabDouble

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract:
      "Show sigsentry's main job on a made-up project: connect, sync, read, and find what broke it")

  @Option(help: "The sigsentry to show")
  var sigsentry: String
  @Option(help: "The cache directory; what an earlier demo left there is deleted")
  var cache: String
  @Flag(help: "Leave the one very large merge request out")
  var small = false

  private static let project = "acme/shop/checkout"

  func run() async throws {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("sigsentry-demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let directory = URL(fileURLWithPath: cache).appendingPathComponent("demo")
    try? FileManager.default.removeItem(at: directory)

    print("A stand-in GitLab with a made-up project is being set up ...")
    let double = try await GitLabDouble.start()
    do {
      let history = try await double.addDemo(
        path: Self.project, now: Date(), size: small ? .small : .full)
      let token = double.addToken(name: "demo")
      print("\(history.mergeRequests.count) merge requests at \(double.baseURL)/\(Self.project)\n")
      let show = Show(
        program: sigsentry, directories: ["--cache", directory.path, "--config", scratch.path])
      try show.run(
        ["connect", "--base-url", double.baseURL, "--name", "demo", "--token-stdin"],
        input: token.value + "\n")
      try show.run(["repos", "add", Self.project])
      try show.run(["sync"])
      try show.run(["sync"])
      await double.stop()
      print("The GitLab is gone now: everything from here on comes from disk.\n")
      try answer(history, show, scratch: scratch, directory: directory)
    } catch {
      await double.stop()
      throw error
    }
  }

  private func answer(
    _ history: DemoHistory, _ show: Show, scratch: URL, directory: URL
  ) throws {
    try show.run(["mrs", Self.project, "--largest", "--limit", "5", "--offline"])
    if let largest = history.largest {
      try show.run(["mr", Self.project, "\(largest)", "--offline"], lines: 14)
      let stats = try show.run(
        ["stats", Self.project, "--mr", "\(largest)", "--format", "numstat", "--offline"], lines: 4)
      try compare(stats, with: history, iid: largest, in: directory)
    }
    try show.run(["hotspots", Self.project, "--by", "directory", "--limit", "6", "--offline"])
    let symptom = scratch.appendingPathComponent("symptom.txt")
    try history.symptom.text.write(to: symptom, atomically: true, encoding: .utf8)
    print("A service breaks, and this is in its log:\n\n\(history.symptom.text)\n")
    try show.run(
      ["analyze", symptom.path, "--repo", Self.project, "--limit", "3", "--offline"])
    print("(What really broke it is !\(history.symptom.culprit).)\n")
    try show.run(["status", "--offline"])
    print("The cache is at \(cache)/demo: try 'sqlite3 \(cache)/demo/cache.sqlite .tables'.")
  }

  /// Holds the stats against git's own over the mirror, as anybody could.
  private func compare(
    _ stats: [UInt8], with history: DemoHistory, iid: Int, in directory: URL
  ) throws {
    let mirrors = FileManager.default.enumerator(atPath: directory.path + "/mirrors")
    guard let request = history.mergeRequests.first(where: { $0.iid == iid }),
      let refs = request.diffRefs,
      let mirror = mirrors?.first(where: { ($0 as? String)?.hasSuffix(".git") == true }) as? String
    else { throw ExitCode(1) }
    print("$ git diff --numstat -M \(refs.base.prefix(12)) \(refs.head.prefix(12)) | cmp")
    let git = try Show.output(
      "/usr/bin/env",
      [
        "git", "-C", directory.path + "/mirrors/" + mirror, "diff", "--numstat", "-M", refs.base,
        refs.head,
      ], input: nil
    )
    guard git == stats else {
      print("differs!\n")
      throw ExitCode(1)
    }
    let lines = stats.count { $0 == UInt8(ascii: "\n") }
    print("the same \(stats.count) bytes, \(lines) files\n")
  }
}

/// Runs commands and shows them with what they print.
private struct Show {
  let program: String
  let directories: [String]

  /// - Parameter lines: Show so many lines of the output at most.
  @discardableResult
  func run(_ arguments: [String], input: String? = nil, lines: Int = .max) throws -> [UInt8] {
    print("$ sigsentry \(arguments.joined(separator: " "))")
    let output = try Self.output(program, arguments + directories, input: input)
    let all = String(decoding: output, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    print(all.prefix(lines).joined(separator: "\n"))
    if all.count > lines { print("... \(all.count - lines) more lines\n") }
    return output
  }

  /// What a program writes to its standard output; its standard error is shown as it comes.
  static func output(_ program: String, _ arguments: [String], input: String?) throws -> [UInt8] {
    // What is printed goes out before what the child prints.
    fflush(nil)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    let given = Pipe()
    process.standardInput = given
    try process.run()
    if let input { try given.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
    try given.fileHandleForWriting.close()
    let bytes = [UInt8](try output.fileHandleForReading.readToEnd() ?? Data())
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
    return bytes
  }
}
