/// Percent-encoding of paths and forms.
enum PercentCoding {
  /// Decodes `%XX`, leaving what is malformed; `+` becomes a space in a form.
  static func decode(_ text: some StringProtocol, form: Bool = false) -> String {
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hex(bytes[index + 1]),
        let low = hex(bytes[index + 2])
      {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(form && byte == UInt8(ascii: "+") ? 0x20 : byte)
        index += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Encodes all but RFC 3986's unreserved characters.
  static func encode(_ text: some StringProtocol) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        output.append(byte)
      default:
        output.append(UInt8(ascii: "%"))
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// The parameters of a query or of a form, in their order and decoded.
struct Parameters: Sendable {
  private(set) var pairs: [(name: String, value: String)] = []

  init(_ encoded: some StringProtocol) {
    for pair in encoded.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? PercentCoding.decode(parts[1], form: true) : ""
      pairs.append((PercentCoding.decode(parts[0], form: true), value))
    }
  }

  /// The last value of a name, as Rack takes it.
  subscript(name: String) -> String? {
    pairs.last { $0.name == name }?.value
  }

  /// The values of `name[]`, and of `name` as a comma list.
  func list(_ name: String) -> [String]? {
    let array = pairs.filter { $0.name == name + "[]" }.map(\.value)
    if !array.isEmpty { return array }
    return self[name]?.split(separator: ",").map { String($0) }
  }

  func flag(_ name: String) -> Bool {
    self[name] == "true" || self[name] == "1"
  }

  /// The parameters with these set, encoded anew.
  func encoded(setting changes: [(String, String)], removing removed: Set<String> = []) -> String {
    var result = pairs.filter { pair in
      !removed.contains(pair.name) && !changes.contains { $0.0 == pair.name }
    }
    result.append(contentsOf: changes.map { (name: $0.0, value: $0.1) })
    return result.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }
      .joined(separator: "&")
  }
}
