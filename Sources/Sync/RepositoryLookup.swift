import Cache
import Credentials
import Foundation
import GitLab
import HTTP
import Settings

/// Finds out what a person means by a repository: on which GitLab it is, with which connection it is read, and whether it
/// is there.
public struct RepositoryLookup: Sendable {
  private let store: SettingsStore
  private let provider: TokenProvider
  private let wait: @Sendable (Double) throws -> Void

  private static let gitlabCom = "https://gitlab.com"

  /// - Parameters:
  ///   - provider: Gives the tokens of all connections.
  ///   - wait: Waits so many seconds before a request is tried again; throws to end that.
  public init(
    store: SettingsStore, provider: TokenProvider, wait: @escaping @Sendable (Double) throws -> Void
  ) {
    self.store = store
    self.provider = provider
    self.wait = wait
  }

  /// Reads what a person gives for a repository: a path on the given connection's instance, on that of the only
  /// connection, else on gitlab.com; or an address.
  ///
  /// - Parameter instances: Those that addresses may lead to, besides the ones in the settings.
  /// - Throws: ``RepositoryReferenceError``, ``RepositoryLookupError``, ``SettingsError``.
  public func reference(
    _ text: String, connection: Connection?, instances: [BaseURL] = []
  ) throws -> RepositoryReference {
    let connections = try store.connections()
    let known = Set(
      connections.map(\.baseURL) + (try store.repositories().map(\.baseURL)) + instances)
    let only = Set(connections.map(\.baseURL)).count == 1 ? connections.first?.baseURL : nil
    let gitlabCom = try BaseURL(Self.gitlabCom)
    let reference = try RepositoryReference.parse(
      text, defaultBaseURL: connection?.baseURL ?? only ?? gitlabCom,
      knownBaseURLs: known.sorted { "\($0)" < "\($1)" } + [gitlabCom])
    if connection == nil, only == nil, !connections.isEmpty, reference.baseURL == gitlabCom,
      !connections.contains(where: { $0.baseURL == gitlabCom }), !text.contains("gitlab.com")
    {
      throw RepositoryLookupError.severalConnections(text)
    }
    return reference
  }

  /// The repository in the settings that a person means: by address, or by a path that only one instance has.
  ///
  /// - Throws: ``RepositoryLookupError``, ``SettingsError``.
  public func setting(_ text: String) throws -> RepositorySetting {
    let all = try store.repositories()
    let matches = all.filter { $0.path.lowercased() == text.lowercased() }
    if matches.count == 1 { return matches[0] }
    if matches.count > 1 { throw RepositoryLookupError.severalInstances(text) }
    if let reference = try? reference(text, connection: nil),
      let setting = try store.repository(reference)
    {
      return setting
    }
    throw RepositoryLookupError.unknown(text, nearest: try nearest(to: text))
  }

  /// The repository in the settings whose path a person most likely meant; all of these where several instances have it.
  public func nearest(to text: String) throws(SettingsError) -> String? {
    let all = try store.repositories()
    return NearestPath.suggest(for: text, among: all.map(\.path)).map {
      RepositoryNames.choices(of: $0, among: all.map { ("\($0.baseURL)", $0.path) })
    }
  }

  /// The connection to an instance; `nil` where there is none.
  ///
  /// - Throws: ``RepositoryLookupError/severalAccounts(_:names:)``, ``SettingsError``.
  public func connection(to baseURL: BaseURL) throws -> Connection? {
    let matches = try store.connections().filter { $0.baseURL == baseURL }
    guard matches.count <= 1 else {
      throw RepositoryLookupError.severalAccounts("\(baseURL)", names: matches.map(\.name))
    }
    return matches.first
  }

  /// What GitLab says of a repository.
  public enum Answer: Sendable {
    case found(Project)
    /// GitLab could not be reached, which says nothing about the repository.
    case unreachable(HTTPError)
  }

  /// Asks GitLab for a repository.
  ///
  /// - Parameter connection: What it is read with; `nil` reads as anybody may.
  /// - Throws: ``RepositoryLookupError/notFound(nearest:isAnonymous:)``, ``GitLabError``, ``TokenError``;
  ///   `CancellationError` where it was ended.
  public func ask(
    for reference: RepositoryReference, connection: Connection?
  ) throws -> Answer {
    let tokens: any TokenSource =
      try connection.map { try provider.source(of: $0) } ?? AnonymousAccess()
    return try ask(for: reference, tokens: tokens, caFile: connection?.caFile)
  }

  /// Asks GitLab for a repository with a token that is not stored yet.
  public func ask(
    for reference: RepositoryReference, tokens: any TokenSource, caFile: String?
  ) throws -> Answer {
    let client = GitLabClient(
      baseURL: reference.baseURL.description,
      http: HTTPClient(
        configuration: provider.network(caFile), cancellation: provider.cancellation),
      tokens: tokens, wait: wait)
    do {
      return .found(try client.project(path: reference.path))
    } catch GitLabError.http(let error) {
      if case .cancelled = error { throw CancellationError() }
      return .unreachable(error)
    } catch GitLabError.notFound {
      let known =
        try store.repositories().filter { $0.baseURL == reference.baseURL }.map(\.path)
        + ((try? client.searchProjects(like: reference.path)) ?? [])
      throw RepositoryLookupError.notFound(
        nearest: NearestPath.suggest(for: reference.path, among: known),
        isAnonymous: tokens is AnonymousAccess)
    }
  }
}

/// Why it is not clear which repository is meant, or why it is not there.
public enum RepositoryLookupError: Error, Sendable, Equatable {
  /// There are several connections, and the text does not tell which.
  case severalConnections(String)
  /// Several instances have a repository of that path.
  case severalInstances(String)
  /// Several connections lead to the instance.
  case severalAccounts(String, names: [String])
  /// The settings have no such repository.
  case unknown(String, nearest: String?)
  /// GitLab has none, or none that the token may see.
  case notFound(nearest: String?, isAnonymous: Bool)

  /// Whether what was given is at fault.
  public var isUsage: Bool {
    switch self {
    case .severalConnections, .severalInstances, .severalAccounts: true
    case .unknown, .notFound: false
    }
  }

  /// One sentence: what is wrong.
  public var summary: String {
    switch self {
    case .severalConnections(let text):
      "There are several connections, and \(text) does not tell which."
    case .severalInstances(let text): "The repository \(text) is on several instances."
    case .severalAccounts(let baseURL, _): "Several connections lead to \(baseURL)."
    case .unknown(let text, _): SettingsError.unknownRepository(text).summary
    case .notFound: SyncError.gitlab(.notFound).summary
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .severalConnections:
      return "Choose one with --connection, or give the project's web address."
    case .severalInstances: return "Give its web address instead."
    case .severalAccounts(_, let names):
      return "Choose one with --connection: \(names.joined(separator: ", "))."
    case .unknown(let text, let nearest):
      return nearest.map { "Did you mean \($0)?" } ?? "Add it with 'sigsentry repos add \(text)'."
    case .notFound(let nearest, let isAnonymous):
      var hint = nearest.map { "Did you mean \($0)? " } ?? ""
      hint += Trouble.notFound.remedy()
      if isAnonymous { hint += " A private project needs a connection: 'sigsentry connect'." }
      return hint
    }
  }
}
