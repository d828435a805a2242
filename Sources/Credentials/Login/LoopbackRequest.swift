import HTTP

/// A request to the loopback receiver, judged.
enum LoopbackRequest {
  /// GitLab's answer.
  case answer(RedirectAnswer)
  /// Anything else, with the status to answer.
  case refused(String)

  /// The first line and the `Host` of a request whose head is complete.
  struct Head {
    var method: Substring = ""
    var target: Substring = ""
    var hosts: [Substring] = []

    /// `nil` as long as the empty line is missing.
    init?(_ bytes: [UInt8]) {
      guard bytes.firstRange(of: Array("\r\n\r\n".utf8)) != nil else { return nil }
      let lines = String(decoding: bytes, as: UTF8.self)
        .split(separator: "\r\n", omittingEmptySubsequences: false)
      let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
      if words.count == 3, words[2].hasPrefix("HTTP/1.") {
        method = words[0]
        target = words[1]
      }
      for line in lines.dropFirst().prefix(while: { !$0.isEmpty }) {
        let name = line.prefix { $0 != ":" }
        guard name.lowercased() == "host" else { continue }
        hosts.append(line.dropFirst(name.count + 1).trimmingPrefix { $0 == " " || $0 == "\t" })
      }
    }
  }

  init(_ head: Head, authority: String, path: String) {
    guard !head.target.isEmpty else {
      self = .refused("400 Bad Request")
      return
    }
    guard head.hosts.count == 1, head.hosts[0].lowercased() == authority else {
      self = .refused("421 Misdirected Request")
      return
    }
    guard head.method == "GET" else {
      self = .refused("405 Method Not Allowed")
      return
    }
    let parts = head.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == (path.isEmpty ? "/" : path) else {
      self = .refused("404 Not Found")
      return
    }
    let answer = Self.parse(parts.count > 1 ? parts[1] : "")
    guard answer.code != nil || answer.error != nil else {
      self = .refused("400 Bad Request")
      return
    }
    self = .answer(answer)
  }

  private static func parse(_ query: Substring) -> RedirectAnswer {
    var answer = RedirectAnswer()
    for field in query.split(separator: "&") {
      let name = field.prefix { $0 != "=" }
      let value = decode(field.dropFirst(name.count + 1))
      switch name {
      case "code" where !value.isEmpty: answer.code = answer.code ?? Secret(value)
      case "state": answer.state = answer.state ?? value
      case "error" where !value.isEmpty: answer.error = answer.error ?? value
      case "error_description": answer.errorDescription = answer.errorDescription ?? value
      default: break
      }
    }
    return answer
  }

  private static func decode(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
