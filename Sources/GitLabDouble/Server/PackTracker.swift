import NIOCore

/// Finds the pack's own bytes in a stream of pkt-lines with a side band.
struct PackTracker {
  private var header: [UInt8] = []
  /// Bytes left of the pkt-line under way.
  private var left = 0
  /// Whether the pkt-line under way carries pack data; nil before its first byte.
  private var carriesPack: Bool?
  private var packBytes = 0

  /// Inverts the byte at that position of the pack, if the buffer holds it.
  mutating func flip(at position: Int, in buffer: inout ByteBuffer) {
    for index in buffer.readerIndex..<buffer.writerIndex {
      guard let byte = buffer.getInteger(at: index, as: UInt8.self) else { return }
      if left == 0 {
        header.append(byte)
        guard header.count == 4 else { continue }
        let length = Int(String(decoding: header, as: UTF8.self), radix: 16) ?? 0
        header = []
        left = max(0, length - 4)
        carriesPack = nil
        continue
      }
      left -= 1
      guard let inPack = carriesPack else {
        carriesPack = byte == 1
        continue
      }
      guard inPack else { continue }
      if packBytes == position { buffer.setInteger(~byte, at: index) }
      packBytes += 1
    }
  }
}
