extension BraceScanner {
  mutating func endOfLine() {
    // Where statements end with their line, what was said before says nothing of the next brace.
    if language == .go, !isInBrackets { tokens.truncate(to: level) }
  }

  mutating func skipLine() {
    while at < bytes.count, bytes[at] != 0x0A { at += 1 }
  }

  mutating func skipBlockComment() {
    let nests = language == .rust || language == .swift || language == .kotlin || language == .scala
    var depth = 1
    at += 2
    while at < bytes.count, depth > 0 {
      let value = bytes[at]
      if value == 0x0A {
        let start = isLineStart
        newline()
        isLineStart = start || isLineStart
        at += 1
      } else if value == 0x2A, byte(at + 1) == 0x2F {
        depth -= 1
        at += 2
      } else if nests, value == 0x2F, byte(at + 1) == 0x2A {
        depth += 1
        at += 2
      } else {
        at += 1
      }
    }
  }

  mutating func directive() {
    lineHasCode = true
    var start = at + 1
    while byte(start) == 0x20 || byte(start) == 9 { start += 1 }
    var end = start
    while end < bytes.count, bytes[end].isLetter { end += 1 }
    let name = bytes[start..<end]
    if name.elementsEqual("if".utf8) || name.elementsEqual("ifdef".utf8)
      || name.elementsEqual("ifndef".utf8)
    {
      beginCondition()
    } else if name.elementsEqual("else".utf8) || name.elementsEqual("elif".utf8) {
      beginElse()
    } else if name.elementsEqual("endif".utf8) {
      endCondition()
    }
    while at < bytes.count, bytes[at] != 0x0A {
      if bytes[at] == 0x5C, byte(at + 1) == 0x0A {
        newline()
        lineHasCode = true
        at += 2
      } else if bytes[at] == 0x2F, byte(at + 1) == 0x2A {
        isLineStart = false
        skipBlockComment()
        lineHasCode = true
      } else {
        at += 1
      }
    }
    isLineStart = false
  }
}
