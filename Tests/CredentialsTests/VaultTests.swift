import Crypto
import Foundation
import HTTP
import Settings
import Testing

@testable import Credentials

@Suite struct VaultTests {
  let directory: TemporaryDirectory
  var config: String { directory.file("config") }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `secrets come back as they were stored`() throws {
    let vault = try openVault(config)
    let connection = try vault.insert(draft(), secrets: secrets())
    let stored = try openVault(config).secrets(of: connection.id)
    #expect(stored.secrets == secrets())
    #expect(stored.connection == connection)
    let bare = try vault.insert(
      draft("bare"), secrets: ConnectionSecrets(accessToken: Secret("glpat-ü")))
    let read = try vault.secrets(of: bare.id).secrets
    #expect(read.accessToken.reveal() == "glpat-ü")
    #expect(read.refreshToken == nil && read.clientSecret == nil)
  }

  @Test func `a refresh that comes second stores nothing`() throws {
    let vault = try openVault(config)
    let connection = try vault.insert(draft(), secrets: secrets())
    let generation = try vault.secrets(of: connection.id).generation
    let other = try openVault(config)
    let later = noon.addingTimeInterval(7200)
    let next = try vault.replace(
      secrets("second"), of: connection, expiresAt: later, ifGeneration: generation)
    #expect(throws: VaultError.settings(.secretsReplaced)) {
      try other.replace(
        secrets("third"), of: connection, expiresAt: nil, ifGeneration: generation)
    }
    let stored = try other.secrets(of: connection.id)
    #expect(stored.secrets == secrets("second") && stored.generation == next)
    #expect(stored.connection.expiresAt == later)
  }

  @Test func `a new login renews a connection`() throws {
    let vault = try openVault(config)
    let connection = try vault.insert(draft(), secrets: secrets())
    try vault.store.markNeedsReauthorization(connection.id, since: noon)
    let renewed = try vault.renew(connection, with: draft("other"), secrets: secrets("second"))
    #expect(renewed.name == "work" && renewed.health == .ok)
    #expect(try vault.secrets(of: connection.id).secrets == secrets("second"))
  }

  @Test func `every byte of a sealed secret counts`() throws {
    let seal = SecretSeal(key: .random())
    let place = try BaseURL("https://gitlab.example.org")
    let blob = try seal.seal(Secret("glpat-secret"), .accessToken, of: 7, at: place)
    #expect(seal.open(blob, .accessToken, of: 7, at: place)?.reveal() == "glpat-secret")
    for index in blob.indices {
      for bit in 0..<8 {
        var changed = blob
        changed[index] ^= 1 << bit
        #expect(seal.open(changed, .accessToken, of: 7, at: place) == nil)
      }
    }
    for length in 0..<blob.count {
      #expect(seal.open(blob.prefix(length), .accessToken, of: 7, at: place) == nil)
      #expect(seal.open(blob.suffix(length), .accessToken, of: 7, at: place) == nil)
    }
    #expect(seal.open(blob + [0], .accessToken, of: 7, at: place) == nil)
  }

  @Test func `a sealed secret opens only in its own place`() throws {
    let seal = SecretSeal(key: .random())
    let place = try BaseURL("https://gitlab.example.org")
    let blob = try seal.seal(Secret("glpat-secret"), .accessToken, of: 7, at: place)
    #expect(seal.open(blob, .refreshToken, of: 7, at: place) == nil)
    #expect(seal.open(blob, .accessToken, of: 8, at: place) == nil)
    for other in [
      "https://gitlab.example.or", "https://gitlab.example.org:1", "https://gitlab.example.org/a",
      "https://gitlab.example.com",
    ] {
      #expect(try seal.open(blob, .accessToken, of: 7, at: BaseURL(other)) == nil)
    }
    #expect(SecretSeal(key: .random()).open(blob, .accessToken, of: 7, at: place) == nil)
  }

  @Test func `the same secret is never sealed to the same bytes`() throws {
    let seal = SecretSeal(key: .random())
    let place = try BaseURL("https://gitlab.example.org")
    let blobs = try (0..<100).map { _ in
      try seal.seal(Secret("s"), .accessToken, of: 1, at: place)
    }
    #expect(Set(blobs.map { $0.prefix(13) }).count == 100)
  }

  @Test func `a sealed secret of this version opens for ever`() throws {
    let key = try VaultKey(Secret(String(repeating: "0f", count: 32)), source: "test")
    let blob = try #require(Data(base64Encoded: "AQABAgMEBQYHCAkKC2Pw8Pv8pjgZFrCq0OcOV43MvbQKrNU="))
    let secret = SecretSeal(key: key).open(
      blob, .refreshToken, of: 42, at: try BaseURL("https://host.example/git"))
    #expect(secret?.reveal() == "pinned")
  }

  @Test func `a row copied to another connection is damage`() throws {
    let vault = try openVault(config)
    let first = try vault.insert(draft("first"), secrets: secrets("first"))
    let second = try vault.insert(draft("second"), secrets: secrets("second"))
    let key = try #require(try vault.store.vaultKeyID())
    let blobs = try vault.store.sealedSecrets(of: first.id).blobs
    _ = try vault.store.replaceSecrets(
      of: second.id, with: blobs, expiresAt: nil, ifGeneration: 1, keyID: key)
    #expect(throws: VaultError.damaged(connection: "second")) { try vault.secrets(of: second.id) }
    #expect(try vault.secrets(of: first.id).secrets == secrets("first"))
    let swapped: [SecretKind: Data] = [
      .accessToken: try #require(blobs[.refreshToken]),
      .refreshToken: try #require(blobs[.accessToken]),
    ]
    _ = try vault.store.replaceSecrets(
      of: first.id, with: swapped, expiresAt: nil, ifGeneration: 1, keyID: key)
    #expect(throws: VaultError.damaged(connection: "first")) { try vault.secrets(of: first.id) }
  }

  @Test func `a wrong key is told from damage and destroys nothing`() throws {
    let connection = try openVault(config).insert(draft(), secrets: secrets())
    let wrong = try openVault(config, key: .random())
    #expect(throws: VaultError.wrongKey) { try wrong.secrets(of: connection.id) }
    #expect(throws: VaultError.wrongKey) { try wrong.insert(draft("b"), secrets: secrets()) }
    #expect(throws: VaultError.wrongKey) {
      try wrong.replace(secrets(), of: connection, expiresAt: nil, ifGeneration: 1)
    }
    #expect(throws: VaultError.wrongKey) { try wrong.rekey() }
    #expect(try openVault(config).secrets(of: connection.id).secrets == secrets())
  }

  @Test func `a missing key file is not replaced while secrets need it`() throws {
    let connection = try openVault(config).insert(draft(), secrets: secrets())
    try FileManager.default.removeItem(atPath: "\(config)/key")
    let vault = try openVault(config)
    let missing = VaultError.key(.missing(path: "\(config)/key"))
    #expect(throws: missing) { try vault.secrets(of: connection.id) }
    #expect(throws: missing) { try vault.insert(draft("b"), secrets: secrets()) }
    #expect(throws: missing) { try vault.rekey() }
    #expect(!FileManager.default.fileExists(atPath: "\(config)/key"))
    try vault.store.delete(connection: connection.id)
    let again = try vault.insert(draft(), secrets: secrets("again"))
    #expect(try vault.secrets(of: again.id).secrets == secrets("again"))
  }

  @Test func `with a key from outside no key file is made`() throws {
    let key = VaultKey.random()
    let connection = try openVault(config, key: key).insert(draft(), secrets: secrets())
    #expect(!FileManager.default.fileExists(atPath: "\(config)/key"))
    #expect(try openVault(config, key: key).secrets(of: connection.id).secrets == secrets())
  }

  @Test func `an empty or endless secret is refused`() throws {
    let vault = try openVault(config)
    for text in ["", String(repeating: "a", count: 16_385)] {
      #expect(throws: VaultError.invalidSecret) {
        try vault.insert(draft(), secrets: ConnectionSecrets(accessToken: Secret(text)))
      }
    }
    #expect(try vault.store.connections().isEmpty)
    try vault.insert(
      draft(),
      secrets: ConnectionSecrets(accessToken: Secret(String(repeating: "a", count: 16_384))))
  }

  @Test func `errors of the settings come through`() throws {
    let vault = try openVault(config)
    try vault.insert(draft(), secrets: secrets())
    #expect(throws: VaultError.settings(.duplicateConnection(name: "work"))) {
      try vault.insert(draft(), secrets: secrets())
    }
    #expect(throws: VaultError.settings(.unknownConnection("9"))) { try vault.secrets(of: 9) }
  }

  @Test func `many first users at once share one key`() async throws {
    let config = config
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          _ = try openVault(config).insert(draft("c\(index)"), secrets: secrets("\(index)"))
        }
      }
      try await group.waitForAll()
    }
    let vault = try openVault(config)
    let connections = try vault.store.connections()
    #expect(connections.count == 8)
    for connection in connections {
      let mark = String(connection.name.dropFirst())
      #expect(try vault.secrets(of: connection.id).secrets == secrets(mark))
    }
  }

  @Test func `settings that cannot be written can be read`() throws {
    let connection = try openVault(config).insert(draft(), secrets: secrets())
    let reader = Vault(
      store: try SettingsStore(directory: config, access: .readOnly),
      source: KeySource(configDirectory: config))
    #expect(try reader.secrets(of: connection.id).secrets == secrets())
    #expect(throws: VaultError.self) { try reader.insert(draft("b"), secrets: secrets()) }
  }

  @Test func `a secret shows nothing of itself`() {
    let value = secrets()
    var dumped = ""
    dump(value, to: &dumped)
    for text in ["\(value)", String(reflecting: value), dumped, "\(value.accessToken)"] {
      #expect(text.contains("•••"))
      #expect(!text.contains("Zr8qLk2vXw"))
    }
    #expect(!"\(VaultKey.random().text)".contains { $0.isHexDigit })
  }

  @Test func `every error has a sentence and a hint`() {
    let errors: [VaultError] = [
      .wrongKey, .damaged(connection: "c"), .noToken(connection: "c"), .invalidSecret,
      .key(.missing(path: "/p")), .settings(.secretsReplaced),
    ]
    for error in errors {
      #expect(error.summary.hasSuffix("."))
      #expect(!error.hint.isEmpty)
    }
  }
}
