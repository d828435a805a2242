import HTTP

/// Why refs could not be listed or a pack could not be fetched and stored.
public enum FetchError: Error, Sendable {
  /// The server was not reached, fell silent or broke off.
  case http(HTTPError)
  /// The server refused the request. `text` is what it said, shortened; GitLab's texts tell the cases apart.
  case refused(status: Int, text: String)
  /// What answers at the URL does not speak git.
  case notGit(detail: String)
  /// The repository uses SHA-256 object ids, which libgit2 cannot read.
  case unsupportedObjectFormat(String)
  /// The server does not have a wanted object any more.
  case missing(ObjectID)
  /// The server ended the conversation with an error of its own.
  case server(String)
  /// The server's answer breaks git's protocol.
  case malformed(String)
  /// The server cannot leave objects out of a pack, or not those.
  case unsupportedFilter
  /// The pack has more objects than the caller wanted to take; nothing of it was stored.
  case tooManyObjects(Int)
  /// The server has more refs of the kind asked for than the caller wanted to take.
  case tooManyReferences(limit: Int)
  /// The answer ended before the pack was complete.
  case packCutShort
  /// The pack has other bytes than were sent.
  case packDamaged(GitError)
  /// The pack could not be stored, as on a full disk.
  case storing(GitError)

  /// Sorts what indexing a pack failed of.
  init(indexing error: GitError) { self = error.isOfSystem ? .storing(error) : .packDamaged(error) }
}

extension FetchError: CustomStringConvertible {
  /// One sentence for a log or a person.
  public var description: String {
    switch self {
    case .http(let error): "\(error)"
    case .refused(let status, let text):
      text.isEmpty ? "the server answered \(status)" : "the server answered \(status): \(text)"
    case .notGit(let detail): "no git repository answers there: \(detail)"
    case .unsupportedObjectFormat(let format): "object format \(format) is not supported"
    case .missing(let id): "the server no longer has object \(id)"
    case .server(let text): "the git server reported: \(text)"
    case .malformed(let detail): "the git server's answer makes no sense: \(detail)"
    case .unsupportedFilter: "the git server cannot leave out of a fetch what it was asked to"
    case .tooManyObjects(let count): "the pack has \(count) objects"
    case .tooManyReferences(let limit): "the server has more than \(limit) such refs"
    case .packCutShort: "the connection ended before the pack was complete"
    case .packDamaged(let error): "the pack came damaged: \(error)"
    case .storing(let error): "the pack could not be stored: \(error)"
    }
  }
}
