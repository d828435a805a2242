/// Why the settings could not be opened, read or changed. Nothing stored is ever destroyed by one.
public enum SettingsError: Error, Hashable, Sendable {
  /// The config directory cannot be made or is none.
  case directory(path: String, reason: String)
  /// There are no settings yet; only where they were opened for reading.
  case notFound(path: String)
  /// The file cannot be opened.
  case cannotOpen(path: String, reason: String)
  /// The file or its directory does not let itself be written.
  case readOnly(path: String)
  /// The last writer was interrupted, and its changes can only be read where they can be written.
  case needsRecovery(path: String)
  /// A newer SigSentry wrote it.
  case newerVersion(path: String)
  /// An older SigSentry wrote it, and opened for reading it cannot be brought up to date.
  case olderVersion(path: String)
  /// An SQLite database of another program's.
  case foreign(path: String)
  /// Not a database, or damaged.
  case corrupt(path: String)
  /// The disk or the quota is full.
  case diskFull(path: String)
  /// Another process has been writing for more than 10 seconds.
  case busy(path: String)
  /// SQLite failed in another way.
  case io(path: String, code: Int32)

  /// A value that cannot be stored.
  case invalid(field: String, reason: String)
  /// The name is another connection's.
  case duplicateConnection(name: String)
  /// There is none.
  case unknownConnection(String)
  /// A token would go over plain http to another machine.
  case insecureConnection(host: String)
  /// The repository is there already, under this path.
  case duplicateRepository(path: String)
  /// The repository is there already, under a path that GitLab's project had before.
  case sameProject(path: String, registeredAs: String)
  /// There is none.
  case unknownRepository(String)
  /// A repository's connection leads to another instance.
  case connectionElsewhere(repository: String)
  /// There is none.
  case unknownService(String)
  /// The name is another API key's.
  case duplicateAPIKey(name: String)
  /// There is none.
  case unknownAPIKey(String)
  /// Another process replaced the secrets in the meantime: read them again.
  case secretsReplaced
  /// The vault's secrets are sealed with another key.
  case vaultKeyDiffers

  /// One sentence: what happened, and to what.
  public var summary: String {
    switch self {
    case .directory(let path, let reason):
      "The config directory \(path) cannot be used: \(reason)."
    case .notFound(let path): "There are no settings at \(path) yet."
    case .cannotOpen(let path, let reason): "The settings at \(path) cannot be opened: \(reason)."
    case .readOnly(let path): "The settings at \(path) cannot be written."
    case .needsRecovery(let path):
      "The last change to the settings at \(path) was interrupted and is not finished."
    case .newerVersion(let path): "A newer SigSentry has written the settings at \(path)."
    case .olderVersion(let path): "An older SigSentry has written the settings at \(path)."
    case .foreign(let path): "The database at \(path) belongs to another program."
    case .corrupt(let path): "The settings at \(path) are damaged."
    case .diskFull(let path): "The disk is full, so the settings at \(path) did not change."
    case .busy(let path): "Another process keeps the settings at \(path) locked."
    case .io(let path, let code):
      "The settings at \(path) could not be read or written (SQLite code \(code))."
    case .invalid(let field, let reason): "The \(field) \(reason)."
    case .duplicateConnection(let name): "There is a connection named \(name) already."
    case .unknownConnection(let name): "There is no connection \(name)."
    case .insecureConnection(let host):
      "A token would travel to \(host) over plain http, where anybody can read it."
    case .duplicateRepository(let path): "The repository \(path) is there already."
    case .sameProject(let path, let other): "GitLab's project \(path) is registered as \(other)."
    case .unknownRepository(let path): "There is no repository \(path)."
    case .connectionElsewhere(let path):
      "The repository \(path) and its connection are on different instances."
    case .unknownService(let service): "There is no mapping for the service \(service)."
    case .duplicateAPIKey(let name): "There is an API key named \(name) already."
    case .unknownAPIKey(let name): "There is no API key \(name)."
    case .secretsReplaced: "Another process has replaced the connection's secrets."
    case .vaultKeyDiffers: "The stored secrets are sealed with another key."
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .directory: "Choose another with --config, or mend this one."
    case .notFound: "Run 'sigsentry connect' or 'sigsentry repos add' first."
    case .cannotOpen, .io: "Check that you may read and write the file and that its disk works."
    case .readOnly:
      "Make the file and its directory writable for you, or choose another with --config."
    case .needsRecovery: "Run any command where the directory can be written, then try again."
    case .newerVersion: "Upgrade this SigSentry, or choose another directory with --config."
    case .olderVersion: "Run any command where the directory can be written; it upgrades them."
    case .foreign: "Choose another directory with --config."
    case .corrupt:
      "Move connections.sqlite and the files beside it named alike away, then connect again, or "
        + "bring back a backup."
    case .diskFull: "Make room, then try again."
    case .busy: "Wait for it to end, then try again."
    case .invalid: "Give another value."
    case .duplicateConnection: "Choose another name, or disconnect that one first."
    case .unknownConnection: "See 'sigsentry connections'."
    case .insecureConnection: "Use the https address."
    case .duplicateRepository: "Change it with 'sigsentry repos edit'."
    case .sameProject(_, let other):
      "It was renamed on GitLab: 'sigsentry sync \(other)' follows it by itself."
    case .unknownRepository: "See 'sigsentry repos list'."
    case .connectionElsewhere: "Choose a connection to the repository's instance."
    case .unknownService: "See 'sigsentry mappings list'."
    case .duplicateAPIKey: "Choose another name, or revoke that one first."
    case .unknownAPIKey: "See 'sigsentry api-keys list'."
    case .secretsReplaced: "Read them again and use the new ones."
    case .vaultKeyDiffers: "Provide the key they were sealed with."
    }
  }
}
