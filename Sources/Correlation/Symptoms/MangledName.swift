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
