import Cache
import Credentials
import GitLab
import HTTP
import Mirror

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
  /// The path belongs to another project than the one that was mirrored under it.
  case pathTaken(expected: Int64, found: Int64)
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
    // GitLab's text tells this 404 from that for a project that is not there (lib/gitlab/git_access.rb).
    case FetchError.refused(status: 404, let text) where text.contains("does not exist yet"):
      self = .noRepository
    case let error as FetchError: self = .fetch(error)
    case let error as GitError: self = .git(error)
    case let error as MirrorError: self = .mirror(error)
    case let error as CacheError: self = .cache(error)
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
    case .pathTaken(let expected, let found):
      "the path now belongs to project \(found); project \(expected) was mirrored under it"
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
    advice.map { $0.prefix(1).uppercased() + $0.dropFirst() + ($0.hasSuffix(".") ? "" : ".") }
  }

  private var advice: String? {
    switch self {
    case .gitlab(.unauthorized), .fetch(.refused(status: 401, _)):
      "re-authorize: run 'sigsentry connect' with a new token that has read_api and read_repository"
    case .needsReauthorization(let connection):
      "run 'sigsentry connect --name \(connection)' to authorize it again"
    case .gitlab(.insufficientScope(let needed)):
      "make a token with read_api and read_repository (GitLab asks for: \(needed)) and run 'sigsentry connect'"
    case .fetch(.refused(status: 403, _)):
      "the token lacks read_repository, its owner may not read the code, or this address is blocked for a while"
    case .gitlab(.forbidden):
      "the token's owner may not read merge requests there, or the project has them switched off"
    case .gitlab(.notFound), .fetch(.refused(status: 404, _)):
      "check the path for a typo, the token's access to it, and on self-hosted the base URL"
    case .gitlab(.notGitLab):
      "check the base URL: on self-hosted it may need a path prefix, as https://host/gitlab"
    case .gitlab(.rateLimited):
      "wait some minutes, or sync fewer repositories at once with --jobs 1"
    case .gitlab(.server): "GitLab has trouble; the next sync tries again"
    case .gitlab(.http(let error)), .fetch(.http(let error)): Self.advice(for: error)
    case .fetch(.notGit): "check the base URL; a proxy may answer in GitLab's place"
    case .fetch(.packCutShort): "run the sync again; if it stays so, a proxy may cut long answers"
    case .fetch(.storing), .mirror(.unwritable), .cache(.unwritable):
      "check free space and rights of the cache directory, or choose another with --cache"
    case .cache(.diskFull): "free some space and run the command again; what was stored is whole"
    case .mirror(.busy): "wait until it ends"
    case .cache(.newer): "update sigsentry, or use another directory with --cache"
    case .cache(.corrupt):
      "move the file away and sync again, which rebuilds it; 'sigsentry cache verify' tells more"
    case .noRepository:
      "push a first commit to it, or leave it out with 'sigsentry repos edit PATH --pause'"
    case .git: "run 'sigsentry cache verify'; 'sigsentry cache clear' and a sync rebuild the mirror"
    case .credentials(let error): error.hint
    case .pathTaken:
      "remove it and add it again: 'sigsentry repos remove', then 'sigsentry repos add'"
    default: nil
    }
  }

  private static func advice(for error: HTTPError) -> String? {
    switch error {
    case .unknownHost: "check the base URL's host name and this machine's DNS"
    case .connectionRefused, .unreachable, .connectTimedOut:
      "check the base URL, the network, and whether a proxy is needed (HTTPS_PROXY)"
    case .silent, .connectionLost, .cutShort:
      "run it again; if it stays so, GitLab or a proxy is overloaded"
    case .certificateNotTrusted(_, .unknownAuthority, _):
      "give the instance's own authority with 'sigsentry connect --ca-file FILE' or SSL_CERT_FILE"
    case .certificateNotTrusted:
      "have the instance's certificate mended; verification cannot be switched off"
    case .caFileUnreadable: "give a readable PEM file"
    case .proxyFailed: "check HTTPS_PROXY and NO_PROXY"
    case .invalidURL, .redirectRefused, .tooManyRedirects: "check the base URL"
    default: nil
    }
  }
}
