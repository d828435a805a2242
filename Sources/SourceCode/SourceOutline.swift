/// A function, method or property with code, and where it stands.
public struct SourceFunction: Sendable, Equatable {
  /// The name without its class or parameters; at most 200 bytes.
  public var name: String
  /// The lines from the first of its declaration to its last, counted from 0.
  public var lines: Range<Int>

  /// Makes a function of its parts.
  public init(name: String, lines: Range<Int>) {
    self.name = name
    self.lines = lines
  }
}

/// The functions of a source file, and which of its lines hold code.
///
/// Found without a compiler, from words, brackets and indentation alone: what a macro hides is not seen. Any bytes are
/// accepted; the work is linear in them.
public struct SourceOutline: Sendable {
  /// The functions by their first line; one that lies in another comes behind it.
  public private(set) var functions: [SourceFunction]
  /// For each line, whether it holds more than white space and comments.
  public private(set) var holdsCode: [Bool]
  /// Where another function, or none, begins to be the innermost.
  private var changes: [(line: Int, function: Int?)] = []

  /// Reads a source file.
  public init(_ bytes: Span<UInt8>, language: SourceLanguage) {
    self = bytes.withUnsafeBytes { SourceOutline($0, language: language) }
  }

  private init(_ bytes: UnsafeRawBufferPointer, language: SourceLanguage) {
    switch language {
    case .python:
      var scanner = PythonScanner(bytes)
      scanner.scan()
      (functions, holdsCode) = (scanner.functions, scanner.holdsCode)
    case .ruby:
      var scanner = RubyScanner(bytes)
      scanner.scan()
      (functions, holdsCode) = (scanner.functions, scanner.holdsCode)
    case .hashComments, .other:
      functions = []
      holdsCode = Self.plainLines(bytes, comment: language == .hashComments ? 0x23 : nil)
    default:
      var scanner = BraceScanner(bytes, language: language)
      scanner.scan()
      (functions, holdsCode) = (scanner.functions, scanner.holdsCode)
    }
    functions.sort {
      ($0.lines.lowerBound, -$0.lines.upperBound) < ($1.lines.lowerBound, -$1.lines.upperBound)
    }
    changes = Self.changes(of: functions)
  }

  /// Reads a source file.
  public init(_ text: String, language: SourceLanguage) {
    self.init(Array(text.utf8).span, language: language)
  }

  /// The innermost function that a line lies in.
  public func function(at line: Int) -> SourceFunction? {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].line <= line { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? changes[low - 1].function.map { functions[$0] } : nil
  }

  private static func changes(of functions: [SourceFunction]) -> [(line: Int, function: Int?)] {
    var changes: [(line: Int, function: Int?)] = []
    var open: [Int] = []
    func close(before line: Int) {
      while let end = open.last.map({ functions[$0].lines.upperBound }), end <= line {
        while let last = open.last, functions[last].lines.upperBound <= end { open.removeLast() }
        changes.append((end, open.last))
      }
    }
    for (index, function) in functions.enumerated() {
      close(before: function.lines.lowerBound)
      changes.append((function.lines.lowerBound, index))
      open.append(index)
    }
    close(before: .max)
    return changes
  }

  private static func plainLines(_ bytes: UnsafeRawBufferPointer, comment: UInt8?) -> [Bool] {
    var lines: [Bool] = []
    var isCode = false
    var isComment = false
    for byte in bytes {
      if byte == 0x0A {
        lines.append(isCode)
        (isCode, isComment) = (false, false)
      } else if !byte.isBlank, !isCode, !isComment {
        if byte == comment { isComment = true } else { isCode = true }
      }
    }
    if bytes.last.map({ $0 != 0x0A }) ?? false { lines.append(isCode) }
    return lines
  }
}

extension UInt8 {
  var isBlank: Bool { self == 0x20 || self &- 9 < 5 }
  var isDigit: Bool { self &- 0x30 < 10 }
  var isUpper: Bool { self &- 0x41 < 26 }
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  /// A byte of an identifier; bytes of UTF-8 beyond ASCII count.
  var isWord: Bool { isLetter || isDigit || self == 0x5F || self == 0x24 || self >= 0x80 }
}

/// Words in hashed form, to be compared without making strings of them.
struct WordSet {
  private let hashes: Set<UInt64>

  init(_ words: String) {
    hashes = Set(words.split(separator: " ").map { Self.hash($0.utf8) })
  }

  func contains(_ hash: UInt64) -> Bool { hashes.contains(hash) }

  /// FNV-1a.
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
