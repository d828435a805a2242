import Cache
import Credentials
import Foundation
import GitLab
import HTTP
import Mirror
import Pages
import Settings
import Sync

/// Reads and changes connections, repositories and mappings. Calls block their thread; what asks GitLab says so.
struct Configuration: Sendable {
  let store: SettingsStore
  let cache: CacheStore
  let vault: Vault
  let provider: TokenProvider
  let wait: @Sendable (Double) throws -> Void
  /// Whether no GitLab may be asked.
  let isOffline: Bool

  /// Refuses what would open a socket to a GitLab.
  func requireNetwork() throws {
    guard !isOffline else {
      throw WebFailure(
        .conflict, "The dashboard runs offline.", hint: "Start it without --offline.")
    }
  }

  func lookup() throws -> RepositoryLookup {
    try requireNetwork()
    return RepositoryLookup(store: store, provider: provider, wait: wait)
  }

  var setup: ConnectionSetup { ConnectionSetup(store: store, vault: vault) }

  // MARK: Reading

  func items() throws -> [ConfigItem] {
    let repositories = try store.repositories()
    let mappings = try store.mappings()
    return try store.connections().map { item(of: $0, repositories, mappings) }
      .sorted { $0.connection.id < $1.connection.id }
  }

  func item(_ id: Connection.ID) throws -> ConfigItem {
    guard let connection = try store.connection(id: id) else { throw WebFailure.noConfig }
    return item(of: connection, try store.repositories(), try store.mappings())
  }

  private func item(
    of connection: Connection, _ repositories: [RepositorySetting], _ mappings: [ServiceMapping]
  ) -> ConfigItem {
    let own = repositories.filter { $0.connectionID == connection.id }
    let ids = Set(own.map(\.id))
    return ConfigItem(
      connection: connection, repositories: own,
      mappings: mappings.filter { ids.contains($0.repositoryID) })
  }

  // MARK: Connections

  func client(
    of baseURL: BaseURL, tokens: any TokenSource, caFile: String?
  ) throws -> GitLabClient {
    try requireNetwork()
    return GitLabClient(
      baseURL: baseURL.description,
      http: HTTPClient(
        configuration: provider.network(caFile), cancellation: provider.cancellation),
      tokens: tokens, wait: wait)
  }

  /// Checks the address that somebody gives for a GitLab.
  func baseURL(_ text: String, field: String) throws -> BaseURL {
    do {
      let baseURL = try BaseURL(text)
      guard baseURL.permitsTokens else {
        throw SettingsError.insecureConnection(host: baseURL.host)
      }
      return baseURL
    } catch {
      throw WebFailure(fields: [FieldFailure(field, error)])
    }
  }

