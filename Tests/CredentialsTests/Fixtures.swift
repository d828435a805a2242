import Foundation
import HTTP
import Settings

@testable import Credentials

let noon = Date(timeIntervalSince1970: 1_777_100_400)

func draft(
  _ name: String = "work", at address: String = "https://gitlab.example.org"
) throws -> ConnectionDraft {
  try ConnectionDraft(
    name: name, baseURL: BaseURL(address), authentication: .oauth, userName: "ada",
    displayName: "Ada Lovelace", scopes: ["read_api"], expiresAt: noon, checkedAt: noon)
}

/// Secrets that a search finds again.
func secrets(_ mark: String = "first") -> ConnectionSecrets {
  ConnectionSecrets(
    accessToken: Secret("access-\(mark)-Zr8qLk2vXw"),
    refreshToken: Secret("refresh-\(mark)-Qm5tYp7nBd"),
    clientSecret: Secret("gloas-\(mark)-Hs3jFc9uTe"))
}

func openVault(_ directory: String, key: VaultKey? = nil) throws -> Vault {
  Vault(
    store: try SettingsStore(directory: directory),
    source: KeySource(explicit: key?.text, configDirectory: directory))
}
