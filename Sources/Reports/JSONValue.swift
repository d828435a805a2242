import Foundation

/// A JSON value whose objects keep the order of their keys, so that the same answer is the same bytes every time.
public indirect enum JSONValue: Sendable, Equatable {
  /// Nothing.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int64)
  /// Any other number; one that is not finite is written as null.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members in their order; no name stands twice.
  case object([(String, JSONValue)])

  /// Text, or null.
  public static func optional(_ text: String?) -> JSONValue { text.map(string) ?? .null }
  /// A number, or null.
  public static func optional(_ number: Int?) -> JSONValue {
    number.map { .integer(Int64($0)) } ?? .null
  }
  /// A number.
  public static func integer(_ number: Int) -> JSONValue { .integer(Int64(number)) }
  /// A time as ISO 8601 in UTC, or null.
  public static func time(_ date: Date?) -> JSONValue { .optional(date.map(UTCTime.text)) }

  /// Writes the value without spaces.
  public func write(to output: inout [UInt8]) { write(to: &output, isForReaders: true) }

  /// - Parameter isForReaders: Whether what a terminal or a reader of source could take for a command is escaped, too.
  private func write(to output: inout [UInt8], isForReaders: Bool) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .number(let value): output += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let text): Self.write(text, to: &output, isForReaders: isForReaders)
    case .array(let values):
      output.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        value.write(to: &output, isForReaders: isForReaders)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.write(member.0, to: &output, isForReaders: isForReaders)
        output.append(UInt8(ascii: ":"))
        member.1.write(to: &output, isForReaders: isForReaders)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  /// The value on one line, with a line feed at its end.
  public var line: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    output.append(UInt8(ascii: "\n"))
    return output
  }

  /// The value as digests have always been made of it.
  var digestedLine: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, isForReaders: false)
    output.append(UInt8(ascii: "\n"))
    return output
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  private static func write(_ text: String, to output: inout [UInt8], isForReaders: Bool) {
    output.append(UInt8(ascii: "\""))
    // The first bytes of characters beyond ASCII that may have to be escaped.
    let isPlain = !isForReaders || !text.utf8.contains { $0 == 0xC2 || $0 == 0xD8 || $0 == 0xE2 }
    if isPlain {
      for byte in text.utf8 { write(byte, to: &output) }
    } else {
      for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0..<0x80: write(UInt8(scalar.value), to: &output)
        case 0x80..<0xA0, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
          writeEscaped(UInt16(scalar.value), to: &output)
        default: output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  private static func write(_ byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): output += "\\\"".utf8
    case UInt8(ascii: "\\"): output += "\\\\".utf8
    case 0x0A: output += "\\n".utf8
    case 0x0D: output += "\\r".utf8
    case 0x09: output += "\\t".utf8
    case 0..<0x20, 0x7F: writeEscaped(UInt16(byte), to: &output)
    default: output.append(byte)
    }
  }

  private static func writeEscaped(_ code: UInt16, to output: inout [UInt8]) {
    output += "\\u".utf8
    for shift in [12, 8, 4, 0] { output.append(hexDigits[Int(code >> shift & 15)]) }
  }

  /// Compares by content; objects with their keys in order.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let one), .bool(let two)): one == two
    case (.integer(let one), .integer(let two)): one == two
    case (.number(let one), .number(let two)): one == two
    case (.string(let one), .string(let two)): one == two
    case (.array(let one), .array(let two)): one == two
    case (.object(let one), .object(let two)):
      one.count == two.count && zip(one, two).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
    default: false
    }
  }
}

/// Times as the answers write them.
public enum UTCTime {
  private static let format = Date.ISO8601FormatStyle()

  /// ISO 8601 in UTC, to the second, as `2026-04-25T09:00:00Z`.
  public static func text(_ date: Date) -> String { format.format(date) }
}
