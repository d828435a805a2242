import SourceCode

/// The name of a function as a trace prints it, and what the source calls it.
public struct FunctionName: Sendable, Hashable {
  /// The name as printed, at most 500 bytes.
  public let raw: String

  /// The names around and of the function, outermost first: never empty, without arguments,
  /// generics, compiler suffixes and the marks of closures.
  public let components: [String]

  private let separator: String

  /// The function's own name: `take` of `acme::Pool<int>::take(int) [clone .isra.0]`.
  public var name: String { components[components.count - 1] }

  /// The name with what stands around it: `acme::Pool::take`, `com.acme.Pool.take`.
  public var qualified: String { components.joined(separator: separator) }

  /// Reads a name in the form of one language.
  ///
  /// The enclosing function stands for a closure, lambda or anonymous function. Returns nil where
  /// no function is named, as for `<module>`, `Object.<anonymous>` or `??`.
  public init?(_ raw: String, language: Symptom.Language) {
    self.init(bytes: Array(raw.utf8)[...], language: language)
  }

  init?(bytes: Bytes, language: Symptom.Language) {
    let bytes = bytes.trimmed.wholeScalars(atMost: 500)
    guard !bytes.isEmpty, !bytes.equals("??"), !bytes.equals("???") else { return nil }
    var separator = "."
    let parts: [Bytes]
    if let mangled = MangledName(bytes) {
      parts = mangled.components.map { Array($0.utf8)[...] }
      separator = mangled.separator
    } else {
      switch language {
      case .native:
        parts = Self.native(bytes)
        separator = "::"
      case .rust:
        parts = Self.rust(bytes)
        separator = "::"
      case .swift: parts = Self.swift(bytes)
      case .jvm: parts = Self.jvm(bytes)
      case .python: parts = Self.python(bytes)
      case .javaScript: parts = Self.javaScript(bytes)
      case .go: parts = Self.go(bytes)
      case .ruby:
        parts = Self.ruby(bytes)
        separator = "::"
      case .php:
        parts = Self.php(bytes)
        separator = "::"
      case .dotNet: parts = Self.dotNet(bytes)
      case .dart: parts = Self.dart(bytes)
      }
    }
    let names = parts.filter { !$0.isEmpty }.suffix(16).map(\.text)
    guard let last = names.last, last.utf8.contains(where: { $0.isWord }) else { return nil }
    self.raw = bytes.text(atMost: 500)
    components = names
    self.separator = separator
  }
}

extension FunctionName {
  /// Splits at a byte.
  static func split(_ bytes: Bytes, _ separator: Unicode.Scalar) -> [Bytes] {
    bytes.split(separator: UInt8(truncatingIfNeeded: separator.value))
  }

  /// The bytes without balanced pairs of brackets and what they hold.
  static func without(_ bytes: Bytes, _ open: Unicode.Scalar, _ close: Unicode.Scalar) -> Bytes {
    guard let first = bytes.find(open) else { return bytes }
    var result = Array(bytes.before(first))
    // Where the brackets that are open stand in the result.
    var opened: [Int] = []
    for at in first..<bytes.endIndex {
      let byte = bytes[at]
      if byte == open { opened.append(result.count) }
      // The arrow of a return type closes nothing.
      if byte == close, !(close == ">" && bytes.at(at - 1) == "-"), let start = opened.popLast() {
        result.removeSubrange(start...)
      } else {
        result.append(byte)
      }
    }
    return result[...]
  }

  static func allDigits(_ bytes: Bytes) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { $0.isDigit }
  }

  /// `Foo.bar`, `foo.<locals>.bar`, `foo.<locals>.<lambda>`.
  static func python(_ bytes: Bytes) -> [Bytes] {
    let called = bytes.find("(").map { bytes.before($0) } ?? bytes
    return split(called, ".").filter { $0.first != "<" }
  }

  /// `github.com/x/y/pkg.(*Type).Method.func1`, `pkg.Func[...]`, `pkg.glob..func1`.
  static func go(_ bytes: Bytes) -> [Bytes] {
    var name = without(bytes, "[", "]")
    // The arguments: the last bracket that is not a receiver's.
    if name.last == ")", let open = name.findLast("("), open > name.startIndex,
      name[open - 1] != "."
    {
      name = name.before(open)
    }
    if let slash = name.findLast("/") { name = name.from(slash + 1) }
    var parts = split(name, ".").map { part -> Bytes in
      var part = part
      if part.first == "(", part.last == ")" { part = part.dropFirst().dropLast() }
      if part.first == "*" { part = part.dropFirst() }
      return part.ends("-fm") ? part.dropLast(3) : part
    }
    func isClosure(_ part: Bytes) -> Bool {
      for mark: StaticString in ["func", "gowrap", "deferwrap"] where part.starts(mark) {
        return allDigits(part.dropFirst(mark.utf8CodeUnitCount))
      }
      return allDigits(part)
    }
    while parts.count > 1, let last = parts.last, isClosure(last) { parts.removeLast() }
    // Package-level closures belong to no function.
    if parts.count == 2, parts[1].equals("glob") { return [] }
    // The package's escaped dots: gopkg.in/yaml%2ev2.
    if let package = parts.first, let escape = package.find(text: "%2e") {
      parts[0] = package.before(escape)
    }
    return parts.count > 1 || name.contains(where: { $0 == "." }) ? parts : [name]
  }

  /// `block (2 levels) in Foo::Bar#baz`, `Foo.bar`, `rescue in foo`, `<class:Foo>`.
  static func ruby(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    while let inside = name.find(text: " in ") { name = name.from(inside + 4) }
    guard name.first != "<", !name.starts("_app_") else { return [] }
    if let hash = name.findLast("#"), hash > name.startIndex {
      return colons(name.before(hash)) + [name.from(hash + 1)]
    }
    let parts = colons(name)
    guard let last = parts.last, let dot = last.findLast("."), dot > last.startIndex else {
      return parts
    }
    return parts.dropLast() + [last.before(dot), last.from(dot + 1)]
  }

  /// `App\Foo->bar()`, `App\Foo::bar()`, `{closure:App\Foo::bar():12}`, `App\{closure}()`.
  static func php(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    if let closure = name.find(text: "{closure:") {
      name = name.from(closure + 9)
      if let end = name.find(text: "():") { name = name.before(end) }
    }
    if let open = name.find("(") { name = name.before(open) }
    guard !name.contains(text: "{") else { return [] }
    for word: StaticString in ["include", "include_once", "require", "require_once", "eval"]
    where name.equals(word) { return [] }
    let parts: [Bytes]
    if let arrow = name.findLast(text: "->") {
      parts = [name.before(arrow), name.from(arrow + 2)]
    } else if let colon = name.findLast(text: "::") {
      parts = [name.before(colon), name.from(colon + 2)]
    } else {
      parts = [name]
    }
    return parts.flatMap { split($0, "\\") }
  }

  /// Splits at `::`.
  static func colons(_ bytes: Bytes) -> [Bytes] {
    var parts: [Bytes] = []
    var start = bytes.startIndex
    while let colon = bytes.find(text: "::", from: start) {
      parts.append(bytes.slice(start, colon))
      start = colon + 2
    }
    parts.append(bytes.from(start))
    return parts
  }
}
