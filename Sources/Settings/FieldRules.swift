/// What may be stored in a field.
enum FieldRules {
  static func check(_ connection: ConnectionRecord) throws(SettingsError) {
    let name = connection.name
    guard (1...64).contains(name.count), name.utf8.count <= 256 else {
      throw .invalid(field: "connection's name", reason: "has 1 to 64 characters")
    }
    guard !name.hasPrefix("-"),
      name.unicodeScalars.allSatisfy({
        !$0.properties.isWhitespace && !$0.isControl && $0 != "/" && $0 != "\\"
      })
    else {
      throw .invalid(
        field: "connection's name",
        reason: "holds no white space, control characters or slashes and does not begin with '-'")
    }
    try checkLength(connection.userName, "user name")
    try checkLength(connection.displayName, "display name")
    try checkLength(connection.tokenName, "token's name")
    try checkLength(connection.scopes, "list of scopes", atMost: 4096)
    try checkLength(connection.clientID, "OAuth application's id")
    try checkLength(connection.gitlabVersion, "GitLab version")
    if let file = connection.caFile {
      guard file.hasPrefix("/"), file.utf8.count <= 4096, !file.utf8.contains(0) else {
        throw .invalid(field: "CA file", reason: "is an absolute path")
      }
    }
  }

  static func check(_ repository: RepositoryRecord) throws(SettingsError) {
    do {
      try RepositoryPath.check(repository.path)
    } catch {
      throw .invalid(field: "repository's path", reason: "is not valid: \(error.hint)")
    }
    guard RepositorySetting.lookbackRange.contains(repository.lookbackDays) else {
      throw .invalid(field: "lookback", reason: "is 1 to 365 days")
    }
    guard repository.projectID.map({ $0 > 0 }) ?? true else {
      throw .invalid(field: "project's id", reason: "is a positive number")
    }
  }

  static func check(_ mapping: ServiceMappingRecord) throws(SettingsError) {
    guard (1...256).contains(mapping.service.utf8.count),
      mapping.service.unicodeScalars.allSatisfy({ !$0.isControl }),
      mapping.service.trimmed.count == mapping.service.count
    else {
      throw .invalid(
        field: "service's name",
        reason: "has 1 to 256 bytes, no control characters and no white space around it")
    }
    if let prefix = mapping.pathPrefix {
      guard (1...4096).contains(prefix.utf8.count),
        prefix.unicodeScalars.allSatisfy({ !$0.isControl }),
        prefix.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({
          !$0.isEmpty && $0 != "." && $0 != ".."
        })
      else {
        throw .invalid(
          field: "path prefix", reason: "is a directory inside the repository, like src/server")
      }
    }
    guard mapping.branch.map(isBranchName) ?? true else {
      throw .invalid(field: "branch", reason: "is not a name that git allows")
    }
  }

  static func check(apiKeyName name: String) throws(SettingsError) {
    guard (1...64).contains(name.count), name.utf8.count <= 256,
      name.unicodeScalars.allSatisfy({ !$0.isControl }), name[...].trimmed.count == name.count
    else {
      throw .invalid(
        field: "API key's name",
        reason: "has 1 to 64 characters, no control characters and no white space around it")
    }
  }

  /// The rules of `git check-ref-format --branch`.
  static func isBranchName(_ name: String) -> Bool {
    guard (1...255).contains(name.utf8.count), name != "@", name != "HEAD", !name.hasPrefix("-"),
      !name.hasSuffix("."), !name.contains(".."), !name.contains("@{"),
      name.unicodeScalars.allSatisfy({ !$0.isControl && !" ~^:?*[\\".unicodeScalars.contains($0) })
    else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock")
    }
  }

  private static func checkLength(
    _ text: String?, _ field: String, atMost limit: Int = 1024
  ) throws(SettingsError) {
    guard let text else { return }
    guard text.utf8.count <= limit, !text.utf8.contains(0) else {
      throw .invalid(field: field, reason: "is longer than \(limit) bytes or holds a NUL")
    }
  }
}

extension Unicode.Scalar {
  /// Category Cc, or a mark that turns the direction of what follows.
  fileprivate var isControl: Bool {
    properties.generalCategory == .control || (0x202A...0x202E).contains(value)
      || (0x2066...0x2069).contains(value)
  }
}
