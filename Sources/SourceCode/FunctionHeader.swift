/// Tells what a brace opens, from the tokens of the statement before it.
struct FunctionHeader {
  private let scanner: BraceScanner
  private let tokens: ArraySlice<BraceScanner.Token>

  init(scanner: BraceScanner) {
    self.scanner = scanner
    tokens = scanner.tokens.elements[scanner.level...].suffix(400)
  }

  private typealias Token = BraceScanner.Token

  /// What the brace opens.
  var kind: BraceScanner.Block.Kind {
    guard let first = tokens.first else { return .plain }
    let name: String?
    switch scanner.language {
    case .go, .rust, .swift, .kotlin, .php, .scala: name = keywordName()
    case .javaScript: name = scriptName()
    default: name = signatureName()
    }
    if let name {
      return .function(name: name, start: first.line)
    }
    return isContainer ? .container : .plain
  }

  private func hash(_ token: Token) -> UInt64 { scanner.hash(token) }

  private func text(_ token: Token) -> String {
    let bytes = scanner.bytes[token.start..<token.end]
    return String(decoding: bytes.wholeScalars(atMost: 200), as: UTF8.self)
  }

  private func isPunctuation(_ index: Int, _ byte: UInt8) -> Bool {
    tokens.indices.contains(index) && tokens[index].kind == .punctuation
      && tokens[index].byte == byte
  }

  private func isWord(_ index: Int) -> Bool {
    tokens.indices.contains(index) && tokens[index].kind == .word
  }

  private var isContainer: Bool {
    tokens.contains { $0.kind == .word && HeaderWords.containers.contains(hash($0)) }
  }

  /// Whether a statement at this place is in the body of a function, not in a class of it.
  private var isInFunction: Bool { scanner.blocks.last?.isInFunction ?? false }

  // MARK: `func name(…)`

  private func keywordName() -> String? {
    guard
      let keyword = tokens.lastIndex(where: {
        $0.kind == .word && HeaderWords.declarations(scanner.language).contains(hash($0))
      })
    else { return nil }
    let word = tokens[keyword]
    let wordHash = hash(word)
    guard HeaderWords.functions(scanner.language).contains(wordHash) else { return nil }
    // Initializers have no name of their own.
    if HeaderWords.selfNamed.contains(wordHash) { return isInFunction ? nil : text(word) }
    var index = keyword + 1
    if scanner.language == .go, index < tokens.endIndex, tokens[index].kind == .group { index += 1 }
    if isPunctuation(index, 0x26) { index += 1 }
    guard index < tokens.endIndex else { return nil }
    if scanner.language == .kotlin, isPunctuation(index, 0x3C) {
      while index < tokens.endIndex, !isPunctuation(index, 0x3E) { index += 1 }
      index += 1
    }
    guard index < tokens.endIndex else { return nil }
    if tokens[index].kind == .punctuation, scanner.language == .swift { return "operator" }
    guard isWord(index) else { return nil }
    var name = index
    // An extension's receiver: `fun Pool.take()`.
    while scanner.language == .kotlin, isPunctuation(name + 1, 0x2E), isWord(name + 2) { name += 2 }
    if HeaderWords.properties.contains(wordHash) {
      // A property with a body; one with a value is none, nor is a local one.
      guard scanner.language == .swift, !isInFunction,
        !tokens[name...].contains(where: { $0.kind == .punctuation && $0.byte == 0x3D })
      else { return nil }
    } else if scanner.language == .go || scanner.language == .php || scanner.language == .rust {
      guard tokens[name...].contains(where: { $0.kind == .group }) else { return nil }
    }
    return text(tokens[name])
  }

  // MARK: `type name(…)`

