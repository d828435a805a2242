import CLibdeflate

/// Compresses objects for packs.
final class Compressor {
  /// zlib's default.
  private static let level: Int32 = 6

  private let compressor = libdeflate_alloc_compressor(Compressor.level)

  deinit { if let compressor { libdeflate_free_compressor(compressor) } }

  /// Compresses an object.
  ///
  /// - Returns: Whether there was memory for it.
  func compress(_ input: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]) -> Bool {
    guard let compressor else { return false }
    let start = output.count
    let most = libdeflate_zlib_compress_bound(compressor, input.count)
    output += [UInt8](repeating: 0, count: most)
    let count = output.withUnsafeMutableBytes { bytes in
      libdeflate_zlib_compress(
        compressor, input.baseAddress, input.count, bytes.baseAddress?.advanced(by: start), most)
    }
    output.removeLast(most - count)
    return count > 0
  }
}
