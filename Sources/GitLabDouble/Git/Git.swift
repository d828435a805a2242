/// A git command that failed.
public struct GitCommandError: Error, CustomStringConvertible {
  /// The command line, without `git` itself.
  public var arguments: [String]
  /// What git said on its standard error, or why it could not be started.
  public var message: String

  /// The command and git's words.
  public var description: String {
    "git \(arguments.joined(separator: " ")): \(message)"
  }
}

/// The `git` command, run apart from the settings of the machine and of its user.
struct Git: Sendable {
  let executable: String
  /// Where git's own programs lie, `git-http-backend` among them.
  let executables: String

  /// Finds git's programs by `git --exec-path`.
  init(executable: String) async throws {
    self.executable = executable
    let output = try await Self.run(executable, ["--exec-path"])
    executables = String(decoding: output, as: UTF8.self).filter { !$0.isNewline }
  }

  /// Settings for every command: hermetic, and willing to read any owner's repository.
  static let settings: [(String, String)] = [
    ("safe.directory", "*"), ("gc.auto", "0"), ("core.quotePath", "false"),
    ("init.defaultBranch", "main"), ("uploadpack.allowAnySHA1InWant", "true"),
    ("uploadpack.allowFilter", "true"), ("uploadpack.hideRefs", "refs/keep-around"),
    ("uploadpack.hideRefs", "refs/remotes"), ("uploadpack.hideRefs", "refs/tmp"),
  ]

  /// The variables of a git process.
  static let variables: [String: String] = {
    var variables = [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
      "GIT_OPTIONAL_LOCKS": "0", "GIT_AUTHOR_NAME": "GitLab",
      "GIT_AUTHOR_EMAIL": "gitlab@localhost", "GIT_COMMITTER_NAME": "GitLab",
      "GIT_COMMITTER_EMAIL": "gitlab@localhost", "GIT_CONFIG_COUNT": String(settings.count),
    ]
    for (index, setting) in settings.enumerated() {
      variables["GIT_CONFIG_KEY_\(index)"] = setting.0
      variables["GIT_CONFIG_VALUE_\(index)"] = setting.1
    }
    return variables
  }()

  /// Runs a command in a repository and returns its whole output.
  ///
  /// - Throws: ``GitCommandError`` where it cannot be started or fails.
  @discardableResult
  func run(_ arguments: [String], in repository: String, input: [UInt8] = []) async throws
    -> [UInt8]
  {
    try await Self.run(executable, ["--git-dir", repository] + arguments, input: input)
  }

  /// Runs a command and returns its output as text.
  func text(_ arguments: [String], in repository: String, input: [UInt8] = []) async throws
    -> String
  {
    String(decoding: try await run(arguments, in: repository, input: input), as: UTF8.self)
  }

  /// Runs a command and returns the first line; nil where it fails.
  func line(_ arguments: [String], in repository: String) async -> String? {
    let output = try? await text(arguments, in: repository)
    return output?.split(separator: "\n").first.map { String($0) }
  }

  /// Runs a command outside of any repository.
  @discardableResult
  func run(_ arguments: [String]) async throws -> [UInt8] {
    try await Self.run(executable, arguments)
  }

  private static func run(_ executable: String, _ arguments: [String], input: [UInt8] = [])
    async throws -> [UInt8]
  {
    do {
      return try await Command.run(executable, arguments, variables: variables, input: input)
    } catch {
      throw GitCommandError(arguments: arguments, message: error.message)
    }
  }
}
