import Foundation
import HTTP
import Settings
import Testing

@testable import Credentials

@Suite struct NoSecretInClearTests {
  @Test func `no file holds a secret in clear`() throws {
    let directory = try TemporaryDirectory()
    let config = directory.file("config")
    let vault = try openVault(config)
    let connection = try vault.insert(draft(), secrets: secrets("first"))
    let doomed = try vault.insert(draft("doomed"), secrets: secrets("doomed"))
    try vault.replace(secrets("second"), of: connection, expiresAt: nil, ifGeneration: 1)
    #expect(try search(config).contains("connections.sqlite-wal"))
    let reader = try SettingsStore(directory: config, access: .readOnly)
    #expect(try reader.connections().count == 2)
    try vault.rekey()
    try vault.store.delete(connection: doomed.id)
    try vault.replace(secrets("third"), of: connection, expiresAt: nil, ifGeneration: 2)
    _ = try search(config)
    #expect(try vault.secrets(of: connection.id).secrets == secrets("third"))
  }

  @Test func `what was sealed with the old key is gone after a key change`() throws {
    let directory = try TemporaryDirectory()
    let config = directory.file("config")
    let vault = try openVault(config)
    let connection = try vault.insert(draft(), secrets: secrets())
    let old = try vault.store.sealedSecrets(of: connection.id).blobs.values
    #expect(try files(in: config).contains { file in old.contains { file.range(of: $0) != nil } })
    try vault.rekey()
    #expect(try !files(in: config).contains { file in old.contains { file.range(of: $0) != nil } })
  }

  /// Looks for the secrets in plain, in base64 and in hexadecimal; gives the names of the files.
  private func search(_ config: String) throws -> [String] {
    let known = ["first", "second", "third", "doomed"].flatMap { mark in
      secrets(mark).byKind.map { $0.1.reveal() }
    }
    let needles = known.flatMap { text in
      let bytes = Data(text.utf8)
      let hex = bytes.map { String($0, radix: 16) }.joined()
      return [bytes, Data(bytes.base64EncodedString().utf8), Data(hex.utf8), bytes.suffix(10)]
    }
    for file in try files(in: config) {
      for needle in needles { #expect(file.range(of: needle) == nil) }
    }
    return try names(in: config)
  }

  private func files(in directory: String) throws -> [Data] {
    try names(in: directory).map {
      try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)"))
    }
  }
}
