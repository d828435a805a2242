import CZlib

/// Decompresses one object whose bytes come in pieces.
final class IncrementalInflater {
  private static let pieceCount = 1 << 16

  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let piece = UnsafeMutableRawBufferPointer.allocate(
    byteCount: IncrementalInflater.pieceCount, alignment: 8)
  private let isReady: Bool

  init() {
    stream.initialize(to: z_stream())
    isReady = inflateInit_(stream, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
    piece.deallocate()
  }

  /// Decompresses the next bytes.
  ///
  /// - Parameter body: Gets what they make, in pieces of at most 64 KiB.
  /// - Returns: How many bytes belong to the object, and whether it ends there; `nil` where it is damaged.
  func inflate(
    _ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) -> (consumed: Int, isWhole: Bool)? {
    guard isReady, let given = UInt32(exactly: input.count) else { return nil }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = given
    var status = Z_OK
    repeat {
      stream.pointee.next_out = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(piece.count)
      status = CZlib.inflate(stream, Z_NO_FLUSH)
      body(
        UnsafeRawBufferPointer(rebasing: piece[..<(piece.count - Int(stream.pointee.avail_out))]))
    } while status == Z_OK && stream.pointee.avail_out == 0
    // Z_BUF_ERROR: all that came is used, and more is needed.
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
    return (input.count - Int(stream.pointee.avail_in), status == Z_STREAM_END)
  }
}
