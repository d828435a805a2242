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
    /// Where the tokens of the level that it stands in begin.
    var level: Int32 = 0
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
    /// Whether what stands in it is in the body of a function, not in a class of it.
    var isInFunction: Bool
    /// Whether it or one around it is a function.
    var hasFunction: Bool

    init(kind: Kind, base: Int, outerLevel: Int, in outer: Block?) {
      self.kind = kind
      self.base = base
      self.outerLevel = outerLevel
      switch kind {
      case .function: (isInFunction, hasFunction) = (true, true)
      case .container: (isInFunction, hasFunction) = (false, outer?.hasFunction ?? false)
      case .plain:
        (isInFunction, hasFunction) = (outer?.isInFunction ?? false, outer?.hasFunction ?? false)
      }
    }
  }

  /// Deeper nesting is not followed.
  private static let deepest = 2_000
  /// The most tokens of statements that are not finished yet.
  private static let mostTokens = 20_000

  let bytes: UnsafeRawBufferPointer
  let language: SourceLanguage
  var functions: [SourceFunction] = []
  var holdsCode: [Bool] = []
  var tokens = BranchedStack<Token>()
  var blocks = BranchedStack<Block>()
  /// Where the tokens since the last open bracket begin.
  var level = 0
  var at = 0
  var line = 0
  var lineHasCode = false
  var isLineStart = true
  /// The level at each `#if` that is open.
  var conditions: [Int] = []
  /// How many blocks and tokens came back with an `#else`.
  private var restored = 0

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

  mutating func newline() {
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
      if !isInBrackets { tokens.truncate(to: level) }
      at += 1
    case 0x2C:
      // Members of an object literal are statements of their own.
      if language == .javaScript, !isInBrackets {
        tokens.truncate(to: level)
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
  var isInBrackets: Bool { level > (blocks.last?.base ?? 0) }

  mutating func add(_ kind: Token.Kind, _ byte: UInt8, _ start: Int, _ end: Int) {
    if tokens.count >= Self.mostTokens { reset() }
    tokens.append(
      Token(kind: kind, byte: byte, level: Int32(level), start: start, end: end, line: line))
  }

  /// Forgets unfinished statements and brackets: the text is no source code, or brackets do not match.
  private mutating func reset() {
    tokens.removeAll()
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

  /// No word of a language is as long as what is hashed at most.
  func hash(_ token: Token) -> UInt64 {
    WordSet.hash(bytes[token.start..<min(token.end, token.start + 32)])
  }

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
    let bracket = tokens[level - 1]
    tokens.truncate(to: level - 1)
    tokens.append(
      Token(
        kind: value == 0x29 ? .group : .brackets, start: bracket.start, end: end,
        line: bracket.line))
    level = Int(bracket.level)
  }

  private mutating func openBlock(isFirst: Bool) {
    // A brace in the first column opens a function's body in most C, whatever macros made of the braces before.
    if language == .c, isFirst, at == 0 || bytes[at - 1] == 0x0A,
      blocks.last?.hasFunction == true
    {
      let end = tokens.last?.line ?? line
      while let block = blocks.popLast() { finish(block, at: end) }
      let header = Array(tokens.elements[level...])
      tokens.truncate(to: 0)
      for token in header { tokens.append(token) }
      level = 0
    }
    guard blocks.count < Self.deepest else {
      reset()
      at += 1
      return
    }
    let kind = FunctionHeader(scanner: self).kind
    tokens.append(Token(kind: .block, start: at, end: at + 1, line: line))
    blocks.append(Block(kind: kind, base: tokens.count, outerLevel: level, in: blocks.last))
    level = tokens.count
    at += 1
  }

  private mutating func closeBlock(isFirst: Bool) {
    at += 1
    guard let block = blocks.popLast() else { return }
    finish(block, at: line + 1)
    tokens.truncate(to: max(block.base - 1, 0))
    level = min(block.outerLevel, tokens.count)
    // A block ends the statement it belongs to, unless it stands among arguments.
    if !isInBrackets { tokens.truncate(to: level) }
    if language == .c, isFirst, at >= 2 && bytes[at - 2] == 0x0A || at == 1 {
      while let function = blocks.last, case .function = function.kind {
        finish(function, at: line + 1)
        _ = blocks.popLast()
        tokens.truncate(to: max(function.base - 1, 0))
        level = min(function.outerLevel, tokens.count)
      }
    }
  }

  private mutating func finish(_ block: Block, at end: Int) {
    guard case .function(let name, let start) = block.kind else { return }
    functions.append(SourceFunction(name: name, lines: start..<max(end, start + 1)))
  }

  // MARK: Conditions

  mutating func beginCondition() {
    guard conditions.count < 64 else { return }
    conditions.append(level)
    tokens.beginBranch()
    blocks.beginBranch()
  }

  /// Both branches of a condition begin with what was open at it.
  mutating func beginElse() {
    guard let saved = conditions.last else { return }
    // Source code does not end in a branch, again and again, what was open before.
    restored += tokens.missing + blocks.missing
    guard restored <= Self.mostTokens + bytes.count else { return }
    tokens.restore()
    blocks.restore()
    level = saved
  }

  mutating func endCondition() {
    guard conditions.popLast() != nil else { return }
    tokens.endBranch()
    blocks.endBranch()
  }
}
