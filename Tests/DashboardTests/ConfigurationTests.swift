import Credentials
import Foundation
import GitLabDouble
import Settings
import Testing

@testable import Dashboard

@Suite struct ConfigurationTests {
  /// Runs a body on a thread of its own: what asks the stand-in blocks, and the stand-in runs in this process.
  private func configuring<Value: Sendable>(
    _ fixture: DashboardFixture, _ body: @escaping @Sendable (Configuration) throws -> Value
  ) async throws -> Value {
    let configuration = Configuration(
      store: fixture.store, cache: fixture.cache,
      vault: Vault(
        store: fixture.store, source: KeySource(configDirectory: fixture.store.directory)),
      provider: fixture.provider, wait: { _ in throw CancellationError() }, isOffline: false)
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try body(configuration) })
      }
    }
  }

  /// Its days are out of range, which stands for all that may fail while it is stored: the last repository does.
  private let failing = ConfigChange(repositories: ["acme/shop", "acme/other"], lookbackDays: 0)

  @Test func `where a configuration cannot be made all is as it was`() async throws {
    let fixture = try await DashboardFixture()
    fixture.double.addProject(path: "acme/other", repository: "/nonexistent")
    let base = fixture.double.baseURL
    let reference = try RepositoryReference(baseURL: BaseURL(base), path: "acme/shop")
    try fixture.store.addRepository(reference, connection: nil, at: Date())
    let before = try fixture.store.repositories()
    await #expect(throws: SettingsError.self) {
      try await configuring(fixture) { [failing, token = fixture.token] in
        try $0.create(name: nil, baseURL: base, token: token, failing).connection.id
      }
    }
    #expect(try fixture.store.connections().isEmpty)
    #expect(try fixture.store.repositories() == before)
    await fixture.stop()
  }

  @Test func `where a change cannot be stored the former token stays, too`() async throws {
    let fixture = try await DashboardFixture()
    fixture.double.addProject(path: "acme/other", repository: "/nonexistent")
    _ = try await fixture.api(
      "POST", "/v1/config/repos", key: fixture.key(.configWrite), fixture.config())
    let connections = try fixture.store.connections()
    let repositories = try fixture.store.repositories()
    let id = try #require(connections.first?.id)
    let fresh = fixture.double.addToken(name: "bob").value
    await #expect(throws: SettingsError.self) {
      try await configuring(fixture) { [failing] in
        try $0.update(id, baseURL: nil, token: fresh, failing)
      }
    }
    #expect(try fixture.store.connections() == connections)
    #expect(try fixture.store.repositories() == repositories)
    await fixture.stop()
  }
}
