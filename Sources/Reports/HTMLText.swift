/// Turns text into text of a page.
package enum HTMLText {
  /// The text escaped as ``append(_:keepingLines:to:)`` does, with its line feeds and tabs as they are.
  static func escaped(_ text: String) -> String {
    var output: [UInt8] = []
    append(text, keepingLines: true, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// Appends text, escaped for elements and quoted attributes.
  ///
  /// Control characters and those that turn the direction of text or hide in it are written as `\u{202e}`, so that a
  /// person sees them: a title must not be able to look like another.
  package static func append(
    _ text: some StringProtocol, keepingLines: Bool, to output: inout [UInt8]
  ) {
    let done: Void? = text.utf8.withContiguousStorageIfAvailable {
      append($0, keepingLines: keepingLines, to: &output)
    }
    if done == nil {
      Array(text.utf8).withUnsafeBufferPointer {
        append($0, keepingLines: keepingLines, to: &output)
      }
    }
  }

  private static func append(
    _ text: UnsafeBufferPointer<UInt8>, keepingLines: Bool, to output: inout [UInt8]
  ) {
    var start = 0
    var index = 0
    while index < text.count {
      guard
        let (length, replacement) = special(text, at: index, keepingLines: keepingLines)
      else {
        index += 1
        continue
      }
      output.append(contentsOf: text[start..<index])
      output += replacement
      index += length
      start = index
    }
    output.append(contentsOf: text[start...])
  }

  /// The bytes that cannot stand as they are at a place, and what stands for them.
  private static func special(
    _ text: UnsafeBufferPointer<UInt8>, at index: Int, keepingLines: Bool
  ) -> (length: Int, replacement: [UInt8])? {
    func byte(_ offset: Int) -> UInt8 {
      index + offset < text.count ? text[index + offset] : 0
    }
    switch text[index] {
    case UInt8(ascii: "&"): return (1, Array("&amp;".utf8))
    case UInt8(ascii: "<"): return (1, Array("&lt;".utf8))
    case UInt8(ascii: ">"): return (1, Array("&gt;".utf8))
    case UInt8(ascii: "\""): return (1, Array("&quot;".utf8))
    case UInt8(ascii: "'"): return (1, Array("&#39;".utf8))
    case 0x0A: return keepingLines ? nil : (1, Array("\\n".utf8))
    case 0x09: return keepingLines ? nil : (1, Array("\\t".utf8))
    case 0x0D:
      if keepingLines, byte(1) == 0x0A { return (1, []) }
      return (1, Array("\\r".utf8))
    case let control where control < 0x20 || control == 0x7F:
      return (1, visible(UInt32(control)))
    case 0xC2 where (0x80...0x9F).contains(byte(1)):
      return (2, visible(UInt32(byte(1))))
    case 0xD8 where byte(1) == 0x9C:
      return (2, visible(0x61C))
    case 0xE2 where byte(1) == 0x80 && (byte(2) == 0x8B || (0x8E...0x8F).contains(byte(2))):
      return (3, visible(0x2000 + UInt32(byte(2) - 0x80)))
    case 0xE2 where byte(1) == 0x80 && (0xA8...0xAE).contains(byte(2)):
      return (3, visible(0x2000 + UInt32(byte(2) - 0x80)))
    case 0xE2 where byte(1) == 0x81 && (0xA0...0xAF).contains(byte(2)):
      return (3, visible(0x2040 + UInt32(byte(2) - 0x80)))
    case 0xEF where byte(1) == 0xBB && byte(2) == 0xBF:
      return (3, visible(0xFEFF))
    default: return nil
    }
  }

  private static func visible(_ scalar: UInt32) -> [UInt8] {
    Array("\\u{\(String(scalar, radix: 16))}".utf8)
  }
}
