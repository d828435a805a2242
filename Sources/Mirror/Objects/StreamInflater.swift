import CZlib

/// Decompresses objects too large for memory piece by piece.
enum StreamInflater {
  static let pieceCount = 1 << 16

  /// Decompresses one object at the beginning of the input.
  ///
  /// - Parameters:
  ///   - byteCount: The size that it must have.
  ///   - body: Gets each piece, 64 KiB but for the last, and how many bytes of input it took.
  /// - Returns: Whether it is whole, undamaged and of that size.
  static func inflate(
    _ input: UnsafeRawBufferPointer, byteCount: Int,
    _ body: (_ piece: UnsafeRawBufferPointer, _ consumed: Int) -> Void
  ) -> Bool {
    var stream = z_stream()
    guard
      inflateInit_(&stream, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return false }
    defer { inflateEnd(&stream) }
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceCount, alignment: 8)
    defer { output.deallocate() }
    let inputLimit = 1 << 30
    var position = 0
    var left = byteCount
    while true {
      let given = min(input.count - position, inputLimit)
      let wanted = min(left, pieceCount)
      stream.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(given)
      stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      // One byte more than is left shows an object that is larger than it says.
      stream.avail_out = UInt32(wanted == left ? min(wanted + 1, pieceCount) : wanted)
      let room = Int(stream.avail_out)
      var status = Z_OK
      while status == Z_OK, stream.avail_out > 0 {
        status = CZlib.inflate(&stream, Z_NO_FLUSH)
      }
      let consumed = given - Int(stream.avail_in)
      let produced = room - Int(stream.avail_out)
      position += consumed
      guard produced <= left, status == Z_OK || status == Z_STREAM_END else { return false }
      left -= produced
      body(UnsafeRawBufferPointer(rebasing: output[..<produced]), consumed)
      if status == Z_STREAM_END { return left == 0 }
    }
  }
}
