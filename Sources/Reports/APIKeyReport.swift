import Settings

/// API keys in the forms of `api-keys`. Secrets are no part of any.
public enum APIKeyReport {
  /// The JSON object of one key.
  public static func json(_ key: APIKey) -> JSONValue {
    .object([
      ("name", .string(key.name)),
      ("permissions", .array(permissions(key).map(JSONValue.string))),
      ("createdAt", .time(key.createdAt)), ("lastUsedAt", .time(key.lastUsedAt)),
    ])
  }

  /// A table, a line a key.
  public static func text(_ keys: [APIKey]) -> String {
    guard !keys.isEmpty else { return "No API keys. 'sigsentry api-keys create' makes one.\n" }
    var table = TextTable(columns: [
      .left("name"), .left("permissions"), .left("made"), .left("last used"),
    ])
    for key in keys {
      table.add([
        TerminalText.safe(key.name), permissions(key).joined(separator: " "),
        String(UTCTime.text(key.createdAt).prefix(10)),
        key.lastUsedAt.map(UTCTime.text) ?? "never",
      ])
    }
    return table.text
  }

  private static func permissions(_ key: APIKey) -> [String] {
    key.permissions.map(\.rawValue).sorted()
  }
}
