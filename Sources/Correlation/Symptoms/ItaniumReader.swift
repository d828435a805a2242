/// Reads the name of an Itanium encoding, after `_Z`.
struct ItaniumReader {
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
