import HTTP

/// Where the vault's key comes from: the first of these that is there.
///
/// 1. The value of `SIGSENTRY_KEY`, handed over by the caller.
/// 2. The file `sigsentry-key` in systemd's credential directory, whose path the caller hands over.
/// 3. The file `key` in the config directory, mode 0600, made when the first secret is stored.
///
/// A source that is there but wrong is an error; the next one is then not tried.
public struct KeySource: Sendable {
  private let explicit: Secret?
  private let credentialsDirectory: String?
  let file: KeyFile

  /// Names the sources; none is read yet.
  ///
  /// - Parameters:
  ///   - explicit: The value of `SIGSENTRY_KEY`, or nil where it is not set.
  ///   - credentialsDirectory: The value of `CREDENTIALS_DIRECTORY`, or nil.
  ///   - configDirectory: The directory of the settings.
  public init(explicit: Secret? = nil, credentialsDirectory: String? = nil, configDirectory: String)
  {
    self.explicit = explicit
    self.credentialsDirectory = credentialsDirectory
    file = KeyFile(directory: configDirectory)
  }

  /// The key from outside the config directory, or nil where the key file decides.
  ///
  /// - Throws: ``KeyError``.
  func provided() throws(KeyError) -> VaultKey? {
    if let explicit { return try VaultKey(explicit, source: "SIGSENTRY_KEY") }
    guard let credentialsDirectory else { return nil }
    return try KeyFile.read("\(credentialsDirectory)/sigsentry-key", isPrivate: false)
  }
}
