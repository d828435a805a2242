import Cache
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

  init(_ options: CommonOptions, access: SettingsStore.Access = .readWrite) throws(SettingsError) {
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

  /// Finds out what people mean by repositories.
  var lookup: RepositoryLookup {
    RepositoryLookup(store: store, provider: provider, wait: Interruption.wait)
  }

  /// The repository in the settings that a person means.
  func repository(_ text: String) throws -> RepositorySetting { try lookup.setting(text) }

  /// The repositories in the settings that a person means, each once however often it is named.
  func repositories(_ texts: [String]) throws -> [RepositorySetting] {
    var seen: Set<Int64> = []
    return try texts.map { try repository($0) }.filter { seen.insert($0.id).inserted }
  }

  /// What the repositories in the settings are called.
  func names() throws -> RepositoryNames { RepositoryNames(of: try store.repositories()) }

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
      "The token of the connection \(name) expires in \(Count.of(Int(days.rounded(.up)), "day")). \(remedy)"
  }
}
