import ArgumentParser
import Credentials
import Foundation
import GitLab
import HTTP
import Reports
import Settings

struct ConnectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect", abstract: "Store a connection to a GitLab, after checking its token",
    discussion: """
      The token needs the scopes read_api and read_repository. It is never taken from an argument: give it on \
      standard input, in an environment variable, or at the prompt, which does not show it.
      """)

  @Option(help: "The GitLab, with its path prefix if it has one.")
  var baseURL = Workspace.gitlabCom
  @Option(help: "The connection's name (default: the host). An existing one gets the new token.")
  var name: String?
  @Flag(help: "Read the token from standard input.")
  var tokenStdin = false
  @Option(help: "Read the token from this environment variable.")
  var tokenEnv: String?
  @Option(help: "A PEM file of authorities to trust in addition to the system's.")
  var caFile: String?
  @OptionGroup var options: CommonOptions

  func validate() throws {
    if tokenStdin && tokenEnv != nil {
      throw ValidationError("--token-stdin and --token-env exclude each other.")
    }
    if options.offline { throw ValidationError("A token cannot be checked offline.") }
  }

  func run() async throws {
    Interruption.install()
    let workspace = try Workspace(options)
    let existing = try name.flatMap { try workspace.store.connection(named: $0) }
    let given = try BaseURL(baseURL)
    let baseURL = existing.map { self.baseURL == Workspace.gitlabCom ? $0.baseURL : given } ?? given
    let certificates = caFile.map { URL(fileURLWithPath: $0).path } ?? existing?.caFile
    guard baseURL.permitsTokens else {
      throw SettingsError.insecureConnection(host: baseURL.host)
    }
    let token = try readToken(for: baseURL)
    let client = workspace.client(of: baseURL, tokens: FixedToken(token), caFile: certificates)
    let check = try TokenCheck.ask(client)
    let outcome = try ConnectionSetup(store: workspace.store, vault: workspace.vault).store(
      token, check, name: existing?.name ?? name, baseURL: baseURL, caFile: certificates, at: Date()
    )
    if check.isTooPowerful {
      options.inform(
        "sigsentry: The token may do more than read. A token with read_api and read_repository alone is safer."
      )
    }
    if let warning = outcome.connection.warning(at: Date()) {
      options.inform("sigsentry: \(warning)")
    }
    let output = StandardOutput()
    output.write(
      options.json
        ? ConnectionReport.json(outcome.connection).line
        : Array(Self.text(outcome).utf8))
  }

  private static func text(_ outcome: ConnectionSetup.Outcome) -> String {
    let connection = outcome.connection
    var text = outcome.isRenewal ? "Renewed" : "Stored"
    text += " the connection \(connection.name) to \(connection.baseURL): "
    text += ConnectionReport.owner(connection) + ".\n"
    if outcome.adoptedRepositories > 0 {
      text += "\(outcome.adoptedRepositories) repositories now use it.\n"
    }
    return text
  }

  private func readToken(for baseURL: BaseURL) throws -> Secret {
    let text: String
    if let tokenEnv {
      guard let value = ProcessInfo.processInfo.environment[tokenEnv], !value.isEmpty else {
        throw CommandFailure.usage("The environment variable \(tokenEnv) is not set.")
      }
      text = value
    } else if tokenStdin {
      text = readLine(strippingNewline: true) ?? ""
    } else {
      text = try SecretPrompt.read("Access token for \(baseURL) (it is not shown): ")
    }
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty else { throw CommandFailure.usage("No token was given.") }
    guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), token.utf8.count <= 4096 else {
      throw CommandFailure.usage("What was given is no token: it has spaces or odd characters.")
    }
    return Secret(token)
  }
}
