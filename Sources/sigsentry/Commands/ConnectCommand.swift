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
      With a token: it needs the scopes read_api and read_repository. It is never taken from an argument: give it on \
      standard input, in an environment variable, or at the prompt, which does not show it.

      With OAuth (--oauth, --device): it needs an application registered on that GitLab with the redirect URI \
      http://127.0.0.1/callback and the scopes read_api and read_repository. Its tokens renew themselves.

      Without any of these, an existing connection is renewed as it was made.
      """)

  @Option(help: "The GitLab, with its path prefix if it has one.")
  var baseURL = Workspace.gitlabCom
  @Option(help: "The connection's name (default: the host). An existing one gets the new token.")
  var name: String?
  @Flag(help: "Log in with the browser.")
  var oauth = false
  @Flag(help: "Log in with a code that is typed on any machine (GitLab 17.2 and later).")
  var device = false
  @Flag(help: "Read the token from standard input.")
  var tokenStdin = false
  @Option(help: "Read the token from this environment variable.")
  var tokenEnv: String?
  @Option(help: "The OAuth application's id.")
  var clientID: String?
  @Option(help: "Read the secret of a confidential application from this environment variable.")
  var clientSecretEnv: String?
  @Flag(help: "Print GitLab's page instead of opening it.")
  var noBrowser = false
  @Option(help: "The redirect URI, for an application that is registered with another.")
  var redirectURI = OAuthApplication.redirectURI
  @Option(help: "Seconds to wait for the browser.")
  var timeout = 300
  @Option(help: "A PEM file of authorities to trust in addition to the system's.")
  var caFile: String?
  @OptionGroup var options: CommonOptions

  func validate() throws {
    guard [oauth, device, tokenStdin, tokenEnv != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError(
        "--oauth, --device, --token-stdin and --token-env exclude each other.")
    }
    guard 1...3600 ~= timeout else { throw ValidationError("--timeout takes 1 to 3600.") }
    if let clientID {
      guard 1...256 ~= clientID.utf8.count, clientID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { throw ValidationError("--client-id takes the Application ID that GitLab shows.") }
    }
    if options.offline { throw ValidationError("A token cannot be checked offline.") }
  }

  func run() async throws {
    Interruption.install()
    let workspace = try Workspace(options)
    let existing = try name.flatMap { try workspace.store.connection(named: $0) }
    let given = try BaseURL(baseURL)
    let baseURL = existing.map { self.baseURL == Workspace.gitlabCom ? $0.baseURL : given } ?? given
    guard existing.map({ $0.baseURL == baseURL }) ?? true else {
      throw CommandFailure.usage(
        "The connection \(existing?.name ?? "") leads to another GitLab.",
        hint: "Choose another --name, or disconnect it first.")
    }
    guard baseURL.permitsTokens else {
      throw SettingsError.insecureConnection(host: baseURL.host)
    }
    let certificates = caFile.map { URL(fileURLWithPath: $0).path } ?? existing?.caFile
    let target = Target(
      workspace: workspace, baseURL: baseURL, name: existing?.name ?? name, caFile: certificates)
    let isOAuth =
      oauth || device
      || (existing?.authentication == .oauth && !tokenStdin && tokenEnv == nil)
    if isOAuth {
      try connectByOAuth(target, existing)
    } else {
      let token = try readToken(for: baseURL)
      let check = try TokenCheck.ask(target.client(token))
      tell(
        try target.setup.store(
          ConnectionSecrets(accessToken: token), check, name: target.name,
          baseURL: target.baseURL, caFile: target.caFile, at: Date()), check, of: target)
    }
  }

  /// What is to be connected.
  private struct Target {
    let workspace: Workspace
    let baseURL: BaseURL
    let name: String?
    let caFile: String?

    var setup: ConnectionSetup { ConnectionSetup(store: workspace.store, vault: workspace.vault) }

    func client(_ token: Secret) -> GitLabClient {
      workspace.client(of: baseURL, tokens: FixedToken(token), caFile: caFile)
    }
  }

  private func connectByOAuth(_ target: Target, _ existing: Connection?) throws {
    let address = try LoopbackAddress(redirectURI)
    let application = try application(for: target, existing)
    let client = OAuthClient(
      baseURL: target.baseURL.description, application: application,
      configuration: options.httpConfiguration(caFile: target.caFile),
      cancellation: Interruption.cancellation)
    let connecting = OAuthConnecting(
      workspace: target.workspace, client: client, timeout: timeout, opensBrowser: !noBrowser)
    func store(_ tokens: OAuthTokens) throws -> String {
      let stored = try target.setup.store(
        tokens, from: client, client: target.client(tokens.accessToken), name: target.name,
        baseURL: target.baseURL, caFile: target.caFile, at: Date())
      tell(stored.outcome, stored.check, of: target)
      if tokens.refreshToken == nil {
        options.inform(
          "sigsentry: GitLab gave no refresh token: the login lasts until it expires.")
      }
      let user = stored.check.user
      return "\(user.name ?? user.username) (@\(user.username))"
    }
    if device {
      try connecting.byDevice(store: store)
    } else {
      try connecting.byBrowser(address: address, store: store)
    }
  }

  private func application(
    for target: Target, _ existing: Connection?
  ) throws -> OAuthApplication {
    guard let id = clientID ?? existing?.clientID else {
      throw CommandFailure.usage(
        "OAuth needs the id of an application that is registered with \(target.baseURL).",
        hint: """
          Register one at \(target.baseURL)/-/user_settings/applications with the redirect URI \
          \(OAuthApplication.redirectURI), the scopes read_api and read_repository and without 'Confidential', and give \
          its Application ID with --client-id.
          """)
    }
    if let clientSecretEnv {
      return OAuthApplication(
        clientID: id, clientSecret: try Self.readVariable(clientSecretEnv, "secret"))
    }
    // A new login to a confidential application needs its secret again, which is stored.
    let stored =
      id == existing?.clientID
      ? existing.flatMap { try? target.workspace.vault.secrets(of: $0.id).secrets.clientSecret }
      : nil
    return OAuthApplication(clientID: id, clientSecret: stored)
  }

  private func tell(
    _ outcome: ConnectionSetup.Outcome, _ check: TokenCheck, of target: Target
  ) {
    if !check.excessScopes.isEmpty {
      options.inform(
        TerminalText.safe(
          "sigsentry: The token may do more than read (\(check.excessScopes.joined(separator: ", "))). A token with "
            + "read_api and read_repository alone is safer."))
    }
    if let replaced = outcome.replaced {
      do throws(TokenError) {
        try target.workspace.provider.revoke(replaced)
      } catch {
        options.inform("sigsentry: The former login stays valid on GitLab: \(error.summary)")
      }
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
      text += Count.of(
        outcome.adoptedRepositories, "repository now uses", "repositories now use")
      text += " it.\n"
    }
    return text
  }

  private func readToken(for baseURL: BaseURL) throws -> Secret {
    if let tokenEnv { return try Self.readVariable(tokenEnv, "token") }
    return try Self.secret(
      tokenStdin
        ? Interruption.endingProcess { readLine(strippingNewline: true) } ?? ""
        : SecretPrompt.read("Access token for \(baseURL) (it is not shown): "), "token")
  }

  private static func readVariable(_ name: String, _ kind: String) throws -> Secret {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
      throw CommandFailure.usage("The environment variable \(name) is not set.")
    }
    return try secret(value, kind)
  }

  private static func secret(_ text: String, _ kind: String) throws -> Secret {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else { throw CommandFailure.usage("No \(kind) was given.") }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), text.utf8.count <= 4096 else {
      throw CommandFailure.usage("What was given is no \(kind): it has spaces or odd characters.")
    }
    return Secret(text)
  }
}
