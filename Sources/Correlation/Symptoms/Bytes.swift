import Glibc
import SourceCode

/// A piece of a line, without a copy.
typealias Bytes = ArraySlice<UInt8>

func == (left: UInt8, right: Unicode.Scalar) -> Bool { UInt32(left) == right.value }
func != (left: UInt8, right: Unicode.Scalar) -> Bool { UInt32(left) != right.value }
func == (left: UInt8?, right: Unicode.Scalar) -> Bool { left.map { UInt32($0) } == right.value }
func != (left: UInt8?, right: Unicode.Scalar) -> Bool { left.map { UInt32($0) } != right.value }
func ~= (pattern: Unicode.Scalar, value: UInt8) -> Bool { UInt32(value) == pattern.value }

extension UInt8 {
  var isDigit: Bool { self &- 0x30 < 10 }
  var isUpper: Bool { self &- 0x41 < 26 }
  var isLower: Bool { self &- 0x61 < 26 }
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  var isHex: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
  var isSpace: Bool { self == 0x20 || self &- 9 < 5 }
  /// A byte of an identifier; bytes of UTF-8 beyond ASCII count.
  var isWord: Bool { isLetter || isDigit || self == 0x5F || self == 0x24 || self >= 0x80 }
  var lowered: UInt8 { isUpper ? self | 0x20 : self }
}

extension ArraySlice<UInt8> {
  /// Whether the literal stands at `index`.
  func has(_ literal: StaticString, at index: Int) -> Bool {
    let length = literal.utf8CodeUnitCount
    guard index >= startIndex, index <= endIndex, endIndex - index >= length else { return false }
    return literal.withUTF8Buffer { expected in
      for offset in 0..<length where self[index + offset] != expected[offset] { return false }
      return true
    }
  }

  func starts(_ literal: StaticString) -> Bool { has(literal, at: startIndex) }

  func ends(_ literal: StaticString) -> Bool {
    has(literal, at: endIndex - literal.utf8CodeUnitCount)
  }

  func equals(_ literal: StaticString) -> Bool {
    count == literal.utf8CodeUnitCount && starts(literal)
  }

  /// The first place of a byte from `index` on.
  func find(_ scalar: Unicode.Scalar, from index: Int? = nil) -> Int? {
    let start = Swift.max(index ?? startIndex, startIndex)
    guard start < endIndex else { return nil }
    return withUnsafeBytes { all -> Int? in
      guard let base = all.baseAddress else { return nil }
      let found = memchr(base + (start - startIndex), Int32(scalar.value), endIndex - start)
      return found.map { UnsafeRawPointer($0) - base + startIndex }
    }
  }

  /// The last place of a byte.
  func findLast(_ scalar: Unicode.Scalar) -> Int? {
    lastIndex(of: UInt8(truncatingIfNeeded: scalar.value))
  }

  /// The first place of a literal from `index` on.
  func find(text literal: StaticString, from index: Int? = nil) -> Int? {
    let start = Swift.max(index ?? startIndex, startIndex)
    let length = literal.utf8CodeUnitCount
    guard length > 0, start < endIndex, endIndex - start >= length else { return nil }
    return withUnsafeBytes { all -> Int? in
      guard let base = all.baseAddress else { return nil }
      let wanted = literal.utf8Start
      var at = start - startIndex
      let last = all.count - length
      while at <= last, let found = memchr(base + at, Int32(wanted[0]), last - at + 1) {
        let place = UnsafeRawPointer(found) - base
        if memcmp(base + place, wanted, length) == 0 { return place + startIndex }
        at = place + 1
      }
      return nil
    }
  }

  /// The last place of a literal.
  func findLast(text literal: StaticString) -> Int? {
    let length = literal.utf8CodeUnitCount
    guard length > 0, count >= length else { return nil }
    var at = endIndex - length
    while at >= startIndex {
      if has(literal, at: at) { return at }
      at -= 1
    }
    return nil
  }

  func contains(text literal: StaticString) -> Bool { find(text: literal) != nil }

  /// The bytes before `index`.
  func before(_ index: Int) -> Bytes { slice(startIndex, index) }

  /// The bytes from `index` on; none where it lies behind the end.
  func from(_ index: Int) -> Bytes { self[Swift.min(Swift.max(index, startIndex), endIndex)...] }

