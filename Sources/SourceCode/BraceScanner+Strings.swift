extension BraceScanner {
  mutating func string(_ quote: UInt8) {
    let start = at
    let isTriple = byte(at + 1) == 0x22 && byte(at + 2) == 0x22
    switch language {
    case .swift, .kotlin, .java, .scala, .cSharp, .vala:
      if isTriple {
        at += 3
        skipString(until: 0x22, isTriple: true)
        add(.group, quote, start, at)
        return
      }
    default: break
    }
    at += 1
    let isMultiline = language == .rust || language == .php || isVerbatim(start)
    skipString(until: quote, isMultiline: isMultiline)
    add(.punctuation, quote, start, at)
  }

  func isVerbatim(_ start: Int) -> Bool {
    language == .cSharp && start > 0
      && (bytes[start - 1] == 0x40 || start > 1 && bytes[start - 2] == 0x40)
  }

  /// Moves behind the end of a string, over escapes and interpolated code.
  mutating func skipString(
    until quote: UInt8, isTriple: Bool = false, isMultiline: Bool = true, depth: Int = 0
  ) {
    while at < bytes.count {
      let value = bytes[at]
      if value == quote, !isTriple || byte(at + 1) == quote && byte(at + 2) == quote {
        at += isTriple ? 3 : 1
        return
      }
      switch value {
      case 0x0A:
        guard isMultiline else { return }
        newline()
        lineHasCode = true
        isLineStart = false
        at += 1
      case 0x5C:
        if language == .swift, byte(at + 1) == 0x28 {
          at += 2
          skipInterpolation(0x28, 0x29, depth)
        } else if byte(at + 1) == 0x0A {
          at += 1
          newline()
          lineHasCode = true
          isLineStart = false
          at += 1
        } else {
          at += 2
        }
      case 0x24 where byte(at + 1) == 0x7B && (language == .kotlin || language == .javaScript):
        at += 2
        skipInterpolation(0x7B, 0x7D, depth)
      default: at += 1
      }
    }
    at = min(at, bytes.count)
  }

  mutating func skipInterpolation(_ open: UInt8, _ close: UInt8, _ depth: Int) {
    var nesting = 1
    while at < bytes.count, nesting > 0 {
      let value = bytes[at]
      if value == open {
        nesting += 1
      } else if value == close {
        nesting -= 1
      } else if value == 0x0A {
        newline()
        lineHasCode = true
        isLineStart = false
      } else if value == 0x22 || value == 0x60 && language == .javaScript, depth < 8 {
        at += 1
        skipString(until: value, isMultiline: value == 0x60, depth: depth + 1)
        continue
      }
      at += 1
    }
  }

  mutating func quote() {
    let start = at
    switch language {
    case .rust, .swift, .scala:
      // A lifetime, a symbol, or a character.
      if byte(at + 1) == 0x5C || byte(at + 2) == 0x27 || byte(at + 1) >= 0x80 {
        at += 1
        skipString(until: 0x27, isMultiline: false)
      } else {
        at += 1
      }
    default:
      // Digits of C++ numbers may be parted by quotes.
      if language == .cPlusPlus, start > 0, bytes[start - 1].isDigit, byte(start + 1).isDigit {
        at += 1
        return
      }
      at += 1
      skipString(until: 0x27, isMultiline: language == .php)
    }
    add(.punctuation, 0x27, start, at)
  }

  mutating func backquote() {
    let start = at
    at += 1
    switch language {
    case .go: while at < bytes.count, bytes[at] != 0x60 { rawByte() }
    case .javaScript:
      skipString(until: 0x60)
      at -= 1
    default:
      // A quoted name.
      let first = at
      while at < bytes.count, bytes[at] != 0x60, bytes[at] != 0x0A { at += 1 }
      add(.word, 0, first, at)
    }
    at = min(at + 1, bytes.count)
    if language == .go || language == .javaScript { add(.punctuation, 0x60, start, at) }
  }

  mutating func rawByte() {
    if bytes[at] == 0x0A {
      newline()
      lineHasCode = true
      isLineStart = false
    }
    at += 1
  }

  mutating func rawString() {
    let start = at
    at += 1
    var mark: [UInt8] = [0x29]
    while at < bytes.count, bytes[at] != 0x28, mark.count < 18 {
      mark.append(bytes[at])
      at += 1
    }
    mark.append(0x22)
    while at < bytes.count {
      if bytes[at] == 0x29, at + mark.count <= bytes.count,
        bytes[at..<(at + mark.count)].elementsEqual(mark)
      {
        at += mark.count
        break
      }
      rawByte()
    }
    add(.punctuation, 0x22, start, at)
  }

  mutating func hashString() {
    let start = at
    var hashes = 0
    while byte(at) == 0x23 {
      hashes += 1
      at += 1
    }
    guard byte(at) == 0x22 else { return }
    at += 1
    while at < bytes.count {
      if bytes[at] == 0x22, (0..<hashes).allSatisfy({ byte(at + 1 + $0) == 0x23 }) {
        at += 1 + hashes
        break
      }
      rawByte()
    }
    add(.punctuation, 0x22, start, at)
  }

  var isRegex: Bool {
    guard let last = tokens.last else { return true }
    switch last.kind {
    case .punctuation: return last.byte != 0x22 && last.byte != 0x27 && last.byte != 0x60
    case .open, .block: return true
    case .word: return HeaderWords.beforeRegex.contains(hash(last))
    case .group, .brackets: return false
    }
  }

  mutating func regex() {
    let start = at
    var isInClass = false
    at += 1
    while at < bytes.count, bytes[at] != 0x0A {
      let value = bytes[at]
      at += 1
      if value == 0x5C {
        at += 1
      } else if value == 0x5B {
        isInClass = true
      } else if value == 0x5D {
        isInClass = false
      } else if value == 0x2F, !isInClass {
        break
      }
    }
    at = min(at, bytes.count)
    add(.punctuation, 0x22, start, at)
  }
}
