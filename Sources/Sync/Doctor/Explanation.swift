import Cache
import Credentials
import GitLab
import Mirror
import Settings

/// What a person is told when something fails: one sentence on what happened, one on what to do.
///
/// The command line and the dashboard both speak through it, so that they use the same words.
public struct Explanation: Sendable, Equatable {
  /// What kind of failure it is, for exit codes and statuses.
  public enum Kind: Sendable {
    case failed
    /// Only a new authorization helps.
    case needsReauthorization
    /// It is not in the cache.
    case notCached
    /// What was given makes no sense.
    case usage
  }

  /// What happened.
  public var summary: String
  /// What to do about it.
  public var hint: String?
  /// What kind of failure it is.
  public var kind: Kind

  /// Makes an explanation of its parts.
  public init(_ summary: String, hint: String? = nil, kind: Kind = .failed) {
    self.summary = summary
    self.hint = hint
    self.kind = kind
  }

  /// Sorts an error of any target below; `nil` for one that none of them throws.
  public init?(_ error: any Error) {
    switch error {
    case let error as SettingsError: self.init(error.summary, hint: error.hint)
    case let error as VaultError: self.init(error.summary, hint: error.hint)
    case let error as TokenRejection: self.init(error.summary, hint: error.hint)
    case let error as LoginError: self.init(error)
    case let error as OAuthError: self.init(LoginError.oauth(error))
    case let error as BaseURLError: self.init(error.summary, hint: error.hint, kind: .usage)
    case let error as RepositoryReferenceError:
      self.init(error.summary, hint: error.hint, kind: .usage)
    case let error as RepositoryLookupError:
      self.init(error.summary, hint: error.hint, kind: error.isUsage ? .usage : .failed)
    case let error as MissingContents:
      self.init(
        error.summary + (error.reason.map { " \($0)" } ?? ""),
        hint:
          "It holds those of its window only; the command fetches others where the network is there.",
        kind: .notCached)
    case CacheError.missing(let path):
      self.init(
        "There is no cache at \(path).",
        hint: "Run 'sigsentry sync' first, or name another with --cache.", kind: .notCached)
    case is SyncError, is GitLabError, is FetchError, is GitError, is MirrorError, is CacheError,
      is DiffError, is TokenError:
      self.init(SyncError(error))
    default: return nil
    }
  }

  /// Explains why a sync failed.
  public init(_ error: SyncError) {
    self.init(
      error.summary, hint: error.hint,
      kind: error.isAuthorization ? .needsReauthorization : .failed)
  }

  private init(_ error: LoginError) {
    let trouble = Trouble(error)
    switch error {
    case .redirectURINotAllowed(let line), .timedOut(let line):
      self.init(error.summary, hint: trouble.remedy(line: line))
    case .invalidRedirectURI: self.init(error.summary, hint: trouble.remedy(), kind: .usage)
    default: self.init(error.summary, hint: trouble.remedy())
    }
  }
}

extension SyncError {
  /// Whether only a new authorization helps.
  public var isAuthorization: Bool {
    switch self {
    case .gitlab(.unauthorized), .fetch(.refused(status: 401, _)), .needsReauthorization: true
    default: false
    }
  }
}
