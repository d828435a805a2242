import Foundation

@testable import Settings

let noon = Date(timeIntervalSince1970: 1_777_100_400)

func draft(
  _ name: String = "work", at address: String = "https://gitlab.example.org"
) throws -> ConnectionDraft {
  try ConnectionDraft(
    name: name, baseURL: BaseURL(address), authentication: .oauth, userName: "ada",
    displayName: "Ada Lovelace", tokenName: nil, scopes: ["read_api", "read_repository"],
    expiresAt: noon.addingTimeInterval(7200), caFile: "/etc/ca.pem", clientID: "client",
    gitlabVersion: "17.9.1", checkedAt: noon)
}

let firstKey = Data(repeating: 1, count: 16)

extension SettingsStore {
  @discardableResult
  func insert(
    _ draft: ConnectionDraft, keyID: Data = firstKey,
    blobs: [SecretKind: Data] = [.accessToken: Data("sealed".utf8)]
  ) throws -> Connection {
    let inserted: Result<Connection, Never> = try insert(draft, keyID: keyID) { _ in blobs }
    return inserted.get()
  }

  func reference(_ path: String) throws -> RepositoryReference {
    try RepositoryReference(baseURL: BaseURL("https://gitlab.example.org"), path: path)
  }
}
