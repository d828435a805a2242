import Synchronization

/// One request as the double saw and answered it.
public struct LoggedRequest: Sendable {
  /// What a request was for.
  public enum Kind: String, Sendable {
    /// REST.
    case api
    /// GraphQL.
    case graphQL
    /// Git's `info/refs`: the ref advertisement of v0, the capabilities of v2.
    case gitRefs
    /// Git's `git-upload-pack`.
    case gitUploadPack
    /// OAuth.
    case oauth
    /// Anything else.
    case other
  }

  /// The method, such as `GET`.
  public var method: String
  /// The path as received: percent-encoded, with the prefix.
  public var path: String
  /// The query as received, without `?`.
  public var query: String
  /// What the request was for.
  public var kind: Kind
  /// The status answered; nil while nothing is answered.
  public var status: Int?
  /// Whether a valid token came with it.
  public var authenticated = false
  /// Whether a credential came with it, valid or not.
  public var credentials: Bool
  /// Bytes of the answer's body sent so far.
  public var bytesSent = 0
  /// The `Git-Protocol` header.
  public var gitProtocol: String?
  /// The `User-Agent` header.
  public var userAgent: String?
  /// The command of a protocol v2 request (`ls-refs`, `fetch`), where it came uncompressed.
  public var gitCommand: String?
  /// The text of a GraphQL query, or the start of a git request (up to 4 KiB); empty otherwise.
  public var body = ""

  /// Whether the answer lists refs: `info/refs` in v0, `ls-refs` in v2.
  public var advertisesRefs: Bool {
    switch kind {
    case .gitRefs: status == 200 && gitProtocol?.contains("version=2") != true
    case .gitUploadPack: gitCommand == "ls-refs"
    default: false
    }
  }
}

/// The requests that arrived, in order.
public final class RequestLog: Sendable {
  private let entries = Mutex<(generation: Int, requests: [LoggedRequest])>((0, []))

  init() {}

  /// All requests since the last reset.
  public var requests: [LoggedRequest] { entries.withLock { $0.requests } }

  /// The requests of one kind since the last reset.
  public func requests(_ kind: LoggedRequest.Kind) -> [LoggedRequest] {
    requests.filter { $0.kind == kind }
  }

  /// The number of requests to REST and GraphQL since the last reset.
  public var apiCount: Int {
    requests.count { $0.kind == .api || $0.kind == .graphQL }
  }

  /// The number of answers that listed refs since the last reset.
  public var refAdvertisements: Int {
    requests.count { $0.advertisesRefs }
  }

  /// Forgets all requests.
  public func reset() {
    entries.withLock { $0 = ($0.generation + 1, []) }
  }

  struct Entry: Sendable {
    let log: RequestLog
    let generation: Int
    let index: Int

    /// Changes the entry, unless the log was reset meanwhile.
    func update(_ change: (inout LoggedRequest) -> Void) {
      log.entries.withLock { entries in
        guard entries.generation == generation else { return }
        change(&entries.requests[index])
      }
    }
  }

  func append(_ request: LoggedRequest) -> Entry {
    entries.withLock { entries in
      entries.requests.append(request)
      return Entry(log: self, generation: entries.generation, index: entries.requests.count - 1)
    }
  }
}
