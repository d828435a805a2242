import Foundation
import GRDB
import Testing

@testable import Settings

@Suite struct ConnectionsTests {
  let directory: TemporaryDirectory
  let store: SettingsStore

  init() throws {
    directory = try TemporaryDirectory()
    store = try SettingsStore(directory: directory.path)
  }

  @Test func `a connection comes back as it was stored`() throws {
    let stored = try store.insert(draft())
    let read = try #require(try store.connection(named: "WORK"))
    #expect(read == stored)
    #expect(try store.connection(id: stored.id) == stored)
    #expect(read.scopes == ["read_api", "read_repository"])
    #expect(read.expiresAt == noon.addingTimeInterval(7200))
    #expect(read.health == .ok)
    #expect(read.createdAt == noon && read.checkedAt == noon)
    #expect(try store.connection(named: "other") == nil)
  }

  @Test func `a name is taken once, whatever its case`() throws {
    try store.insert(draft("work"))
    #expect(throws: SettingsError.duplicateConnection(name: "Work")) {
      try store.insert(draft("Work"))
    }
    let other = try store.insert(draft("home"))
    #expect(throws: SettingsError.duplicateConnection(name: "WORK")) {
      try store.update(connection: other.id) { $0.name = "WORK" }
    }
    #expect(try store.update(connection: other.id) { $0.name = "HOME" }.name == "HOME")
  }

  @Test(arguments: [
    "", "-x", "a b", "a\nb", "a/b", "a\\b", "a\u{202E}b", String(repeating: "a", count: 65),
  ])
  func `a name that breaks the rules is refused`(name: String) throws {
    #expect(throws: SettingsError.self) { try store.insert(draft(name)) }
    #expect(try store.connections().isEmpty)
  }

  @Test func `fields have bounds`() throws {
    let connection = try store.insert(draft())
    let long = String(repeating: "x", count: 5000)
    let changes: [@Sendable (inout Connection) -> Void] = [
      { $0.userName = long }, { $0.displayName = long }, { $0.tokenName = long },
      { $0.scopes = [long] }, { $0.clientID = long }, { $0.gitlabVersion = long },
      { $0.caFile = "relative.pem" }, { $0.caFile = "/" + long }, { $0.userName = "a\u{0}b" },
    ]
    for change in changes {
      #expect(throws: SettingsError.self) { try store.update(connection: connection.id, change) }
    }
    #expect(try store.connection(id: connection.id) == connection)
  }

  @Test func `a token never goes over plain http to another machine`() throws {
    var insecure = try draft()
    insecure.baseURL = try BaseURL("http://gitlab.internal", allowInsecure: true)
    #expect(throws: SettingsError.insecureConnection(host: "gitlab.internal")) {
      try store.insert(insecure)
    }
    try store.insert(draft("local", at: "http://127.0.0.1:3000"))
  }

  @Test func `an update leaves expiry and health to those who know`() throws {
    let connection = try store.insert(draft())
    try store.markNeedsReauthorization(connection.id, since: noon)
    let updated = try store.update(connection: connection.id) {
      $0.displayName = "Countess"
      $0.gitlabVersion = "18.0.0"
      $0.checkedAt = noon.addingTimeInterval(60)
    }
    #expect(updated.displayName == "Countess")
    #expect(updated.gitlabVersion == "18.0.0")
    #expect(updated.health == .needsReauthorization(since: noon))
    #expect(updated.expiresAt == connection.expiresAt)
    #expect(throws: SettingsError.unknownConnection("99")) {
      try store.update(connection: 99) { _ in }
    }
  }

  @Test func `the first refusal's date stays`() throws {
    let id = try store.insert(draft()).id
    #expect(try store.markNeedsReauthorization(id, since: noon))
    #expect(try store.markNeedsReauthorization(id, since: noon.addingTimeInterval(60)))
    #expect(try store.connection(id: id)?.health == .needsReauthorization(since: noon))
  }

  @Test func `a refusal of secrets since replaced marks nothing`() throws {
    let id = try store.insert(draft()).id
    let generation = try store.sealedSecrets(of: id).generation
    let next = try store.replaceSecrets(
      of: id, with: [.accessToken: Data([1])], expiresAt: nil, ifGeneration: generation,
      keyID: firstKey)
    #expect(try !store.markNeedsReauthorization(id, since: noon, ifGeneration: generation))
    #expect(try store.connection(id: id)?.health == .ok)
    #expect(try store.markNeedsReauthorization(id, since: noon, ifGeneration: next))
  }

  @Test func `removing takes the secrets along and leaves the repositories`() throws {
    let connection = try store.insert(draft())
    let repository = try store.addRepository(
      store.reference("g/p"), connection: connection.id, at: noon)
    try store.delete(connection: connection.id)
    #expect(try store.connections().isEmpty)
    #expect(try store.read { try SecretRecord.fetchCount($0) } == 0)
    #expect(try store.repository(id: repository.id)?.connectionID == nil)
    #expect(throws: SettingsError.unknownConnection("\(connection.id)")) {
      try store.delete(connection: connection.id)
    }
    #expect(try store.insert(draft()).id > connection.id)
  }
}
