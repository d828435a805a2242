import Foundation
import GitLab
import HTTP
import Settings
import Synchronization
import Testing

@testable import Credentials

/// A connection with OAuth tokens to a ``TokenServer``.
final class OAuthFixture {
  let directory: TemporaryDirectory
  let server: TokenServer
  let vault: Vault
  let connection: Connection
  let notices = Mutex<[TokenError]>([])

  init(expiresIn seconds: Double = 7200, refreshToken: Bool = true) throws {
    directory = try TemporaryDirectory()
    server = try TokenServer()
    vault = try openVault(directory.path)
    let draft = try ConnectionDraft(
      name: "work", baseURL: BaseURL(server.url), authentication: .oauth, userName: "ada",
      displayName: "Ada", scopes: ["read_api", "read_repository"],
      expiresAt: Date().addingTimeInterval(seconds), clientID: "app",
      checkedAt: Date().addingTimeInterval(seconds - 7200))
    connection = try vault.insert(
      draft,
      secrets: ConnectionSecrets(
        accessToken: Secret("access-0"), refreshToken: refreshToken ? Secret("refresh-0") : nil,
        clientSecret: Secret("gloas-secret")))
  }

  func provider(
    silence: Duration = .seconds(10), cancellation: Cancellation = Cancellation()
  ) -> TokenProvider {
    TokenProvider(
      vault: vault, cancellation: cancellation,
      network: { _ in HTTPConfiguration(userAgent: "test", silenceTimeout: silence) },
      notice: { error in self.notices.withLock { $0.append(error) } })
  }

  func source(
    silence: Duration = .seconds(10), cancellation: Cancellation = Cancellation()
  ) throws -> RefreshingToken {
    try provider(silence: silence, cancellation: cancellation).source(of: connection)
  }

  func stored() throws -> StoredSecrets { try vault.secrets(of: connection.id) }

  /// Moves the stored expiry, as if time had passed.
  func age(toExpireIn seconds: Double) throws {
    let stored = try stored()
    try vault.replace(
      stored.secrets, of: connection, expiresAt: Date().addingTimeInterval(seconds),
      checkedAt: Date().addingTimeInterval(seconds - 7200), ifGeneration: stored.generation)
  }
}

// The fixture is used by one test at a time; only its notices are written from elsewhere, under a lock.
extension OAuthFixture: @unchecked Sendable {}

/// Work on a thread of its own, which leaves the shared pool to the tests.
final class Running: Sendable {
  private let result = Mutex<Result<Authorization, any Error>?>(nil)

  init(_ body: @escaping @Sendable () throws -> Authorization) {
    Thread.detachNewThread { [self] in
      let outcome = Result { try body() }
      result.withLock { $0 = outcome }
    }
  }

  var value: Authorization {
    get async throws {
      while true {
        if let outcome = result.withLock({ $0 }) { return try outcome.get() }
        try await Task.sleep(for: .milliseconds(2))
      }
    }
  }
}

func bearer(_ text: String) -> Authorization { .bearer(Secret(text)) }

@Suite struct RefreshTests {
  @Test func `a token with time left is used as it is`() throws {
    let fixture = try OAuthFixture()
    #expect(try fixture.source().authorization() == bearer("access-0"))
    #expect(fixture.server.state.withLock { $0.refreshes } == 0)
  }

  @Test(arguments: [(660.0, 0), (590.0, 1), (-60.0, 1)])
  func `it is renewed ten minutes before its end, or later`(left: Double, refreshes: Int) throws {
    let fixture = try OAuthFixture(expiresIn: left)
    #expect(try fixture.source().authorization() == bearer("access-\(refreshes)"))
    #expect(fixture.server.state.withLock { $0.refreshes } == refreshes)
  }

  @Test(arguments: [(60.0, 54.0), (7200.0, 6600.0), (100_000.0, 99_400.0)])
  func `a tenth of the lifetime is kept, at most ten minutes`(lifetime: Double, date: Double) throws
  {
    let fixture = try OAuthFixture()
    let now = Date(timeIntervalSince1970: 1_777_100_400)
    try fixture.vault.replace(
      fixture.stored().secrets, of: fixture.connection,
      expiresAt: now.addingTimeInterval(lifetime), checkedAt: now,
      ifGeneration: fixture.stored().generation)
    #expect(try fixture.stored().connection.refreshDate == now.addingTimeInterval(date))
  }

