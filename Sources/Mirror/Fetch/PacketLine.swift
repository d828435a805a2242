/// One unit of git's wire protocol.
///
/// Format: gitprotocol-common(5), "pkt-line Format": four hexadecimal digits give the length with themselves included;
/// 0000, 0001 and 0002 are marks without content.
enum PacketLine: Equatable {
  case data([UInt8])
  case flush
  case delimiter
  case responseEnd

  /// The longest packet with its four length digits.
  static let maximumLength = 65520

  /// Writes a packet that holds a text of less than ``maximumLength`` bytes: ids, capabilities, and names that
  /// ``Repository/isValidBranch(_:)`` let pass.
  static func encode(_ text: String) -> [UInt8] {
    let content = Array(text.utf8)
    let length = String(content.count + 4, radix: 16)
    return Array((String(repeating: "0", count: max(0, 4 - length.count)) + length).utf8) + content
  }

  static let flushBytes = Array("0000".utf8)
  static let delimiterBytes = Array("0001".utf8)
}

/// Cuts a stream of bytes, given in pieces of any size, into packets.
struct PacketLineDecoder {
  private var buffer: [UInt8] = []
  private var position = 0

  /// Whether bytes of an unfinished packet are left.
  var isMidPacket: Bool { position < buffer.count }

  mutating func append(_ chunk: [UInt8]) {
    if position == buffer.count {
      buffer = chunk
    } else {
      buffer.removeFirst(position)
      buffer += chunk
    }
    position = 0
  }

  /// Returns the next whole packet, or `nil` until more bytes are there.
  mutating func next() throws(FetchError) -> PacketLine? {
    guard buffer.count - position >= 4 else { return nil }
    guard let length = Int(hexDigits: buffer[position..<position + 4]) else {
      throw .malformed("a packet's length is not hexadecimal")
    }
    switch length {
    case 0, 1, 2:
      position += 4
      return length == 0 ? .flush : length == 1 ? .delimiter : .responseEnd
    case 4...PacketLine.maximumLength:
      guard buffer.count - position >= length else { return nil }
      let content = Array(buffer[position + 4..<position + length])
      position += length
      return .data(content)
    default:
      throw .malformed("a packet of \(length) bytes")
    }
  }
}

extension Int {
  fileprivate init?(hexDigits: ArraySlice<UInt8>) {
    var value = 0
    for digit in hexDigits {
      switch digit {
      case 0x30...0x39: value = value << 4 | Int(digit - 0x30)
      case 0x61...0x66: value = value << 4 | Int(digit - 0x61 + 10)
      case 0x41...0x46: value = value << 4 | Int(digit - 0x41 + 10)
      default: return nil
      }
    }
    self = value
  }
}
