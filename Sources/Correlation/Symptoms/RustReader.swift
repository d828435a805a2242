/// Reads a path of Rust's v0 scheme (RFC 2603), after `_R`.
struct RustReader {
  let bytes: Bytes
  var at: Int
  private var steps = 0

  init(_ bytes: Bytes) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  mutating func path(depth: Int) -> [String]? {
    steps += 1
    guard depth < 24, steps < 512, at < bytes.endIndex else { return nil }
    let tag = bytes[at]
    at += 1
    switch tag {
    case "C":
      return identifier().map { [$0] }
    case "N":
      let space = bytes.at(at)
      at += 1
      guard let outer = path(depth: depth + 1), let name = identifier() else { return nil }
      // Upper-case name spaces are closures and shims.
      return space.isUpper || name.isEmpty ? outer : outer + [name]
    case "M":
      guard skipImplementation(depth: depth) else { return nil }
      return type(depth: depth + 1)
    case "X":
      guard skipImplementation(depth: depth), let own = type(depth: depth + 1),
        path(depth: depth + 1) != nil
      else { return nil }
      return own
    case "Y":
      guard let own = type(depth: depth + 1), path(depth: depth + 1) != nil else { return nil }
      return own
    case "I":
      guard let outer = path(depth: depth + 1) else { return nil }
      while at < bytes.endIndex, bytes[at] != "E" {
        guard type(depth: depth + 1) != nil else { return outer }
      }
      at += 1
      return outer
    case "B":
      return backReference { $0.path(depth: depth + 1) }
    default:
      return nil
    }
  }

  private mutating func skipImplementation(depth: Int) -> Bool {
    _ = disambiguator()
    return path(depth: depth + 1) != nil
  }

  /// A type; of a named one its path, else an empty list.
  private mutating func type(depth: Int) -> [String]? {
    steps += 1
    guard depth < 24, steps < 512 else { return nil }
    let tag = bytes.at(at)
    switch tag {
    case "C", "N", "M", "X", "Y", "I": return path(depth: depth)
    case "B":
      at += 1
      return backReference { $0.type(depth: depth + 1) }
    case "R", "Q", "P", "O", "S":
      at += 1
      if bytes.at(at) == "L" {
        at += 1
        _ = base62()
      }
      return type(depth: depth + 1)
    case "L", "K":
      at = bytes.skip(from: at) { $0 != "_" } + 1
      return []
    case "T":
      at += 1
      while at < bytes.endIndex, bytes[at] != "E" {
        guard type(depth: depth + 1) != nil else { return nil }
      }
      at += 1
      return []
    default:
      guard tag.isLower else { return nil }
      at += 1
      return []
    }
  }

  private mutating func backReference(_ read: (inout RustReader) -> [String]?) -> [String]? {
    guard let offset = base62(), offset < at - bytes.startIndex else { return nil }
    let back = at
    at = bytes.startIndex + offset
    let result = read(&self)
    at = back
    return result
  }

  /// Digits of base 62 up to `_`; none is 0, otherwise one more than the number.
  private mutating func base62() -> Int? {
    var value = 0
    let start = at
    while at < bytes.endIndex, bytes[at] != "_" {
      let byte = bytes[at]
      guard byte.isDigit || byte.isLetter, value < 1 << 40 else { return nil }
      let digit =
        byte.isDigit ? byte - 0x30 : byte.isLower ? byte - 0x61 + 10 : byte - 0x41 + 36
      value = value * 62 + Int(digit)
      at += 1
    }
    guard at < bytes.endIndex else { return nil }
    at += 1
    return at - 1 == start ? 0 : value + 1
  }

  private mutating func disambiguator() -> Int? {
    guard bytes.at(at) == "s" else { return nil }
    at += 1
    return base62()
  }

  private mutating func identifier() -> String? {
    _ = disambiguator()
    if bytes.at(at) == "u" { at += 1 }
    guard let (length, begin) = bytes.number(at: at) else { return nil }
    var start = begin
    if bytes.at(start) == "_" { start += 1 }
    guard start <= bytes.endIndex, length <= bytes.endIndex - start else { return nil }
    at = start + length
    return bytes.slice(start, at).text
  }
}
