/// The names inside a mangled symbol, without types and arguments.
///
/// Reads as much of the Itanium C++, Rust (legacy and v0) and Swift schemes as the nested name of
/// a function needs. Bounded in depth and by the length of the symbol.
struct MangledName {
  /// The names, outermost first.
  var components: [String]
  /// What the language writes between names.
  var separator: String

  /// Nil where the bytes are no mangled symbol, or one of a form that is not read.
  init?(_ bytes: Bytes) {
    let symbol = bytes.find(text: " ").map { bytes.before($0) } ?? bytes
    func rest(_ prefix: StaticString) -> Bytes? {
      symbol.starts(prefix) ? symbol.dropFirst(prefix.utf8CodeUnitCount) : nil
    }
    if let body = rest("_ZN"), let names = Self.rustLegacy(body) {
      components = names
      separator = "::"
    } else if let body = rest("_Z") ?? rest("__Z") ?? rest("___Z") {
      var reader = ItaniumReader(body)
      guard let names = reader.encoding(depth: 0), !names.isEmpty else { return nil }
      components = names
      separator = "::"
    } else if let body = rest("_R") ?? rest("__R"), body.first.map({ $0.isUpper }) == true {
      var reader = RustReader(body)
      guard let names = reader.path(depth: 0), names.count > 1 else { return nil }
      components = names
      separator = "::"
    } else if let body = rest("$s") ?? rest("_$s") ?? rest("$S") ?? rest("_$S") ?? rest("$e") {
      guard let names = Self.swift(body) else { return nil }
      components = names
      separator = "."
    } else {
      return nil
    }
  }

  /// `_ZN4acme3run17h0123456789abcdefE`: Itanium's form with a hash as the last name.
  private static func rustLegacy(_ body: Bytes) -> [String]? {
    var names: [Bytes] = []
    var at = body.startIndex
    while let (length, start) = body.number(at: at) {
      guard length > 0, length <= body.endIndex - start else { return nil }
      names.append(body.slice(start, start + length))
      at = start + length
    }
    guard body.at(at) == "E", let hash = names.popLast(), FunctionName.isRustHash(hash) else {
      return nil
    }
    let path = names.map { rustUnescaped($0) }.joined(separator: "::")
    return FunctionName.rust(Array(path.utf8)[...]).map(\.text)
  }

