import Credentials
import Foundation
import GitLab
import HTTP
import Settings

/// One of the processes that need a token in the same moment.
///
/// For each line that it reads it makes a request with the connection's token, as every command does, and answers `ok` or
/// `failed` and the reason.
@main
enum RefreshRacer {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { exit(64) }
    let vault = Vault(
      store: try SettingsStore(directory: arguments[1]),
      source: KeySource(configDirectory: arguments[1]))
    let configuration = HTTPConfiguration(userAgent: "racer")
    let provider = TokenProvider(
      vault: vault, cancellation: Cancellation(), network: { _ in configuration })
    guard let connection = try vault.store.connection(named: arguments[2]) else { exit(1) }
    let http = HTTPClient(configuration: configuration, cancellation: Cancellation())
    while readLine() != nil {
      var answer = "ok\n"
      do {
        let client = GitLabClient(
          baseURL: connection.baseURL.description, http: http,
          tokens: try provider.source(of: connection), wait: { _ in })
        _ = try client.currentUser()
      } catch {
        answer = "failed \(error)\n"
      }
      try FileHandle.standardOutput.write(contentsOf: Data(answer.utf8))
    }
  }
}