  @Test func `the new pair and the application's secret are stored`() throws {
    let fixture = try OAuthFixture(expiresIn: 5)
    _ = try fixture.source().authorization()
    let stored = try fixture.stored()
    #expect(stored.secrets.accessToken == Secret("access-1"))
    #expect(stored.secrets.refreshToken == Secret("refresh-1"))
    #expect(stored.secrets.clientSecret == Secret("gloas-secret"))
    #expect((stored.connection.expiresAt ?? .distantPast) > Date().addingTimeInterval(7000))
    #expect(
      fixture.server.state.withLock { $0.forms } == [
        "grant_type=refresh_token&refresh_token=refresh-0&client_id=app&client_secret=gloas-secret"
      ])
  }

  @Test func `where the settings can only be read no pair is asked for, as it would be lost`()
    throws
  {
    for (left, isAlive) in [(5.0, true), (-60, false)] {
      let fixture = try OAuthFixture(expiresIn: left)
      let provider = TokenProvider(
        vault: Vault(
          store: try SettingsStore(directory: fixture.directory.path, access: .readOnly),
          source: fixture.vault.source),
        cancellation: Cancellation(),
        network: { _ in HTTPConfiguration(userAgent: "test", silenceTimeout: .seconds(10)) })
      let source = try provider.source(of: fixture.connection)
      if isAlive { #expect(try source.authorization() == bearer("access-0")) }
      let error = #expect(throws: TokenError.self) {
        _ = isAlive ? try source.renew() : try source.authorization() != .none
      }
      guard case .lock(_, "the settings cannot be written") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      // What cannot be noted is said all the same.
      #expect(throws: TokenError.needsReauthorization(connection: "work")) { try source.refuse() }
      #expect(try fixture.stored().connection.health == .ok)
      #expect(fixture.server.state.withLock { $0.refreshes } == 0)
    }
  }

  @Test func `a refused token is renewed once, and its successor is not`() throws {
    let fixture = try OAuthFixture()
    let source = try fixture.source()
    fixture.server.revokeAccess()
    #expect(try source.renew())
    #expect(try source.authorization() == bearer("access-1"))
    #expect(try !source.renew())
    #expect(fixture.server.state.withLock { $0.refreshes } == 1)
  }

  @Test func `what another process stored is taken without a refresh`() throws {
    let fixture = try OAuthFixture()
    let first = try fixture.source()
    let second = try fixture.source()
    #expect(try first.renew())
    #expect(try second.renew())
    #expect(try second.authorization() == bearer("access-1"))
    #expect(fixture.server.state.withLock { $0.refreshes } == 1)
  }

  @Test func `a rejected refresh is never tried again, by anybody`() throws {
    let fixture = try OAuthFixture(expiresIn: 5)
    let other = try fixture.source()
    fixture.server.state.withLock { $0.refresh = "somebody-has-it" }
    let dead = TokenError.needsReauthorization(connection: "work")
    #expect(throws: dead) { try fixture.source().authorization() }
    #expect(throws: dead) { try fixture.source().authorization() }
    #expect(throws: dead) { try other.authorization() }
    #expect(throws: dead) { try other.renew() }
    #expect(fixture.server.state.withLock { $0.rejected } == 1)
    #expect(try fixture.stored().connection.health != .ok)
    #expect(try fixture.stored().secrets.accessToken == Secret("access-0"))
  }

  @Test(arguments: [
    TokenServer.Fault.answer(status: 500, body: "<html>"),
    .answer(status: 429, body: "Retry later"), .answer(status: 200, body: "<html>proxy</html>"),
    .answer(status: 403, body: "<html>proxy</html>"),
  ])
  func `a refresh that GitLab did not act on leaves the living token in use`(
    fault: TokenServer.Fault
  ) throws {
    let fixture = try OAuthFixture(expiresIn: 300)
    fixture.server.state.withLock { $0.fault = fault }
    let source = try fixture.source()
    for _ in 0..<3 { #expect(try source.authorization() == bearer("access-0")) }
    #expect(fixture.notices.withLock { $0.count } == 1)
    #expect(fixture.server.state.withLock { $0.forms.count } == 1)
    #expect(try fixture.stored().connection.health == .ok)
    fixture.server.state.withLock { $0.fault = .none }
    #expect(try fixture.source().authorization() == bearer("access-1"))
  }

  @Test(arguments: [TokenServer.Fault.stall, .cut])
  func `an answer that is lost is an error, and the refresh is sent once`(
    fault: TokenServer.Fault
  ) throws {
    let fixture = try OAuthFixture(expiresIn: -5)
    fixture.server.state.withLock { $0.fault = fault }
    let start = ContinuousClock.now
    let error = #expect(throws: TokenError.self) {
      try fixture.source(silence: .milliseconds(300)).authorization()
    }
    #expect(ContinuousClock.now - start < .seconds(30))
    guard case .refresh("work", _) = error else {
      Issue.record("not a failed refresh: \(String(describing: error))")
      return
    }
    #expect(fixture.server.state.withLock { $0.forms.count } == 1)
    #expect(try fixture.stored().connection.health == .ok)
    // The lost pair was the only one: the next try finds out and stops.
    fixture.server.state.withLock { $0.fault = .none }
    #expect(throws: TokenError.needsReauthorization(connection: "work")) {
      try fixture.source().authorization()
    }
  }

  @Test func `a new login while a refresh is under way wins`() async throws {
    let fixture = try OAuthFixture(expiresIn: 5)
    fixture.server.state.withLock { $0.fault = .held }
    let token = Running { try fixture.source().authorization() }
    while fixture.server.state.withLock({ $0.forms.isEmpty }) {
      try await Task.sleep(for: .milliseconds(2))
    }
    try fixture.vault.renew(
      fixture.connection,
      with: ConnectionDraft(
        name: "work", baseURL: fixture.connection.baseURL, authentication: .oauth, userName: "ada",
        displayName: "Ada", expiresAt: Date().addingTimeInterval(7200), clientID: "app",
        checkedAt: Date()),
      secrets: ConnectionSecrets(accessToken: Secret("login"), refreshToken: Secret("login-2")))
    fixture.server.release()
    #expect(try await token.value == bearer("login"))
    #expect(try fixture.stored().secrets.refreshToken == Secret("login-2"))
  }

  @Test func `an interruption waits a moment for the pair that is on its way`() async throws {
    let fixture = try OAuthFixture(expiresIn: 5)
    fixture.server.state.withLock { $0.fault = .held }
    let cancellation = Cancellation()
    let token = Running { try fixture.source(cancellation: cancellation).authorization() }
    while fixture.server.state.withLock({ $0.forms.isEmpty }) {
      try await Task.sleep(for: .milliseconds(2))
    }
    cancellation.cancel()
    fixture.server.release()
    #expect(try await token.value == bearer("access-1"))
    #expect(try fixture.stored().secrets.refreshToken == Secret("refresh-1"))
  }

  @Test func `an interruption ends a refresh that does not come to its end`() async throws {
    let fixture = try OAuthFixture(expiresIn: 5)
    fixture.server.state.withLock { $0.fault = .stall }
    let cancellation = Cancellation()
    let token = Running { try fixture.source(cancellation: cancellation).authorization() }
    while fixture.server.state.withLock({ $0.forms.isEmpty }) {
      try await Task.sleep(for: .milliseconds(2))
    }
    let start = ContinuousClock.now
    cancellation.cancel()
    await #expect(throws: TokenError.cancelled) { try await token.value }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func `who waits for another's refresh gives up in time`() throws {
    let fixture = try OAuthFixture(expiresIn: 5)
    let lock = try RefreshLock(
      directory: fixture.directory.path, connection: fixture.connection, limit: .seconds(1),
      cancellation: Cancellation())
    let source = try fixture.source(silence: .milliseconds(200))
    // The token still lives, so it is used.
    #expect(try source.authorization() == bearer("access-0"))
    #expect(fixture.notices.withLock { $0 } == [.busy(connection: "work")])
    withExtendedLifetime(lock) {}
  }

  @Test func `without a refresh token the login ends with its token`() throws {
    let fixture = try OAuthFixture(expiresIn: 5, refreshToken: false)
    #expect(try fixture.source().authorization() == bearer("access-0"))
    try fixture.age(toExpireIn: -1)
    #expect(throws: TokenError.needsReauthorization(connection: "work")) {
      try fixture.source().authorization()
    }
  }

  @Test func `a personal token is never refreshed, and its successor is taken`() throws {
    let directory = try TemporaryDirectory()
    let vault = try openVault(directory.path)
    var personal = try draft()
    personal.authentication = .personalAccessToken
    let connection = try vault.insert(
      personal, secrets: ConnectionSecrets(accessToken: Secret("old")))
    let source = try TokenProvider(
      vault: vault, cancellation: Cancellation(),
      network: { _ in HTTPConfiguration(userAgent: "t") }
    ).source(of: connection)
    #expect(try source.authorization() == bearer("old"))
    #expect(try !source.renew())
    try vault.renew(
      connection, with: personal, secrets: ConnectionSecrets(accessToken: Secret("new")))
    #expect(try source.renew())
    #expect(try source.authorization() == bearer("new"))
  }

  @Test func `both tokens of a pair are revoked, and the lock's file goes with the connection`()
    throws
  {
    let fixture = try OAuthFixture()
    let provider = fixture.provider()
    try provider.revoke(fixture.connection)
    #expect(
      fixture.server.state.withLock { $0.forms } == [
        "token=access-0&client_id=app&client_secret=gloas-secret",
        "token=refresh-0&client_id=app&client_secret=gloas-secret",
      ])
    #expect(try names(in: fixture.directory.path).contains("refresh-1.lock"))
    #expect(try permissions(of: fixture.directory.file("refresh-1.lock")) == 0o600)
    provider.forget(fixture.connection)
    #expect(try !names(in: fixture.directory.path).contains("refresh-1.lock"))
  }
}