  /// `$LT$` is `<`, `$u7b$` is `{`, `..` is `::`.
  private static func rustUnescaped(_ name: Bytes) -> String {
    var result: [UInt8] = []
    var at = name.startIndex
    if name.starts("_$") { at += 1 }
    while at < name.endIndex {
      if name.has("..", at: at) {
        result += [0x3A, 0x3A]
        at += 2
      } else if name[at] == "$", let end = name.find("$", from: at + 1) {
        let code = name.slice(at + 1, end).text
        let known = [
          "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",", "RF": "&", "BP": "*", "SP": "@",
        ]
        if let plain = known[code] {
          result += Array(plain.utf8)
        } else if code.first == "u", let value = UInt32(code.dropFirst(), radix: 16),
          let scalar = Unicode.Scalar(value)
        {
          result += Array(String(Character(scalar)).utf8)
        }
        at = end + 1
      } else {
        result.append(name[at])
        at += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `$s4Acme4PoolC4takeyyF`: a module, types with a letter of their kind, and the function.
  private static func swift(_ body: Bytes) -> [String]? {
    var names: [String] = []
    var words: [String] = []
    var at = body.startIndex
    let standard: [UInt8: String] = [
      0x53: "String", 0x61: "Array", 0x44: "Dictionary", 0x69: "Int", 0x71: "Optional",
      0x68: "Set", 0x73: "Substring",
    ]
    // An extension of a type of the standard library: SS4AcmeE3foo
    if body.at(at) == "S", let type = standard[body.at(at + 1)] {
      guard let (_, end) = swiftIdentifier(body, at + 2, &words), body.at(end) == "E" else {
        return nil
      }
      names = [type]
      at = end + 1
    }
    while names.count < 12, let (name, end) = swiftIdentifier(body, at, &words) {
      names.append(name)
      at = end
      guard names.count > 1 else { continue }
      switch body.at(at) {
      case "C", "V", "O", "P":
        at += 1
        // An extension in another module: ...V4AcmeE
        if let (_, end) = swiftIdentifier(body, at, &words), body.at(end) == "E" { at = end + 1 }
        // Initialisers and deinitialisers have no identifier.
        if !body.at(at).isDigit {
          let tail = body.from(at)
          if tail.contains(text: "fC") || tail.contains(text: "fc") { names.append("init") }
          if tail.ends("fD") || tail.ends("fd") { names.append("deinit") }
          return names
        }
      default:
        return names
      }
    }
    return names.count > 1 ? names : nil
  }

  /// An identifier with word substitutions (`0A4Pool`); its words join the known ones.
  private static func swiftIdentifier(
    _ body: Bytes, _ start: Int, _ words: inout [String]
  ) -> (String, Int)? {
    var at = start
    guard body.at(at).isDigit else { return nil }
    var name = ""
    if body.at(at) == "0" {
      at += 1
      var isOpen = true
      while isOpen, body.at(at).isLetter {
        let letter = body.at(at)
        let index = Int(letter.lowered - 0x61)
        guard index < words.count else { return nil }
        name += words[index]
        isOpen = letter.isLower
        at += 1
      }
      if body.at(at) == "0" { return (name, at + 1) }
    }
    guard let (length, begin) = body.number(at: at) else {
      return name.isEmpty ? nil : (name, at)
    }
    guard length > 0, length <= body.endIndex - begin else { return nil }
    let literal = body.slice(begin, begin + length)
    var wordStart = literal.startIndex
    for index in literal.indices {
      let isLast = index + 1 == literal.endIndex
      let breaks = !isLast && literal[index + 1].isUpper && !literal[index].isUpper
      if isLast || breaks {
        if index + 1 - wordStart > 1, words.count < 26 {
          words.append(literal[wordStart...index].text)
        }
        wordStart = index + 1
      }
    }
    return (name + literal.text, begin + length)
  }
}

/// Reads the name of an Itanium encoding, after `_Z`.
private struct ItaniumReader {
  let bytes: Bytes
  var at: Int

  init(_ bytes: Bytes) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  private var next: UInt8 { bytes.at(at) }

  mutating func encoding(depth: Int) -> [String]? {
    guard depth < 16 else { return nil }
    // Thunks: Th<offset>_, Tv<offset>_<offset>_
    if next == "T", bytes.at(at + 1) == "h" || bytes.at(at + 1) == "v" {
      let offsets = bytes.at(at + 1) == "h" ? 1 : 2
      at += 2
      for _ in 0..<offsets {
        guard let end = bytes.find("_", from: at) else { return nil }
        at = end + 1
      }
    } else if bytes.has("GV", at: at) {
      at += 2
    }
    switch next {
    case "N":
      at += 1
      return nested(depth: depth)
    case "Z":
      // A local entity: its function comes first, and what is inside of it is a closure.
      at += 1
      guard let outer = encoding(depth: depth + 1) else { return nil }
      return outer
    case "S" where bytes.at(at + 1) == "t":
      at += 2
      return sourceName().map { ["std", $0] }
    default:
      return sourceName().map { [$0] }
    }
  }

  private mutating func sourceName() -> String? {
    while next == "L" { at += 1 }
    guard let (length, start) = bytes.number(at: at), length > 0,
      length <= bytes.endIndex - start
    else { return nil }
    at = start + length
    let name = bytes.slice(start, at)
    return name.starts("_GLOBAL__N") ? "" : FunctionName.withoutCompilerSuffix(name).text
  }

  private mutating func nested(depth: Int) -> [String]? {
    var names: [String] = []
    while next == "r" || next == "V" || next == "K" || next == "R" || next == "O" { at += 1 }
    while at < bytes.endIndex {
      switch next {
      case "E":
        return names
      case "S":
        if bytes.at(at + 1) == "t" { names.append("std") }
        let known: [UInt8: String] = [
          0x61: "allocator", 0x62: "basic_string", 0x73: "string", 0x69: "istream",
          0x6F: "ostream", 0x64: "iostream",
        ]
        if let name = known[bytes.at(at + 1)] { names += ["std", name] }
        skipSubstitution()
      case "I":
        guard skipBalanced(depth: depth) else { return names }
      case "C", "D":
        // Constructors and destructors bear the name of their class.
        if let last = names.last { names.append((next == "D" ? "~" : "") + last) }
        at += 2
      case "B":
        at += 1
        _ = sourceName()
      case "U":
        // A closure type: what follows is inside of the function before.
        return names
      case "M":
        at += 1
      default:
        if next == "L" || next.isDigit {
          guard let name = sourceName() else { return nil }
          if !name.isEmpty { names.append(name) }
        } else if next.isLower {
          names.append("operator" + (Self.operators[bytes[at...].prefix(2).text] ?? ""))
          return names
        } else {
          return nil
        }
      }
    }
    return names
  }

  private mutating func skipSubstitution() {
    at += 1
    if next.isLower {
      at += 1
    } else {
      at = bytes.skip(from: at) { $0 != "_" } + 1
    }
  }

  /// Skips template arguments, from their `I` to behind their `E`.
  private mutating func skipBalanced(depth: Int) -> Bool {
    var open = 0
    while at < bytes.endIndex {
      switch next {
      case "E":
        open -= 1
        at += 1
        if open == 0 { return true }
      case "I", "N", "X", "F", "J":
        open += 1
        at += 1
      case "L":
        at += 1
        if bytes.has("_Z", at: at) {
          open += 1
          at += 2
        } else {
          if next.isDigit, sourceName() == nil { return false }
          at = bytes.skip(from: at) { $0 != "E" } + 1
        }
      case "S": skipSubstitution()
      case "T", "A": at = bytes.skip(from: at) { $0 != "_" } + 1
      case "D":
        if bytes.at(at + 1) == "t" || bytes.at(at + 1) == "T" { open += 1 }
        at += 2
      default:
        if next.isDigit {
          if sourceName() == nil { return false }
        } else {
          at += 1
        }
      }
    }
    return false
  }

  private static let operators = [
    "cl": "()", "ix": "[]", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    "pl": "+", "mi": "-", "ml": "*", "dv": "/", "ls": "<<", "rs": ">>", "aS": "=", "pt": "->",
    "pp": "++", "mm": "--", "nw": " new", "dl": " delete", "cv": " cast", "de": "*", "nt": "!",
    "pL": "+=", "mI": "-=", "ss": "<=>",
  ]
}

/// Reads a path of Rust's v0 scheme (RFC 2603), after `_R`.
private struct RustReader {
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