  /// The bytes from `start` to before `end`, as far as there are such.
  func slice(_ start: Int, _ end: Int) -> Bytes {
    let first = Swift.min(Swift.max(start, startIndex), endIndex)
    return self[first..<Swift.min(Swift.max(end, first), endIndex)]
  }

  /// Without the white space at both ends.
  var trimmed: Bytes {
    var start = startIndex
    var end = endIndex
    while start < end, self[start].isSpace { start += 1 }
    while end > start, self[end - 1].isSpace { end -= 1 }
    return self[start..<end]
  }

  /// The byte at `index`, or 0 outside.
  func at(_ index: Int) -> UInt8 { index >= startIndex && index < endIndex ? self[index] : 0 }

  /// The first place from `index` on whose byte does not satisfy the condition.
  func skip(from index: Int, while condition: (UInt8) -> Bool) -> Int {
    var at = Swift.max(index, startIndex)
    while at < endIndex, condition(self[at]) { at += 1 }
    return Swift.min(at, endIndex)
  }

  /// The decimal number at `index`, of at most nine digits, and the place behind it.
  func number(at index: Int) -> (value: Int, end: Int)? {
    var at = index
    var value = 0
    while at >= startIndex, at < endIndex, self[at].isDigit, at - index < 9 {
      value = value * 10 + Int(self[at] - 0x30)
      at += 1
    }
    return at > index ? (value, at) : nil
  }

  /// The bytes as a string of at most 2,000 bytes, invalid ones replaced, control bytes left out.
  var text: String { text(atMost: 2_000) }

  func text(atMost limit: Int) -> String {
    let piece = count > limit ? wholeScalars(atMost: limit) : self
    if piece.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return String(
        decoding: piece.map { $0 == 9 ? 0x20 : $0 }.filter { $0 >= 0x20 && $0 != 0x7F },
        as: UTF8.self)
    }
    return String(decoding: piece, as: UTF8.self)
  }

  /// The place behind the bracket that closes the one at `index`; nil where none does.
  func closing(_ index: Int, _ open: Unicode.Scalar, _ close: Unicode.Scalar) -> Int? {
    var depth = 0
    var at = index
    while at < endIndex {
      if self[at] == open {
        depth += 1
      } else if self[at] == close {
        // The arrow of a return type closes nothing.
        if !(close == ">" && at > startIndex && self[at - 1] == "-") { depth -= 1 }
        if depth == 0 { return at + 1 }
      }
      at += 1
    }
    return nil
  }

  /// FNV-1a, for telling repeated text apart cheaply.
  var fingerprint: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  /// The fingerprint of the bytes with ASCII letters in lower case.
  var caselessFingerprint: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in self { hash = (hash ^ UInt64(byte.lowered)) &* 0x100_0000_01b3 }
    return hash
  }
}

/// A path with the place inside the file.
struct Location {
  var path: Bytes
  var line: Int?
  var column: Int?

  /// Reads `path:line:column`, `path:line`, `path:?` or `path`.
  init(_ bytes: Bytes) {
    path = bytes
    guard let last = takeNumber() else { return }
    if let first = takeNumber() {
      line = first > 0 ? first : nil
      column = last > 0 ? last : nil
    } else {
      line = last > 0 ? last : nil
    }
  }

  /// Takes `:12` or `:?` off the end of the path; an unknown number is 0.
  private mutating func takeNumber() -> Int? {
    var start = path.endIndex
    while start > path.startIndex, path[start - 1].isDigit { start -= 1 }
    if start == path.endIndex, path.last == "?" { start -= 1 }
    guard start < path.endIndex, path.endIndex - start < 10, path.at(start - 1) == ":" else {
      return nil
    }
    let value = path.number(at: start)?.value ?? 0
    path = path.before(start - 1)
    return value
  }

  /// Whether the path is that of a source file, and not a host or words in front of a number.
  var isSource: Bool {
    guard isPlausible, !path.contains(text: ": ") else { return false }
    let slash = path.lastIndex { $0 == "/" || $0 == "\\" }
    return slash != nil || ProseReader.isSourceName(path)
  }

  /// Whether the path has the look of a source path: a file name with an extension, or a slash.
  var isPlausible: Bool {
    guard let first = path.first, path.count < 1_024, !path.contains(where: { $0 < 0x20 }) else {
      return false
    }
    guard first != "(", first != "<" || path.count > 2 else { return false }
    return path.contains(where: { $0 == "." || $0 == "/" || $0 == "\\" })
  }
}
