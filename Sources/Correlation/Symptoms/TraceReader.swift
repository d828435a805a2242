/// Hands each line to the parsers whose form it may be of.
struct TraceReader {
  var traces: TraceAssembler

  private var native = NativeTraceParser()
  private var python = PythonTraceParser()
  private var jvm = JVMTraceParser()
  private var javaScript = JavaScriptTraceParser()
  private var go = GoTraceParser()
  private var ruby = RubyTraceParser()
  private var php = PHPTraceParser()
  private var dotNet = DotNetTraceParser()
  private var rust = RustTraceParser()
  private var swift = SwiftTraceParser()
  private var dart = DartTraceParser()

  init(limits: Symptom.Limits) { traces = TraceAssembler(limits: limits) }

  /// Reads a line; false where it is no part of a trace.
  mutating func read(_ line: SymptomLine) -> Bool {
    // The longest lines of a trace are C++ template names.
    guard line.bytes.count <= 16_384 else { return false }
    let line = Self.withoutQuote(line)
    // Frames of PHP, Dart and debuggers begin with # and a number; those of the first two are told apart.
    let active = line.first == "#" ? nil : traces.language
    if line.first == "#", line.content.at(line.body + 1) == 9 { return read(line, as: .go) }
    if let active, read(line, as: active) { return true }
    for language in Self.candidates(line) where language != active {
      guard read(line, as: language) else { continue }
      if language != .native { native.endFrame() }
      return true
    }
    return false
  }

  /// A frame without what closes the string that it stood in: `at acme.Pool.take(Pool.java:12)"`.
  private static func withoutQuote(_ line: SymptomLine) -> SymptomLine {
    let isEnd: (UInt8) -> Bool = {
      $0 == "\"" || $0 == "'" || $0 == "`" || $0 == "," || $0 == ";"
    }
    guard let last = line.bytes.last, isEnd(last) || last == "}",
      line.content.starts("at ") || line.content.starts("File \"")
        || line.first == "#" && last == "\""
    else { return line }
    var bytes = line.bytes
    if bytes.ends("\"}") { bytes = bytes.dropLast(2) }
    while let last = bytes.last, isEnd(last) { bytes = bytes.dropLast() }
    return SymptomLine(bytes)
  }

  private mutating func read(_ line: SymptomLine, as language: Symptom.Language) -> Bool {
    switch language {
    case .native: native.read(line, into: &traces)
    case .python: python.read(line, into: &traces)
    case .jvm: jvm.read(line, into: &traces)
    case .javaScript: javaScript.read(line, into: &traces)
    case .go: go.read(line, into: &traces)
    case .ruby: ruby.read(line, into: &traces)
    case .php: php.read(line, into: &traces)
    case .dotNet: dotNet.read(line, into: &traces)
    case .rust: rust.read(line, into: &traces)
    case .swift: swift.read(line, into: &traces)
    case .dart: dart.read(line, into: &traces)
    }
  }

  /// The languages worth asking, by what the line begins and ends with.
  private static func candidates(_ line: SymptomLine) -> [Symptom.Language] {
    let content = line.content
    switch line.first {
    case "#" where content.at(line.body + 1) == " ": return onlyRuby
    case "#": return hash
    case "a" where content.starts("at "): return at
    case "b" where content.starts("by 0x"), "@" where content.starts("@ "): return onlyNative
    case let byte where byte.isDigit:
      // A time or a number in front of text is no frame's.
      guard let (_, end) = content.number(at: content.startIndex), end - line.body < 6 else {
        return isAddress(content) ? onlyNative : none
      }
      switch content.at(end) {
      case ":": return colonNumber
      case " ", "#": return plainNumber
      default: break
      }
    case "p" where content.starts("package:"), "d" where content.starts("dart:"):
      return onlyDart
    case "C" where content.starts("Caused by: "): return causes
    case "F" where content.starts("File \""): return onlyPython
    default: break
    }
    return others
  }

  /// Whether 8 hexadecimal digits stand in front, as in frames of WinDbg's: `0014f8a0 `, "00000000`0014f8a0 ".
  private static func isAddress(_ content: Bytes) -> Bool {
    let end = content.skip(from: content.startIndex) { $0.isHex }
    return end - content.startIndex == 8 && (content.at(end) == "`" || content.at(end) == " ")
  }

  private static let none: [Symptom.Language] = []
  private static let onlyNative: [Symptom.Language] = [.native]
  private static let onlyPython: [Symptom.Language] = [.python]
  private static let onlyDart: [Symptom.Language] = [.dart]
  private static let onlyRuby: [Symptom.Language] = [.ruby]
  private static let hash: [Symptom.Language] = [.php, .dart, .native]
  private static let at: [Symptom.Language] = [.native, .jvm, .dotNet, .javaScript]
  private static let causes: [Symptom.Language] = [.jvm, .javaScript]
  private static let colonNumber: [Symptom.Language] = [.ruby, .rust]
  private static let plainNumber: [Symptom.Language] = [.native, .swift, .php, .ruby]
  private static let others: [Symptom.Language] = [
    .python, .go, .rust, .swift, .php, .ruby, .jvm, .dotNet, .native, .javaScript,
  ]
}
