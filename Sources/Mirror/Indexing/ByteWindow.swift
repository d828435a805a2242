/// Bytes that came and were not taken yet, in memory that they keep.
struct ByteWindow: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
  private var start = 0
  private var end = 0

  deinit { memory.deallocate() }

  /// The bytes; valid until the next change.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

  /// Adds bytes at the end.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let kept = end - start
    if end + bytes.count > memory.count {
      let moved =
        kept + bytes.count > memory.count
        ? UnsafeMutableRawBufferPointer.allocate(
          byteCount: 2 * (kept + bytes.count), alignment: 8) : memory
      moved.copyMemory(from: self.bytes)
      if moved.baseAddress != memory.baseAddress {
        memory.deallocate()
        memory = moved
      }
      (start, end) = (0, kept)
    }
    UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: bytes)
    end += bytes.count
  }

  /// Takes bytes away at the beginning.
  mutating func drop(_ count: Int) { start += count }
}
