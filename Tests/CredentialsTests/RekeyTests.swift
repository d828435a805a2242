import Foundation
import HTTP
import Settings
import Testing

@testable import Credentials

@Suite struct RekeyTests {
  let directory: TemporaryDirectory
  var config: String { directory.file("config") }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `a new key opens everything and the old one nothing`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    let old = try #require(try KeyFile(directory: config).read())
    #expect(try vault.rekey() == 6)
    let new = try #require(try KeyFile(directory: config).read())
    #expect(new.id != old.id)
    #expect(try permissions(of: "\(config)/key") == 0o600)
    #expect(!(try names(in: config)).contains("key.next"))
    try expectOpen(vault, connections)
    #expect(throws: VaultError.wrongKey) {
      try openVault(config, key: old).secrets(of: connections[0].id)
    }
  }

  @Test func `wherever a key change is cut off it is finished or taken back`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    let old = try #require(try KeyFile(directory: config).read())
    var copies: [(Vault.RekeyStep, String)] = []
    _ = try vault.rekey(to: .keyFile) { step in
      // What a crash leaves is what lies on the disk at that moment.
      let copy = directory.file("\(step)")
      try? FileManager.default.copyItem(atPath: config, toPath: copy)
      copies.append((step, copy))
    }
    #expect(copies.map(\.0) == Vault.RekeyStep.allCases)
    let new = try #require(try KeyFile(directory: config).read())
    for (step, copy) in copies {
      try? FileManager.default.removeItem(atPath: "\(copy)/connections.sqlite-shm")
      let isNextThere = FileManager.default.fileExists(atPath: "\(copy)/key.next")
      #expect(isNextThere == [.nextKeyStored, .sealed, .committed].contains(step))
      let survivor = try openVault(copy)
      try expectOpen(survivor, connections)
      #expect(try names(in: copy).contains("key.next") == false)
      let isNew = step == .committed || step == .renamed
      #expect(try KeyFile(directory: copy).read()?.id == (isNew ? new.id : old.id))
      #expect(try survivor.rekey() == 6)
      try expectOpen(survivor, connections)
    }
  }

  @Test func `a key change after a cut-off one keeps the key in use`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    let copy = directory.file("copy")
    _ = try vault.rekey(to: .keyFile) { step in
      if step == .committed { try? FileManager.default.copyItem(atPath: config, toPath: copy) }
    }
    let survivor = try openVault(copy)
    #expect(try survivor.rekey() == 6)
    try expectOpen(survivor, connections)
  }

  @Test func `a next key that was cut off while written is dropped`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    for text in ["", "0123"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(config)/key.next"))
      try setPermissions(0o600, of: "\(config)/key.next")
      try expectOpen(vault, connections)
      #expect(!(try names(in: config)).contains("key.next"))
    }
  }

  @Test func `a cut-off change can be read where nothing can be written`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    let copy = directory.file("copy")
    _ = try vault.rekey(to: .keyFile) { step in
      if step == .committed { try? FileManager.default.copyItem(atPath: config, toPath: copy) }
    }
    let reader = Vault(
      store: try SettingsStore(directory: copy, access: .readOnly),
      source: KeySource(configDirectory: copy))
    try expectOpen(reader, connections)
    #expect(try names(in: copy).contains("key.next"))
    try expectOpen(try openVault(copy), connections)
    #expect(!(try names(in: copy)).contains("key.next"))
  }

  @Test func `one damaged secret stops a key change before anything changes`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    let keyID = try #require(try vault.store.vaultKeyID())
    _ = try vault.store.replaceSecrets(
      of: connections[1].id, with: [.accessToken: Data([1, 2, 3])], expiresAt: nil,
      ifGeneration: 1, keyID: keyID)
    #expect(throws: VaultError.damaged(connection: "second")) { try vault.rekey() }
    #expect(!(try names(in: config)).contains("key.next"))
    #expect(try vault.secrets(of: connections[0].id).secrets == secrets("first"))
  }

  @Test func `a failure before the commit changes nothing`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    for step in [Vault.RekeyStep.begun, .nextKeyStored, .sealed] {
      #expect(throws: VaultError.invalidSecret) {
        _ = try vault.rekey(to: .keyFile) { reached throws(VaultError) in
          if reached == step { throw .invalidSecret }
        }
      }
      try expectOpen(vault, connections)
      #expect(!(try names(in: config)).contains("key.next"))
    }
  }

  @Test func `the key can move out of the directory and back`() throws {
    let connections = try fill(openVault(config))
    let outside = VaultKey.random()
    #expect(try openVault(config).rekey(to: .provided(outside)) == 6)
    try expectOpen(openVault(config, key: outside), connections)
    #expect(throws: VaultError.wrongKey) { try openVault(config).secrets(of: connections[0].id) }
    #expect(try openVault(config, key: outside).rekey(to: .keyFile) == 6)
    try expectOpen(openVault(config), connections)
  }

  @Test func `a refresh under way outlives a key change`() throws {
    let vault = try openVault(config)
    let connections = try fill(vault)
    let generation = try vault.secrets(of: connections[0].id).generation
    try openVault(config).rekey()
    try vault.replace(
      secrets("refreshed"), of: connections[0], expiresAt: nil, ifGeneration: generation)
    #expect(try vault.secrets(of: connections[0].id).secrets == secrets("refreshed"))
  }

  @Test func `without secrets the key stays`() throws {
    #expect(try openVault(config).rekey() == 0)
    #expect(!(try names(in: config)).contains("key"))
  }

  @Test func `key changes, refreshes and reads at once disturb nobody`() async throws {
    let config = config
    let connections = try fill(openVault(config))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<5 { _ = try openVault(config).rekey() }
        }
      }
      for (connection, mark) in zip(connections, ["first", "second"]) {
        group.addTask {
          let vault = try openVault(config)
          for _ in 0..<10 {
            let stored = try vault.secrets(of: connection.id)
            #expect(stored.secrets == secrets(mark))
            try vault.replace(
              stored.secrets, of: connection, expiresAt: nil, ifGeneration: stored.generation)
          }
        }
      }
      try await group.waitForAll()
    }
    try expectOpen(openVault(config), connections)
    #expect(!(try names(in: config)).contains("key.next"))
  }

  private func fill(_ vault: Vault) throws -> [Connection] {
    try ["first", "second"].map { try vault.insert(draft($0), secrets: secrets($0)) }
  }

  private func expectOpen(_ vault: Vault, _ connections: [Connection]) throws {
    for connection in connections {
      #expect(try vault.secrets(of: connection.id).secrets == secrets(connection.name))
    }
  }
}
