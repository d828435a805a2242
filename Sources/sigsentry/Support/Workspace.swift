import Credentials
import Foundation
import GitLab
import HTTP
import Reports
import Settings
import Sync

/// The settings of a command with the vault in them.
struct Workspace {
  let options: CommonOptions
  let store: SettingsStore
  let vault: Vault
  /// Gives every request its token.
  let provider: TokenProvider

  init(_ options: CommonOptions, access: SettingsStore.Access = .readWrite) throws {
    self.options = options
    store = try SettingsStore(directory: options.configDirectory, access: access)
    let environment = ProcessInfo.processInfo.environment
    vault = Vault(
      store: store,
      source: KeySource(
        explicit: environment["SIGSENTRY_KEY"].map { Secret($0) },
        credentialsDirectory: environment["CREDENTIALS_DIRECTORY"],
        configDirectory: options.configDirectory))
    provider = TokenProvider(
      vault: vault, cancellation: Interruption.cancellation,
      network: { options.httpConfiguration(caFile: $0) },
      notice: { options.inform(TerminalText.safe("sigsentry: \($0.summary)")) })
  }

  static let gitlabCom = "https://gitlab.com"

  /// The connection of that name.
  func connection(named name: String) throws -> Connection {
    if let connection = try store.connection(named: name) { return connection }
    let nearest = NearestPath.suggest(for: name, among: try store.connections().map(\.name))
    throw CommandFailure(
      SettingsError.unknownConnection(name).summary,
      hint: nearest.map { "Did you mean \($0)?" } ?? SettingsError.unknownConnection(name).hint)
  }

  /// Reads what a person gives for a repository: a path on the named connection's instance, on that of the only
  /// connection, else on gitlab.com; or an address.
  func reference(_ text: String, connection: Connection?) throws -> RepositoryReference {
    let connections = try store.connections()
    let known = Set(connections.map(\.baseURL) + (try store.repositories().map(\.baseURL)))
    let only = Set(connections.map(\.baseURL)).count == 1 ? connections.first?.baseURL : nil
    let gitlabCom = try BaseURL(Self.gitlabCom)
    let reference = try RepositoryReference.parse(
      text, defaultBaseURL: connection?.baseURL ?? only ?? gitlabCom,
      knownBaseURLs: known.sorted { "\($0)" < "\($1)" } + [gitlabCom])
    if connection == nil, only == nil, !connections.isEmpty, reference.baseURL == gitlabCom,
      !connections.contains(where: { $0.baseURL == gitlabCom }), !text.contains("gitlab.com")
    {
      throw CommandFailure.usage(
        "There are several connections, and \(text) does not tell which.",
        hint: "Choose one with --connection, or give the project's web address.")
    }
    return reference
  }

  /// The repository in the settings that a person means: by address, or by a path that only one instance has.
  func repository(_ text: String) throws -> RepositorySetting {
    let all = try store.repositories()
    let matches = all.filter { $0.path.lowercased() == text.lowercased() }
    if matches.count == 1 { return matches[0] }
    if matches.count > 1 {
      throw CommandFailure.usage(
        "The repository \(text) is on several instances.", hint: "Give its web address instead.")
    }
    if let reference = try? reference(text, connection: nil),
      let setting = try store.repository(reference)
    {
      return setting
    }
    throw CommandFailure(
      SettingsError.unknownRepository(text).summary,
      hint: NearestPath.suggest(for: text, among: all.map(\.path)).map { "Did you mean \($0)?" }
        ?? "Add it with 'sigsentry repos add \(text)'.")
  }

  var access: RepositoryAccess { RepositoryAccess(store: store, provider: provider) }

  /// A client of an instance, with a token or without.
  func client(
    of baseURL: BaseURL, tokens: any TokenSource, caFile: String?
  ) -> GitLabClient {
    GitLabClient(
      baseURL: baseURL.description,
      http: HTTPClient(
        configuration: options.httpConfiguration(caFile: caFile),
        cancellation: Interruption.cancellation), tokens: tokens, wait: Interruption.wait)
  }

}

/// Warnings of what needs a person soon, on standard error.
enum ConnectionWarnings {
  /// Warns before a command runs. Settings that cannot be read are the command's to speak of.
  static func write(for options: CommonOptions, at now: Date = Date()) {
    guard !options.quiet,
      let store = try? SettingsStore(directory: options.configDirectory, access: .readOnly),
      let connections = try? store.connections()
    else { return }
    for warning in connections.compactMap({ $0.warning(at: now) }) {
      StandardError.write("sigsentry: \(warning)\n")
    }
  }
}

extension Connection {
  /// Days before expiry from which on every command warns.
  private static let warningDays = 14.0

  /// What a person should know about the connection now, a sentence with what to do.
  func warning(at now: Date) -> String? {
    let remedy =
      "Run 'sigsentry connect --name \(name)' "
      + (authentication == .oauth ? "to authorize it again." : "with a new token.")
    if case .needsReauthorization = health {
      return "The connection \(name) needs re-authorization. \(remedy)"
    }
    guard let expiresAt, authentication != .oauth else { return nil }
    let days = expiresAt.timeIntervalSince(now) / 86400
    if days <= 0 { return "The token of the connection \(name) has expired. \(remedy)" }
    guard days <= Self.warningDays else { return nil }
    return
      "The token of the connection \(name) expires in \(Int(days.rounded(.up))) days. \(remedy)"
  }
}
