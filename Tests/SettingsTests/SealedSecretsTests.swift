import Foundation
import Testing

@testable import Settings

@Suite struct SealedSecretsTests {
  let directory: TemporaryDirectory
  let store: SettingsStore

  init() throws {
    directory = try TemporaryDirectory()
    store = try SettingsStore(directory: directory.path)
  }

  @Test func `all secrets are replaced together with the expiry`() throws {
    let id = try store.insert(
      draft(),
      blobs: [.accessToken: Data([1]), .refreshToken: Data([2]), .clientSecret: Data([3])]
    ).id
    let before = try store.sealedSecrets(of: id)
    #expect(before.blobs.count == 3 && before.keyID == firstKey)
    try store.markNeedsReauthorization(id, since: noon)
    let later = noon.addingTimeInterval(9000)
    let generation = try store.replaceSecrets(
      of: id, with: [.accessToken: Data([4])], expiresAt: later, ifGeneration: before.generation,
      keyID: firstKey)
    let after = try store.sealedSecrets(of: id)
    #expect(after.blobs == [.accessToken: Data([4])])
    #expect(after.generation == generation && generation > before.generation)
    #expect(after.connection.expiresAt == later)
    #expect(after.connection.health == .ok)
  }

  @Test func `of two replacements with one generation the second loses`() throws {
    let id = try store.insert(draft()).id
    let other = try SettingsStore(directory: directory.path)
    let generation = try other.sealedSecrets(of: id).generation
    _ = try store.replaceSecrets(
      of: id, with: [.accessToken: Data([1])], expiresAt: nil, ifGeneration: generation,
      keyID: firstKey)
    #expect(throws: SettingsError.secretsReplaced) {
      try other.replaceSecrets(
        of: id, with: [.accessToken: Data([2])], expiresAt: nil, ifGeneration: generation,
        keyID: firstKey)
    }
    #expect(try other.sealedSecrets(of: id).blobs == [.accessToken: Data([1])])
  }

  @Test func `many replacements at once have one winner a generation`() async throws {
    let id = try store.insert(draft()).id
    let generation = try store.sealedSecrets(of: id).generation
    let path = directory.path
    let winners = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<8 {
        group.addTask {
          guard let store = try? SettingsStore(directory: path) else { return false }
          let won = try? store.replaceSecrets(
            of: id, with: [.accessToken: Data([UInt8(index)])], expiresAt: nil,
            ifGeneration: generation, keyID: firstKey)
          return won != nil
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(winners == 1)
  }

  @Test func `all secrets are sealed with one key`() throws {
    let id = try store.insert(draft()).id
    let second = Data(repeating: 2, count: 16)
    #expect(throws: SettingsError.vaultKeyDiffers) { try store.insert(draft("b"), keyID: second) }
    #expect(try store.connections().count == 1)
    try store.delete(connection: id)
    #expect(try store.vaultKeyID() == nil)
    try store.insert(draft("b"), keyID: second)
    #expect(try store.vaultKeyID() == second)
  }

  @Test func `an only connection may be renewed with another key`() throws {
    let connection = try store.insert(draft())
    var login = try draft("ignored")
    login.authentication = .personalAccessToken
    login.scopes = ["api"]
    try store.markNeedsReauthorization(connection.id, since: noon)
    let second = Data(repeating: 2, count: 16)
    let renewed = try store.renew(
      connection: connection.id, login, with: [.accessToken: Data([9])], keyID: second)
    #expect(renewed.name == "work" && renewed.id == connection.id)
    #expect(renewed.authentication == .personalAccessToken && renewed.scopes == ["api"])
    #expect(renewed.health == .ok)
    #expect(try store.vaultKeyID() == second)
  }

  @Test func `a connection cannot move to another instance`() throws {
    let connection = try store.insert(draft())
    #expect(throws: SettingsError.self) {
      try store.renew(
        connection: connection.id, draft(at: "https://evil.example"),
        with: [.accessToken: Data([9])], keyID: firstKey)
    }
  }

  @Test func `a secret has bounds`() throws {
    for blob in [Data(), Data(count: SealedSecret.maximumLength + 1)] {
      #expect(throws: SettingsError.self) {
        try store.insert(draft(), blobs: [.accessToken: blob])
      }
    }
    #expect(try store.connections().isEmpty)
    try store.insert(draft(), blobs: [.accessToken: Data(count: SealedSecret.maximumLength)])
  }

  @Test func `a failed sealing stores no connection`() throws {
    struct Refusal: Error {}
    let result = try store.insert(draft(), keyID: firstKey) { _ throws(Refusal) in throw Refusal() }
    #expect(throws: Refusal.self) { try result.get() }
    #expect(try store.connections().isEmpty)
    #expect(try store.vaultKeyID() == nil)
  }

  @Test func `a store for reading never runs what needs the lock`() throws {
    try store.insert(draft())
    let reader = try SettingsStore(directory: directory.path, access: .readOnly)
    var ran = false
    #expect(throws: SettingsError.readOnly(path: reader.path)) {
      _ = try reader.exclusively { _ in ran = true }
    }
    #expect(!ran)
  }
}
