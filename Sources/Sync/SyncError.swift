import Cache
import Credentials
import GitLab
import HTTP
import Mirror
import Settings

/// Why a repository could not be brought up to date. What had been stored stays.
public enum SyncError: Error, Sendable {
  /// GitLab's API failed.
  case gitlab(GitLabError)
  /// Git's server failed.
  case fetch(FetchError)
  /// The project has no repository: nothing was ever pushed to it.
  case noRepository
  /// The mirror failed, outside of a fetch.
  case git(GitError)
  /// The mirror's directory cannot be used.
  case mirror(MirrorError)
  /// The cache failed.
  case cache(CacheError)
  /// The connection's refresh was rejected: nothing but a new authorization helps.
  case needsReauthorization(connection: String)
  /// The token could not be read from the vault.
  case credentials(VaultError)
  /// The token is due and could not be renewed.
  case token(TokenError)
  /// The path belongs to another project than the one that was mirrored under it.
  case pathTaken(expected: Int64, found: Int64)
  /// GitLab's project is registered under this path as well.
  case registeredTwice(path: String)
  /// The settings failed.
  case settings(SettingsError)
  /// The user or a signal ended it.
  case cancelled
  /// Something that no other case names.
  case other(String)

  /// Sorts any error that the parts below throw.
  public init(_ error: any Error) {
    switch error {
    case let error as SyncError: self = error
    case GitLabError.http(.cancelled(_)), FetchError.http(.cancelled(_)), is CancellationError:
      self = .cancelled
    case let error as GitLabError: self = .gitlab(error)
    case TokenError.cancelled: self = .cancelled
    case TokenError.needsReauthorization(let connection):
      self = .needsReauthorization(connection: connection)
    case TokenError.vault(let error): self = .credentials(error)
    case let error as TokenError: self = .token(error)
    case let error as VaultError: self = .credentials(error)
    // GitLab's text tells this 404 from that for a project that is not there (lib/gitlab/git_access.rb).
    case FetchError.refused(status: 404, let text) where text.contains("does not exist yet"):
      self = .noRepository
    case let error as FetchError: self = .fetch(error)
    case let error as GitError: self = .git(error)
    case let error as MirrorError: self = .mirror(error)
    case let error as CacheError: self = .cache(error)
    case let error as SettingsError: self = .settings(error)
    default: self = .other("\(error)")
    }
  }
}

extension SyncError {
  /// One sentence: what happened.
  public var summary: String {
    let text = clause
    let sentence = text.prefix(1).uppercased() + text.dropFirst()
    return sentence.hasSuffix(".") ? sentence : sentence + "."
  }

  private var clause: String {
    switch self {
    case .gitlab(.unauthorized(.expired)), .fetch(.refused(status: 401, _)), .gitlab(.unauthorized):
      "token expired or invalid\(detail)"
    case .gitlab(.notFound), .fetch(.refused(status: 404, _)): "not found (404)\(detail)"
    case .gitlab(let error): "\(error)"
    case .fetch(.refused(status: 403, let text)): "GitLab refuses the clone (403): \(text)"
    case .fetch(let error): "\(error)"
    case .noRepository: "the project has no repository yet"
    case .git(let error): "\(error)"
    case .mirror(let error): "\(error)"
    case .cache(let error): "\(error)"
    case .needsReauthorization(let connection): "connection \(connection) needs re-authorization"
    case .credentials(let error): error.summary
    case .token(let error): error.summary
    case .pathTaken(let expected, let found):
      "the path now belongs to project \(found); project \(expected) was mirrored under it"
    case .registeredTwice(let path):
      "on GitLab this is the project \(path), which is registered a second time"
    case .settings(let error): error.summary
    case .cancelled: "interrupted"
    case .other(let text): text
    }
  }

  private var detail: String {
    switch self {
    case .gitlab(.unauthorized(let reason)) where reason != .unknown: " (401: \(reason.rawValue))"
    case .gitlab(.unauthorized), .fetch(.refused(status: 401, _)): " (401)"
    case .fetch(.refused(_, let text)) where !text.isEmpty: ": \(text)"
    default: ""
    }
  }

  /// What the user can do about it, a sentence; `nil` where there is nothing to add.
  public var hint: String? {
    switch self {
    case .cancelled: nil
    case .credentials(let error): error.hint
    case .settings(let error): error.hint
    case .gitlab(.insufficientScope(let needed)):
      Trouble.insufficientScope.remedy().replacing(
        "read_repository", with: "read_repository (GitLab asks for: \(needed))")
    case .needsReauthorization(let connection):
      Trouble.needsReauthorization.remedy(name: connection)
    case .token(let error): Trouble(error).remedy(name: error.connection)
    default: Trouble(self)?.remedy()
    }
  }
}
