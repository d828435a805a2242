/// A JSON value whose strings are still pieces of the text.
indirect enum JSONValue {
  case null
  case literal(Bytes)
  case string(Bytes)
  case array([JSONValue])
  case object([(key: Bytes, value: JSONValue)])

  /// The text of a string, unescaped, or of a number or truth value.
  func text(atMost limit: Int) -> [UInt8]? {
    switch self {
    case .literal(let bytes): Array(bytes.prefix(limit))
    case .string(let bytes): Self.unescaped(bytes.prefix(limit))
    case .null, .array, .object: nil
    }
  }

  subscript(_ key: StaticString) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.equals(key) }?.value
  }

  static func unescaped(_ bytes: Bytes) -> [UInt8] {
    guard bytes.contains(0x5C) else { return Array(bytes) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var at = bytes.startIndex
    while at < bytes.endIndex {
      guard bytes[at] == "\\" else {
        result.append(bytes[at])
        at += 1
        continue
      }
      at += 2
      switch bytes.at(at - 1) {
      case "n": result.append(0x0A)
      case "t": result.append(0x09)
      case "r": result.append(0x0D)
      case "b", "f": result.append(0x20)
      case "u":
        guard var code = hex(bytes, at) else { continue }
        at += 4
        if 0xD800..<0xDC00 ~= code, bytes.has("\\u", at: at), let low = hex(bytes, at + 2),
          0xDC00..<0xE000 ~= low
        {
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
          at += 6
        }
        result += Array(String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
      case 0: break
      case let other: result.append(other)
      }
    }
    return result
  }

  private static func hex(_ bytes: Bytes, _ start: Int) -> UInt32? {
    guard start + 4 <= bytes.endIndex else { return nil }
    var value: UInt32 = 0
    for byte in bytes.slice(start, start + 4) {
      guard byte.isHex else { return nil }
      value = value << 4 + UInt32(byte.isDigit ? byte - 0x30 : byte.lowered - 0x61 + 10)
    }
    return value
  }
}

/// Reads JSON leniently: a cut text gives what stands before the cut.
struct JSONReader {
  let bytes: Bytes
  private(set) var at: Int
  /// Whether the text ended, or broke, before the value did.
  private(set) var isCut = false
  private let maximumDepth: Int
  private let maximumNodes: Int
  private var nodes = 0

  /// - Parameter nodes: A bound for the tree, here of one line.
  init(_ bytes: Bytes, depth: Int, nodes: Int = 50_000) {
    self.bytes = bytes
    at = bytes.startIndex
    maximumDepth = depth
    maximumNodes = nodes
  }

  /// The next value; nil where none begins.
  mutating func value() -> JSONValue? { value(depth: 0) }

  private mutating func value(depth: Int) -> JSONValue? {
    skipSpace()
    nodes += 1
    guard at < bytes.endIndex, nodes < maximumNodes else {
      isCut = true
      return nil
    }
    switch bytes[at] {
    case "{": return depth < maximumDepth ? object(depth: depth) : skipped()
    case "[": return depth < maximumDepth ? array(depth: depth) : skipped()
    case "\"": return .string(string())
    default:
      let end = bytes.skip(from: at) { $0.isWord || $0 == "-" || $0 == "+" || $0 == "." }
      guard end > at else {
        isCut = true
        return nil
      }
      let literal = bytes.slice(at, end)
      at = end
      return literal.equals("null") ? .null : .literal(literal)
    }
  }

  mutating func skipSpace() { at = bytes.skip(from: at) { $0.isSpace } }

  private mutating func string() -> Bytes {
    let start = at + 1
    at = start
    while at < bytes.endIndex, bytes[at] != "\"" { at += bytes[at] == "\\" ? 2 : 1 }
    guard at < bytes.endIndex else {
      isCut = true
      at = bytes.endIndex
      return bytes.from(start)
    }
    at += 1
    return bytes.slice(start, at - 1)
  }

  private mutating func object(depth: Int) -> JSONValue {
    var members: [(key: Bytes, value: JSONValue)] = []
    at += 1
    while true {
      skipSpace()
      if bytes.at(at) == "," {
        at += 1
        continue
      }
      if bytes.at(at) == "}" {
        at += 1
        break
      }
      guard bytes.at(at) == "\"" else {
        isCut = true
        break
      }
      let key = string()
      skipSpace()
      guard bytes.at(at) == ":" else {
        isCut = true
        break
      }
      at += 1
      guard let member = value(depth: depth + 1) else { break }
      members.append((key, member))
      if isCut { break }
    }
    return .object(members)
  }

  private mutating func array(depth: Int) -> JSONValue {
    var elements: [JSONValue] = []
    at += 1
    while true {
      skipSpace()
      if bytes.at(at) == "," {
        at += 1
        continue
      }
      if bytes.at(at) == "]" {
        at += 1
        break
      }
      guard let element = value(depth: depth + 1) else { break }
      elements.append(element)
      if isCut { break }
    }
    return .array(elements)
  }

  /// Skips what lies too deep.
  private mutating func skipped() -> JSONValue {
    var depth = 0
    while at < bytes.endIndex {
      switch bytes[at] {
      case "\"":
        _ = string()
        continue
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      default: break
      }
      at += 1
      if depth == 0 { return .null }
    }
    isCut = true
    return .null
  }
}
