import Subprocess
import SystemPackage

/// Runs a command to its end, apart from the settings of the machine and of its user.
enum Command {
  enum Failure: Error {
    /// The command could not be started; the text says why.
    case notStarted(String)
    /// The command failed; the text is what it said.
    case failed(String)

    var message: String {
      switch self {
      case .notStarted(let text), .failed(let text): text
      }
    }
  }

  static func environment(_ variables: [String: String]) -> Environment {
    var all = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent",
    ]
    all.merge(variables) { $1 }
    return .custom(
      Dictionary(
        uniqueKeysWithValues: all.compactMap { name, value in
          Environment.Key(rawValue: name).map { ($0, value) }
        }))
  }

  /// Runs a command and returns its whole output.
  static func run(
    _ executable: String, _ arguments: [String], variables: [String: String] = [:],
    input: [UInt8] = []
  ) async throws(Failure) -> [UInt8] {
    let result: ExecutionResult<Void, BytesOutput, StringOutput<UTF8>>
    do {
      result = try await Subprocess.run(
        .path(FilePath(executable)), arguments: Arguments(arguments),
        environment: environment(variables), input: .array(input), output: .bytes(limit: .max),
        error: .string(limit: 1 << 24))
    } catch {
      throw .notStarted("\(error)")
    }
    guard result.terminationStatus.isSuccess else { throw .failed(result.standardError) }
    return result.standardOutput
  }
}
