/// Something that goes wrong on purpose.
public struct Fault: Sendable {
  /// What the client meets in the place of, or in the midst of, the right answer.
  public enum Effect: Sendable {
    /// The answer GitLab gives with this status: 401, 403, 404, 408, 409, 422, 429, 500, 502, 503 …
    case status(Int)
    /// 401 for an expired token, for a revoked one, and 403 for a missing scope.
    case expiredToken, revokedToken, insufficientScope
    /// 429 of the middleware: `Retry later` as text, with or without headers.
    case rateLimited(retryAfter: Int?, headers: Bool)
    /// An HTML page of a proxy with this status, also 200.
    case html(Int)
    /// Any answer.
    case answer(status: Int, headers: [(String, String)], body: String)
    /// The right answer with its full Content-Length, cut off after so many bytes.
    case cut(afterBytes: Int)
    /// Nothing at all, until the client gives up or the double stops.
    case stall
    /// The right answer up to so many bytes, then nothing.
    case stallAfter(bytes: Int)
    /// The right answer, so many bytes a second.
    case trickle(bytesPerSecond: Int)
    /// The right answer after a wait.
    case delay(Duration)
    /// The right answer without its last character and with a stray one.
    case malformedJSON
    /// The right pack with this byte of the pack's data inverted.
    case flippedPackByte(at: Int)
    /// A git error packet with this message.
    case gitError(String)
    /// The connection closed without an answer.
    case hangUp
    /// A redirect to this address.
    case redirect(status: Int, location: String)
  }

  /// Which requests are met.
  public enum Target: Sendable {
    /// All.
    case any
    /// REST.
    case api
    /// GraphQL.
    case graphQL
    /// Git's `info/refs`.
    case gitRefs
    /// Git's `git-upload-pack`.
    case gitUploadPack
    /// Protocol v2 requests with this command (`ls-refs`, `fetch`); `fetch` also meets v0's.
    case gitCommand(String)
    /// Paths, encoded or decoded, matching this pattern: `*` stands for anything.
    case path(String)
  }

  var effect: Effect
  var target: Target
  var remaining: Int?
  var skipping: Int

  func matches(kind: LoggedRequest.Kind, path: String, command: String?) -> Bool {
    switch target {
    case .any: true
    case .api: kind == .api
    case .graphQL: kind == .graphQL
    case .gitRefs: kind == .gitRefs
    case .gitUploadPack: kind == .gitUploadPack
    case .gitCommand(let name):
      kind == .gitUploadPack && (command == name || (command == nil && name == "fetch"))
    case .path(let pattern):
      Self.match(pattern[...], path[...])
        || Self.match(pattern[...], PercentCoding.decode(path)[...])
    }
  }

  /// Whether the pattern, in which `*` stands for any characters, covers the whole text.
  static func match(_ pattern: Substring, _ text: Substring) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else {
      return pattern == text
    }
    guard text.hasPrefix(first), text.count >= first.count + last.count, text.hasSuffix(last)
    else { return false }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}

/// Names an injected fault, to take it back.
public struct FaultID: Sendable, Hashable {
  let number: Int
}

/// The faults in force.
struct Faults: Sendable {
  private var faults: [(id: Int, fault: Fault)] = []
  private var next = 1

  mutating func add(_ fault: Fault) -> FaultID {
    defer { next += 1 }
    faults.append((next, fault))
    return FaultID(number: next)
  }

  mutating func remove(_ id: FaultID?) {
    faults.removeAll { id == nil || $0.id == id?.number }
  }

  /// The effect of the first fault that matches, which is thereby used once.
  mutating func take(kind: LoggedRequest.Kind, path: String, command: String?) -> Fault.Effect? {
    for index in faults.indices
    where faults[index].fault.matches(kind: kind, path: path, command: command) {
      if faults[index].fault.skipping > 0 {
        faults[index].fault.skipping -= 1
        continue
      }
      let effect = faults[index].fault.effect
      if let remaining = faults[index].fault.remaining {
        if remaining <= 1 {
          faults.remove(at: index)
        } else {
          faults[index].fault.remaining = remaining - 1
        }
      }
      return effect
    }
    return nil
  }
}