  private func signatureName() -> String? {
    guard !isInFunction, let last = tokens.indices.last else { return nil }
    if tokens[last].kind == .punctuation, tokens[last].byte == 0x3D { return nil }
    // What follows the parameters of a constructor in C++ initializes its members.
    var end = tokens.endIndex
    if scanner.language == .cPlusPlus || scanner.language == .cSharp || scanner.language == .vala,
      let group = tokens.firstIndex(where: { $0.kind == .group }),
      let colon = tokens[group...].indices.first(where: { isPunctuation($0, 0x3A) })
    {
      end = colon
    }
    let isClass = tokens[..<end].contains {
      $0.kind == .word && HeaderWords.classes.contains(hash($0))
    }
    var index = end - 1
    var beforeTypes: [Int] = []
    while index > tokens.startIndex {
      if tokens[index].kind == .group, let name = nameBefore(index, &beforeTypes) {
        if isClass, index != end - 1 { return nil }
        return name
      }
      if tokens[index].kind == .punctuation, tokens[index].byte == 0x3D, index > tokens.startIndex,
        !isOperator(index)
      {
        return nil
      }
      index -= 1
    }
    return isClass ? nil : propertyName()
  }

  private func isOperator(_ index: Int) -> Bool {
    tokens[max(tokens.startIndex, index - 3)..<index].contains {
      $0.kind == .word && hash($0) == HeaderWords.operatorWord
    }
  }

  /// What stands before the type parameters that each `>` closes: the first token where nothing opens them.
  private func placesBeforeTypes() -> [Int] {
    var opened: [Int] = []
    return tokens.indices.map { index in
      if index > tokens.startIndex, isPunctuation(index, 0x3C) { opened.append(index) }
      guard isPunctuation(index, 0x3E), let open = opened.popLast() else {
        return tokens.startIndex
      }
      return open - 1
    }
  }

  /// The name that parameters belong to.
  private func nameBefore(_ group: Int, _ beforeTypes: inout [Int]) -> String? {
    var index = group - 1
    // Type parameters stand between the name and its parameters.
    if isPunctuation(index, 0x3E) {
      if beforeTypes.isEmpty { beforeTypes = placesBeforeTypes() }
      index = beforeTypes[index - tokens.startIndex]
    }
    guard tokens.indices.contains(index) else { return nil }
    if !isWord(index) {
      return isOperator(index + 1) ? "operator" : nil
    }
    let word = hash(tokens[index])
    guard !HeaderWords.noFunctions.contains(word) else { return nil }
    if isWord(index - 1), HeaderWords.instantiations.contains(hash(tokens[index - 1])) {
      return nil
    }
    // An annotation with arguments, not a function.
    if scanner.bytes[tokens[index].start] == 0x40 { return nil }
    return text(tokens[index])
  }

  /// The name of a property with accessors.
  private func propertyName() -> String? {
    guard scanner.language == .cSharp || scanner.language == .vala, tokens.count > 1,
      let last = tokens.last, last.kind == .word,
      let block = scanner.blocks.last, case .container = block.kind,
      !HeaderWords.containers.contains(hash(last))
    else { return nil }
    guard !tokens.contains(where: { $0.kind == .word && HeaderWords.containers.contains(hash($0)) })
    else { return nil }
    return text(last)
  }

  // MARK: JavaScript

  private func scriptName() -> String? {
    guard let last = tokens.indices.last else { return nil }
    if let keyword = tokens.lastIndex(where: {
      $0.kind == .word && hash($0) == HeaderWords.functionWord
    }), tokens[keyword...].contains(where: { $0.kind == .group }) {
      var index = keyword + 1
      if isPunctuation(index, 0x2A) { index += 1 }
      return isWord(index) ? text(tokens[index]) : assignedName(before: keyword)
    }
    if isPunctuation(last, 1) {
      var index = last - 1
      // The type of the result.
      if let colon = tokens[..<last].lastIndex(where: { $0.kind == .punctuation && $0.byte == 0x3A }
      ),
        colon > tokens.startIndex, tokens[colon - 1].kind == .group
      {
        index = colon - 1
      }
      return assignedName(before: index)
    }
    return methodName(last)
  }

  /// The name in `name = async (…)` or `name: (…)`.
  private func assignedName(before index: Int) -> String? {
    var index = index - 1
    while isWord(index), hash(tokens[index]) == HeaderWords.asyncWord { index -= 1 }
    guard isPunctuation(index, 0x3D) || isPunctuation(index, 0x3A) else { return nil }
    index -= 1
    // `name: Type = (…)` names the type last.
    if let colon = tokens[..<max(index, tokens.startIndex)].lastIndex(where: {
      $0.kind == .punctuation && $0.byte == 0x3A
    }), isWord(colon - 1) {
      index = colon - 1
    }
    return isWord(index) ? text(tokens[index]) : nil
  }

