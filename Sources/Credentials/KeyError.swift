import Settings

/// Why there is no key to open the vault with. No case holds a key.
public enum KeyError: Error, Hashable, Sendable {
  /// Not a key as it is written.
  case malformed(source: String)
  /// The key file cannot be read.
  case unreadable(path: String, reason: String)
  /// The key file is a symbolic link, a directory or another thing than a file.
  case notAFile(path: String)
  /// Others than the owner may read or change the key file.
  case tooOpen(path: String, mode: UInt32)
  /// The key file is another user's.
  case otherOwner(path: String, owner: UInt32)
  /// There are secrets, and the key file is gone.
  case missing(path: String)
  /// A new key file could not be written.
  case cannotStore(path: String, reason: String)

  /// One sentence: what happened, and to what.
  public var summary: String {
    switch self {
    case .malformed(let source): "\(source) holds no key."
    case .unreadable(let path, let reason): "The key file \(path) cannot be read: \(reason)."
    case .notAFile(let path): "The key file \(path) is a link or no file at all."
    case .tooOpen(let path, let mode):
      "The key file \(path) is open to others (mode \(String(mode, radix: 8)))."
    case .otherOwner(let path, let owner):
      "The key file \(path) belongs to another user (id \(owner))."
    case .missing(let path): "The key file \(path) is missing, and stored tokens need it."
    case .cannotStore(let path, let reason): "The key file \(path) cannot be written: \(reason)."
    }
  }

  /// What to do; a command where one mends it.
  public var hint: String {
    switch self {
    case .malformed:
      "A key is 64 hexadecimal digits or 32 bytes in base64, as 'openssl rand -hex 32' prints it."
    case .unreadable(let path, _):
      "Make it readable for you alone, as with: chmod 600 \(ConfigDirectory.quoted(path))"
    case .notAFile: "Put the file itself there."
    case .tooOpen(let path, _): "Run: chmod 600 \(ConfigDirectory.quoted(path))"
    case .otherOwner(let path, _): "Run: chown \"$(id -u)\" \(ConfigDirectory.quoted(path))"
    case .missing:
      "Bring it back from a backup or set SIGSENTRY_KEY; or disconnect every connection and connect "
        + "again."
    case .cannotStore: "Make the directory writable for you, or set SIGSENTRY_KEY."
    }
  }
}
