/// Finds functions in languages that put bodies in braces.
///
/// Words and brackets are read in one pass that skips comments, strings and preprocessor lines. Where a brace opens,
/// what stands before it since the last statement tells a function from a class, a loop or a value.
struct BraceScanner {
  /// A word, a bracket, or an operator of a statement so far. A pair of brackets is folded into one token.
  struct Token {
    enum Kind: UInt8 { case word, group, brackets, punctuation, open, block }
    var kind: Kind
    /// The byte of a punctuation mark or an open bracket; `::` is given as 0, `=>` as 1, `->` as 2.
    var byte: UInt8 = 0
    var start: Int
    var end: Int
    var line: Int
  }

  struct Block {
    enum Kind { case function(name: String, start: Int), container, plain }
    var kind: Kind
    /// Where the tokens of the block begin.
    var base: Int
    /// Where the tokens of the level around it begin.
    var outerLevel: Int
  }

  /// Deeper nesting is not followed.
  private static let deepest = 2_000
  /// The most tokens of statements that are not finished yet.
  private static let mostTokens = 20_000

  let bytes: UnsafeRawBufferPointer
  let language: SourceLanguage
  private(set) var functions: [SourceFunction] = []
  private(set) var holdsCode: [Bool] = []
  private(set) var tokens: [Token] = []
  private(set) var blocks: [Block] = []
  /// Where the tokens since the last open bracket begin.
  private(set) var level = 0
  private var at = 0
  private var line = 0
  private var lineHasCode = false
  private var isLineStart = true
  /// The blocks at each `#if` that is open.
  private var conditions: [(blocks: [Block], tokens: [Token], level: Int)] = []

  init(_ bytes: UnsafeRawBufferPointer, language: SourceLanguage) {
    self.bytes = bytes
    self.language = language
  }

  mutating func scan() {
    while at < bytes.count { step() }
    while let block = blocks.popLast() { finish(block, at: line + (lineHasCode ? 1 : 0)) }
    if !isLineStart || lineHasCode { holdsCode.append(lineHasCode) }
  }

  func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func newline() {
    holdsCode.append(lineHasCode)
    lineHasCode = false
    isLineStart = true
    line += 1
  }

  private mutating func step() {
    let value = bytes[at]
    switch value {
    case 0x0A:
      newline()
      at += 1
      endOfLine()
      return
    case 0x20, 0x09, 0x0D, 0x0B, 0x0C:
      at += 1
      return
    case 0x2F:
      if byte(at + 1) == 0x2F {
        skipLine()
        return
      }
      if byte(at + 1) == 0x2A {
        skipBlockComment()
        return
      }
    case 0x23:
      if language == .php {
        if byte(at + 1) != 0x5B {
          skipLine()
          return
        }
      } else if isLineStart, hasPreprocessor {
        directive()
        return
      }
    default: break
    }
    lineHasCode = true
    let wasLineStart = isLineStart
    isLineStart = false
    if value.isWord || value == 0x40 && byte(at + 1).isWord {
      word()
      return
    }
    switch value {
    case 0x22: string(value)
    case 0x27: quote()
    case 0x60: backquote()
    case 0x2F where language == .javaScript && isRegex: regex()
    case 0x28, 0x5B: open(value)
    case 0x29, 0x5D: close(value)
    case 0x7B: openBlock(isFirst: wasLineStart)
    case 0x7D: closeBlock(isFirst: wasLineStart)
    case 0x3B:
      if !isInBrackets { tokens.removeSubrange(level...) }
      at += 1
    case 0x2C:
      // Members of an object literal are statements of their own.
      if language == .javaScript, !isInBrackets {
        tokens.removeSubrange(level...)
        at += 1
      } else {
        punctuation(value, 1)
      }
    case 0x3A where byte(at + 1) == 0x3A: punctuation(0, 2)
    case 0x3D where byte(at + 1) == 0x3E: punctuation(1, 2)
    case 0x2D where byte(at + 1) == 0x3E: punctuation(2, 2)
    default: punctuation(value, 1)
    }
  }

  private var hasPreprocessor: Bool {
    switch language {
    case .c, .cPlusPlus, .cSharp, .vala, .swift: true
    default: false
    }
  }

  /// Whether the level is inside round or square brackets rather than directly in a block.
  private var isInBrackets: Bool { level > (blocks.last?.base ?? 0) }

  private mutating func add(_ kind: Token.Kind, _ byte: UInt8, _ start: Int, _ end: Int) {
    if tokens.count >= Self.mostTokens { reset() }
    tokens.append(Token(kind: kind, byte: byte, start: start, end: end, line: line))
  }

  /// Forgets unfinished statements and brackets: the text is no source code, or brackets do not match.
  private mutating func reset() {
    tokens.removeAll(keepingCapacity: true)
    blocks.removeAll()
    conditions.removeAll()
    level = 0
  }

  private mutating func punctuation(_ byte: UInt8, _ count: Int) {
    add(.punctuation, byte, at, at + count)
    at += count
  }

  private mutating func word() {
    let start = at
    at += 1
    while at < bytes.count, bytes[at].isWord { at += 1 }
    // The prefix of a raw string.
    if byte(at) == 0x22, at - start <= 3, language == .cPlusPlus, bytes[at - 1] == 0x52 {
      rawString()
      return
    }
    if language == .rust, at - start <= 2, bytes[at - 1] == 0x72,
      byte(at) == 0x22 || byte(at) == 0x23
    {
      hashString()
      return
    }
    add(.word, 0, start, at)
  }