  /// The name of a method of a class or an object: it begins its line but for modifiers.
  private func methodName(_ last: Int) -> String? {
    var group = last
    if tokens[last].kind != .group {
      guard
        let colon = tokens.lastIndex(where: { $0.kind == .punctuation && $0.byte == 0x3A }),
        colon > tokens.startIndex, tokens[colon - 1].kind == .group
      else { return nil }
      group = colon - 1
    }
    var name = group - 1
    if isPunctuation(name, 0x3E) {
      while name > tokens.startIndex, !isPunctuation(name, 0x3C) { name -= 1 }
      name -= 1
    }
    guard isWord(name), !HeaderWords.noFunctions.contains(hash(tokens[name])) else { return nil }
    var index = name - 1
    while index >= tokens.startIndex, tokens[index].line == tokens[name].line {
      let isModifier =
        isPunctuation(index, 0x2A)
        || isWord(index) && HeaderWords.scriptModifiers.contains(hash(tokens[index]))
      guard isModifier else { return nil }
      index -= 1
    }
    return text(tokens[name])
  }
}

/// The words that tell declarations apart.
enum HeaderWords {
  static let containers = WordSet(
    "class struct interface enum union namespace trait impl protocol extension object record module mod errordomain extern package"
  )
  static let classes = WordSet("class interface namespace enum trait errordomain")
  static let noFunctions = WordSet(
    "if for while switch catch return sizeof typeof synchronized using lock fixed foreach unless with when guard else do try noexcept throw throws alignas decltype __attribute__ __declspec requires defined and or not await yield assert super this case in of elif elseif match loop select go defer function declare"
  )
  static let instantiations = WordSet("new return throw else case await yield")
  static let beforeRegex = WordSet(
    "return typeof case in of delete void throw new else do await yield")
  static let scriptModifiers = WordSet(
    "async static get set public private protected readonly override abstract export default declare"
  )
  static let operatorWord = WordSet.hash("operator".utf8)
  static let functionWord = WordSet.hash("function".utf8)
  static let asyncWord = WordSet.hash("async".utf8)

  /// Words that are the name of the function that they begin.
  static let selfNamed = WordSet("init deinit subscript constructor")
  static let properties = WordSet("var let")

  private static let goFunctions = WordSet("func")
  private static let goDeclarations = WordSet("func type var struct interface switch select for if")
  private static let rustFunctions = WordSet("fn")
  private static let rustDeclarations = WordSet(
    "fn struct enum trait impl mod union match macro_rules")
  private static let swiftFunctions = WordSet("func init deinit subscript var let")
  private static let swiftDeclarations = WordSet(
    "func init deinit subscript var let class struct enum protocol extension actor if for while switch guard do catch else repeat"
  )
  private static let kotlinFunctions = WordSet("fun init constructor")
  private static let kotlinDeclarations = WordSet(
    "fun init constructor class interface object val var if for while when try catch else do")
  private static let phpFunctions = WordSet("function")
  private static let phpDeclarations = WordSet(
    "function class interface trait enum if for foreach while switch")
  private static let scalaFunctions = WordSet("def")
  private static let scalaDeclarations = WordSet(
    "def class trait object val var if for while match")

  static func functions(_ language: SourceLanguage) -> WordSet {
    switch language {
    case .go: goFunctions
    case .rust: rustFunctions
    case .swift: swiftFunctions
    case .kotlin: kotlinFunctions
    case .php: phpFunctions
    default: scalaFunctions
    }
  }

  static func declarations(_ language: SourceLanguage) -> WordSet {
    switch language {
    case .go: goDeclarations
    case .rust: rustDeclarations
    case .swift: swiftDeclarations
    case .kotlin: kotlinDeclarations
    case .php: phpDeclarations
    default: scalaDeclarations
    }
  }
}
