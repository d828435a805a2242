import Foundation

/// A bare repository in a temporary directory, made by the real `git` in an environment without configuration. It is
/// removed when the fixture goes.
public final class GitFixture {
  /// A `git` that failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The arguments.
    public var arguments: [String]
    /// The exit code.
    public var status: Int32
    /// What it wrote to stderr.
    public var message: String

    /// One line with all of it.
    public var description: String {
      "git \(arguments.joined(separator: " ")) gave \(status): \(message)"
    }
  }

  /// The repository's directory.
  public let path: String
  private let scratch: URL

  /// Makes an empty repository whose branch is `main`.
  public init() throws {
    scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("git-fixture-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    path = scratch.appendingPathComponent("repository.git").path
    try Self.run(
      ["init", "--quiet", "--bare", "--initial-branch=main", path], input: nil, scratch: scratch)
  }

  deinit { try? FileManager.default.removeItem(at: scratch) }

  /// Runs git in the repository and returns what it wrote to stdout.
  ///
  /// - Parameter input: The bytes for its stdin; `nil` for an empty one.
  /// - Throws: ``Failure`` for an exit code other than 0.
  @discardableResult
  public func git(_ arguments: String..., input: [UInt8]? = nil) throws -> [UInt8] {
    try git(arguments, input: input)
  }

  /// Runs git in the repository and returns what it wrote to stdout.
  @discardableResult
  public func git(_ arguments: [String], input: [UInt8]? = nil) throws -> [UInt8] {
    try Self.run(["-C", path] + arguments, input: input, scratch: scratch)
  }

  /// Runs git in the repository and returns its stdout as text, without the newline at the end.
  public func gitText(_ arguments: String..., input: [UInt8]? = nil) throws -> String {
    let output = try Self.run(["-C", path] + arguments, input: input, scratch: scratch)
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  /// Adds the commits of a stream, in one new pack or loose below git's limit for small imports.
  public func fastImport(_ stream: FastImport) throws {
    try git("fast-import", "--quiet", "--force", input: stream.bytes)
  }

  /// Writes an object of any content, well-formed or not, and returns its id.
  public func writeObject(kind: String, _ content: [UInt8]) throws -> String {
    try gitText("hash-object", "-t", kind, "--literally", "-w", "--stdin", input: content)
  }

  @discardableResult
  private static func run(
    _ arguments: [String], input: [UInt8]?, scratch: URL
  ) throws -> [UInt8] {
    let result = try ChildProcess.run(
      ["git"] + arguments,
      environment: [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": scratch.path, "LC_ALL": "C", "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_NAME": "C O Mitter",
        "GIT_COMMITTER_EMAIL": "committer@example.com",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
      ], input: input ?? [])
    guard result.status == 0 else {
      throw Failure(arguments: arguments, status: result.status, message: result.errorText)
    }
    return result.output
  }
}