  // MARK: Lines

  private mutating func endOfLine() {
    // Where statements end with their line, what was said before says nothing of the next brace.
    guard language == .go, !isInBrackets, tokens.count > level else { return }
    tokens.removeSubrange(level...)
  }

  private mutating func skipLine() {
    while at < bytes.count, bytes[at] != 0x0A { at += 1 }
  }

  private mutating func skipBlockComment() {
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

  private mutating func directive() {
    lineHasCode = true
    var start = at + 1
    while byte(start) == 0x20 || byte(start) == 9 { start += 1 }
    var end = start
    while end < bytes.count, bytes[end].isLetter { end += 1 }
    let name = bytes[start..<end]
    if name.elementsEqual("if".utf8) || name.elementsEqual("ifdef".utf8)
      || name.elementsEqual("ifndef".utf8)
    {
      if conditions.count < 64 { conditions.append((blocks, tokens, level)) }
    } else if name.elementsEqual("else".utf8) || name.elementsEqual("elif".utf8) {
      // Both branches begin with what was open at the condition.
      if let saved = conditions.last {
        (blocks, tokens, level) = (saved.blocks, saved.tokens, saved.level)
      }
    } else if name.elementsEqual("endif".utf8) {
      _ = conditions.popLast()
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

  // MARK: Strings

  private mutating func string(_ quote: UInt8) {
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

  private func isVerbatim(_ start: Int) -> Bool {
    language == .cSharp && start > 0
      && (bytes[start - 1] == 0x40 || start > 1 && bytes[start - 2] == 0x40)
  }

  /// Moves behind the end of a string, over escapes and interpolated code.
  private mutating func skipString(
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

  private mutating func skipInterpolation(_ open: UInt8, _ close: UInt8, _ depth: Int) {
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

  private mutating func quote() {
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

  private mutating func backquote() {
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

  private mutating func rawByte() {
    if bytes[at] == 0x0A {
      newline()
      lineHasCode = true
      isLineStart = false
    }
    at += 1
  }

  private mutating func rawString() {
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

  private mutating func hashString() {
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

  private var isRegex: Bool {
    guard let last = tokens.last else { return true }
    switch last.kind {
    case .punctuation: return last.byte != 0x22 && last.byte != 0x27 && last.byte != 0x60
    case .open, .block: return true
    case .word: return HeaderWords.beforeRegex.contains(hash(last))
    case .group, .brackets: return false
    }
  }

  private mutating func regex() {
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

  func hash(_ token: Token) -> UInt64 { WordSet.hash(bytes[token.start..<token.end]) }

  // MARK: Brackets

  private mutating func open(_ value: UInt8) {
    add(.open, value, at, at + 1)
    level = tokens.count
    at += 1
  }

  private mutating func close(_ value: UInt8) {
    let end = at + 1
    at = end
    let base = blocks.last?.base ?? 0
    guard level > base, level <= tokens.count else { return }
    let start = tokens[level - 1]
    tokens.removeSubrange((level - 1)...)
    tokens.append(
      Token(
        kind: value == 0x29 ? .group : .brackets, start: start.start, end: end, line: start.line))
    level = base
    var index = tokens.count - 1
    while index >= base {
      if tokens[index].kind == .open {
        level = index + 1
        break
      }
      index -= 1
    }
  }

  private mutating func openBlock(isFirst: Bool) {
    // A brace in the first column opens a function's body in most C, whatever macros made of the braces before.
    if language == .c, isFirst, at == 0 || bytes[at - 1] == 0x0A, !blocks.isEmpty,
      blocks.contains(where: { if case .function = $0.kind { true } else { false } })
    {
      for block in blocks.reversed() { finish(block, at: tokens.last?.line ?? line) }
      let header = Array(tokens[level...])
      blocks.removeAll()
      tokens = header
      level = 0
    }
    guard blocks.count < Self.deepest else {
      reset()
      at += 1
      return
    }
    let kind = FunctionHeader(scanner: self).kind
    tokens.append(Token(kind: .block, start: at, end: at + 1, line: line))
    blocks.append(Block(kind: kind, base: tokens.count, outerLevel: level))
    level = tokens.count
    at += 1
  }

  private mutating func closeBlock(isFirst: Bool) {
    at += 1
    guard let block = blocks.popLast() else { return }
    finish(block, at: line + 1)
    tokens.removeSubrange(min(max(block.base - 1, 0), tokens.count)...)
    level = min(block.outerLevel, tokens.count)
    // A block ends the statement it belongs to, unless it stands among arguments.
    if !isInBrackets { tokens.removeSubrange(level...) }
    if language == .c, isFirst, at >= 2 && bytes[at - 2] == 0x0A || at == 1 {
      while let function = blocks.last, case .function = function.kind {
        finish(function, at: line + 1)
        blocks.removeLast()
        tokens.removeSubrange(min(max(function.base - 1, 0), tokens.count)...)
        level = min(function.outerLevel, tokens.count)
      }
    }
  }

  private mutating func finish(_ block: Block, at end: Int) {
    guard case .function(let name, let start) = block.kind else { return }
    functions.append(SourceFunction(name: name, lines: start..<max(end, start + 1)))
  }
}
