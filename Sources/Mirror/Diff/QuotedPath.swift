/// Paths as git shows them where they end a line.
enum QuotedPath {
  /// Quotes a path in the way of C where it has control characters, quotes, backslashes or bytes above 127; `nil`
  /// where it needs no quotes.
  static func quoted(_ path: some Collection<UInt8>) -> [UInt8]? {
    guard path.contains(where: { escape(for: $0) != nil }) else { return nil }
    var output: [UInt8] = [UInt8(ascii: "\"")]
    for byte in path {
      if let escape = escape(for: byte) {
        output.append(UInt8(ascii: "\\"))
        output.append(contentsOf: escape)
      } else {
        output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
    return output
  }

  private static func escape(for byte: UInt8) -> [UInt8]? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): [byte]
    case 7: [UInt8(ascii: "a")]
    case 8: [UInt8(ascii: "b")]
    case 9: [UInt8(ascii: "t")]
    case 10: [UInt8(ascii: "n")]
    case 11: [UInt8(ascii: "v")]
    case 12: [UInt8(ascii: "f")]
    case 13: [UInt8(ascii: "r")]
    case 0x20...0x7e: nil
    default: [6, 3, 0].map { UInt8(ascii: "0") + (byte >> $0 & 7) }
    }
  }

  /// Shows a rename with the common leading and trailing directories once, as `a/{b => c}/d`.
  static func rename(from old: [UInt8], to new: [UInt8]) -> [UInt8] {
    let arrow = Array(" => ".utf8)
    let quotedOld = quoted(old)
    let quotedNew = quoted(new)
    if quotedOld != nil || quotedNew != nil {
      return (quotedOld ?? old) + arrow + (quotedNew ?? new)
    }
    let slash = UInt8(ascii: "/")
    var prefix = 0
    for (index, pair) in zip(old, new).enumerated() {
      guard pair.0 == pair.1 else { break }
      if pair.0 == slash { prefix = index + 1 }
    }
    // The slash that ends the common head may also start the common tail, as in "a/{ => b}/c".
    let floor = max(prefix - 1, 0)
    var suffix = 0
    var length = 1
    while old.count - length >= floor, new.count - length >= floor,
      old[old.count - length] == new[new.count - length]
    {
      if old[old.count - length] == slash { suffix = length }
      length += 1
    }
    let oldMiddle = old.dropFirst(prefix).prefix(max(old.count - prefix - suffix, 0))
    let newMiddle = new.dropFirst(prefix).prefix(max(new.count - prefix - suffix, 0))
    let middle = oldMiddle + arrow + newMiddle
    guard prefix + suffix > 0 else { return Array(middle) }
    return old.prefix(prefix) + [UInt8(ascii: "{")] + middle + [UInt8(ascii: "}")]
      + old.suffix(suffix)
  }
}
