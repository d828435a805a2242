/// A path from outside, reduced to the components that a repository may know.
struct PathQuery {
  /// The components, the file last, at most the last 40.
  private(set) var components: [Bytes] = []

  /// Takes off schemes, hosts, drives, queries, versions of Go modules, and resolves dots.
  init(_ path: String) {
    var bytes = Array(path.utf8.prefix(4_096).map { $0 == 0x5C ? 0x2F : $0 })[...]
    if bytes.contains(0x25) { bytes = Self.percentDecoded(bytes) }
    if let scheme = bytes.find(text: "://") {
      let isWeb = bytes.starts("http")
      bytes = bytes.from(scheme + 3)
      // The host is no folder.
      if isWeb, let slash = bytes.find("/") { bytes = bytes.from(slash) }
    }
    if let query = bytes.find("?"), query > bytes.startIndex { bytes = bytes.before(query) }
    if bytes.ends(" (deleted)") { bytes = bytes.dropLast(10) }
    for part in bytes.split(separator: 0x2F) {
      var part = part
      switch part.count {
      case 1 where part.first == ".": continue
      case 2 where part.first == "." && part.last == ".":
        if !components.isEmpty { components.removeLast() }
        continue
      case 2 where part.last == ":" && part[part.startIndex].isLetter: continue
      default: break
      }
      // pool@v1.2.3, classes!, (rsc)
      if let at = part.find("@"), at > part.startIndex, part.at(at + 1) == "v" {
        part = part.before(at)
      }
      if part.last == "!" { part = part.dropLast() }
      if part.first == "(", part.last == ")" { continue }
      if !part.isEmpty { components.append(part) }
    }
    if components.count > 40 { components.removeFirst(components.count - 40) }
  }

  /// The components of `com.acme.Pool`, `acme::pool` or `acme.pool`.
  init(module: String) {
    let bytes = Array(module.utf8.prefix(1_024))[...]
    components = bytes.split { $0 == "." || $0 == ":" || $0 == "/" || $0 == "\\" || $0 == "$" }
      .suffix(40)
  }

  init(components: [Bytes]) { self.components = components }

  /// Where the last dot of a file name is, that is not its first byte.
  static func endingDot(_ name: Bytes) -> Int {
    guard let dot = name.findLast("."), dot > name.startIndex else { return name.endIndex }
    return dot
  }

  private static func percentDecoded(_ bytes: Bytes) -> Bytes {
    var result: [UInt8] = []
    var at = bytes.startIndex
    while at < bytes.endIndex {
      if bytes[at] == "%", let high = digit(bytes.at(at + 1)), let low = digit(bytes.at(at + 2)) {
        result.append(high << 4 | low)
        at += 3
      } else {
        result.append(bytes[at])
        at += 1
      }
    }
    return result[...]
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    byte.isDigit ? byte - 0x30 : byte.isHex ? byte.lowered - 0x61 + 10 : nil
  }
}