  /// Checks what somebody gives for a token.
  func token(_ text: String, field: String) throws -> Secret {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...4096).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw WebFailure(fields: [
        FieldFailure(
          field, "What was given is no token: it is empty, or has spaces or odd characters.",
          hint: Trouble.secretInvalid.remedy())
      ])
    }
    return Secret(text)
  }

  /// Asks GitLab about a token. An answer about the token is told at its field, one about the way there at the address.
  private func check(
    _ token: Secret, at baseURL: BaseURL, caFile: String?, tokenField: String, addressField: String
  ) throws -> TokenCheck {
    do {
      return try TokenCheck.ask(client(of: baseURL, tokens: FixedToken(token), caFile: caFile))
    } catch let error as GitLabError {
      switch error {
      case .unauthorized, .insufficientScope, .forbidden:
        throw WebFailure(fields: [FieldFailure(tokenField, error)])
      case .http(.cancelled): throw error
      default: throw WebFailure(fields: [FieldFailure(addressField, error)])
      }
    } catch let error as TokenRejection {
      throw WebFailure(fields: [FieldFailure(tokenField, error)])
    }
  }

  /// Stores a connection after asking GitLab about its token; one of that name gets the new token.
  func connect(
    token: Secret, baseURL: BaseURL, name: String?, tokenField: String, addressField: String
  ) throws -> (outcome: ConnectionSetup.Outcome, check: TokenCheck) {
    let existing = try name.flatMap { try store.connection(named: $0) }
    if let existing, existing.baseURL != baseURL {
      throw WebFailure(fields: [
        FieldFailure(
          "name", "The connection \(existing.name) leads to another GitLab.",
          hint: "Choose another name, or disconnect that one first.")
      ])
    }
    let check = try check(
      token, at: baseURL, caFile: existing?.caFile, tokenField: tokenField,
      addressField: addressField)
    let outcome = try setup.store(
      ConnectionSecrets(accessToken: token), check, name: name, baseURL: baseURL,
      caFile: existing?.caFile, at: Date())
    revoke(outcome.replaced)
    return (outcome, check)
  }

  /// Revokes what a new login has replaced. Where GitLab cannot be reached, it stays until it expires.
  func revoke(_ replaced: StoredSecrets?) {
    guard let replaced else { return }
    try? provider.revoke(replaced)
  }

  /// Removes a connection with its secrets; with its repositories where asked. Mirrors and cached data stay.
  func remove(_ id: Connection.ID, withRepositories: Bool) throws -> [RepositorySetting] {
    let item = try item(id)
    if withRepositories {
      for repository in item.repositories { try store.removeRepository(repository.id) }
    }
    try store.delete(connection: id)
    provider.forget(item.connection)
    return item.repositories
  }

  // MARK: Items as the API changes them: one transaction each, so all or nothing

  /// Asks GitLab about a token and every repository, and stores them only where all is well.
  func create(
    name: String?, baseURL text: String, token tokenText: String, _ change: ConfigChange
  ) throws -> ConfigItem {
    let baseURL = try baseURL(text, field: "credentials.baseUrl")
    let token = try token(tokenText, field: "credentials.token")
    if let name, try store.connection(named: name) != nil {
      throw WebFailure(fields: [FieldFailure("name", SettingsError.duplicateConnection(name: name))]
      )
    }
    let check = try check(
      token, at: baseURL, caFile: nil, tokenField: "credentials.token",
      addressField: "credentials.baseUrl")
    let found = try resolve(
      change.repositories ?? [], on: baseURL, tokens: FixedToken(token), caFile: nil, item: nil)
    try checkMappings(change.mappings ?? [], paths: found.map(\.reference.path), item: nil)
    return try store.transaction {
      let outcome = try setup.store(
        ConnectionSecrets(accessToken: token), check, name: name ?? freeName(for: baseURL),
        baseURL: baseURL, caFile: nil, at: Date())
      return try apply(change, found, to: outcome.connection.id)
    }
  }

  /// A name that no connection has yet.
  func freeName(for baseURL: BaseURL) throws -> String {
    let name = baseURL.defaultConnectionName
    let taken = Set(try store.connections().map { $0.name.lowercased() })
    if !taken.contains(name.lowercased()) { return name }
    var number = 2
    while taken.contains("\(name)-\(number)".lowercased()) { number += 1 }
    return "\(name)-\(number)"
  }

  /// Changes an item; where anything is wrong nothing is stored.
  func update(
    _ id: Connection.ID, baseURL text: String?, token tokenText: String?, _ change: ConfigChange
  ) throws {
    let item = try item(id)
    let connection = item.connection
    if let text {
      guard try baseURL(text, field: "credentials.baseUrl") == connection.baseURL else {
        throw WebFailure(fields: [
          FieldFailure(
            "credentials.baseUrl", "A connection stays with its GitLab.",
            hint: "Delete this one and make another.")
        ])
      }
    }
    var renewal: (token: Secret, check: TokenCheck)?
    if let tokenText {
      let token = try token(tokenText, field: "credentials.token")
      renewal = (
        token,
        try check(
          token, at: connection.baseURL, caFile: connection.caFile,
          tokenField: "credentials.token", addressField: "credentials.baseUrl")
      )
    }
    var found: [Found] = []
    if let repositories = change.repositories {
      let tokens: any TokenSource =
        try renewal.map { FixedToken($0.token) } ?? provider.source(of: connection)
      found = try resolve(
        repositories, on: connection.baseURL, tokens: tokens, caFile: connection.caFile, item: item)
    }
    let paths =
      change.repositories == nil ? item.repositories.map(\.path) : found.map(\.reference.path)
    if let mappings = change.mappings { try checkMappings(mappings, paths: paths, item: item) }
    let outcome = try store.transaction {
      let outcome = try renewal.map { renewal in
        try setup.store(
          ConnectionSecrets(accessToken: renewal.token), renewal.check, name: connection.name,
          baseURL: connection.baseURL, caFile: connection.caFile, at: Date())
      }
      _ = try apply(change, found, to: id)
      return outcome
    }
    revoke(outcome?.replaced)
  }

  /// A repository that somebody named.
  private struct Found {
    var reference: RepositoryReference
    var projectID: Int64?
    /// The setting that there is already.
    var existing: RepositorySetting?
  }

  private func resolve(
    _ texts: [String], on baseURL: BaseURL, tokens: any TokenSource, caFile: String?,
    item: ConfigItem?
  ) throws -> [Found] {
    var found: [Found] = []
    var names: Set<String> = []
    var failures: [FieldFailure] = []
    for (index, text) in texts.enumerated() {
      do {
        let next = try resolve(text, on: baseURL, tokens: tokens, caFile: caFile, item: item)
        guard names.insert(next.reference.path.lowercased()).inserted else {
          throw WebFailure(.validation, "The repository \(text) is named twice.")
        }
        found.append(next)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        failures.append(FieldFailure("repositories[\(index)]", error))
      }
    }
    guard failures.isEmpty else { throw WebFailure(fields: failures) }
    return found
  }

  private func resolve(
    _ text: String, on baseURL: BaseURL, tokens: any TokenSource, caFile: String?,
    item: ConfigItem?
  ) throws -> Found {
    let reference = try RepositoryReference.parse(text, defaultBaseURL: baseURL)
    if let existing = try store.repository(reference) {
      guard existing.connectionID == nil || existing.connectionID == item?.connection.id else {
        throw SettingsError.duplicateRepository(path: existing.path)
      }
      return Found(
        reference: try RepositoryReference(baseURL: baseURL, path: existing.path),
        projectID: existing.projectID, existing: existing)
    }
    switch try lookup().ask(for: reference, tokens: tokens, caFile: caFile) {
    case .found(let project):
      if let other = try store.repositories().first(where: {
        $0.baseURL == baseURL && $0.projectID == project.id
      }) {
        // It was given by a path that it has moved away from.
        guard other.connectionID == nil || other.connectionID == item?.connection.id else {
          throw SettingsError.duplicateRepository(path: other.path)
        }
        return Found(
          reference: try RepositoryReference(baseURL: baseURL, path: other.path),
          projectID: project.id, existing: other)
      }
      return Found(
        reference: try RepositoryReference(baseURL: baseURL, path: project.path),
        projectID: project.id, existing: nil)
    case .unreachable(let error): throw GitLabError.http(error)
    }
  }

  private func checkMappings(
    _ mappings: [ConfigChange.Mapping], paths: [String], item: ConfigItem?
  ) throws {
    let failures = try mappingFailures(mappings, paths: paths, item: item).map(\.failure)
    guard failures.isEmpty else { throw WebFailure(fields: failures) }
  }

  private func apply(
    _ change: ConfigChange, _ found: [Found], to id: Connection.ID
  ) throws -> ConfigItem {
    let before = try item(id)
    let now = Date()
    if change.repositories != nil {
      let kept = Set(found.compactMap { $0.existing?.id })
      for repository in before.repositories where !kept.contains(repository.id) {
        try store.removeRepository(repository.id)
      }
      for next in found {
        if let existing = next.existing {
          if existing.connectionID != id {
            try store.editRepository(existing.id, at: now) { $0.connectionID = id }
          }
        } else {
          try store.addRepository(
            next.reference, connection: id, projectID: next.projectID,
            lookbackDays: change.lookbackDays ?? before.lookbackDays, at: now)
        }
      }
    }
    for repository in try item(id).repositories {
      let days = change.lookbackDays ?? repository.lookbackDays
      let isActive = change.isActive ?? repository.isActive
      if days != repository.lookbackDays || isActive != repository.isActive {
        try store.editRepository(repository.id, at: now) {
          $0.lookbackDays = days
          $0.isActive = isActive
        }
      }
    }
    if let mappings = change.mappings { try applyMappings(mappings, to: item(id)) }
    return try item(id)
  }

  // MARK: The cache

  /// Deletes what is cached of an item's repositories.
  func flush(_ id: Connection.ID) throws {
    for repository in try item(id).repositories { try flush(repository) }
  }

  func flush(_ repository: RepositorySetting) throws {
    do {
      try CacheClearing(cache: cache).clear(repository)
    } catch MirrorError.busy {
      throw WebFailure.busy(repository)
    }
  }
}

extension WebFailure {
  static func busy(_ repository: RepositorySetting) -> WebFailure {
    WebFailure(
      .conflict, "A sync of \(repository.path) is running.", hint: Trouble.mirrorBusy.remedy())
  }

  static let noConfig = WebFailure(.notFound, "There is no such configuration.")
}
