import CLibdeflate

/// Decompresses the objects of packs.
final class Inflater {
  private let decompressor: OpaquePointer?

  init() { decompressor = libdeflate_alloc_decompressor() }

  deinit { if let decompressor { libdeflate_free_decompressor(decompressor) } }

  /// Decompresses one object at the beginning of the input.
  ///
  /// - Returns: How many bytes of input it took; `nil` where it is damaged or does not fill the output exactly.
  func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int?
  {
    guard let decompressor else { return nil }
    var consumed = 0
    var produced = 0
    let status = libdeflate_zlib_decompress_ex(
      decompressor, input.baseAddress, input.count, output.baseAddress, output.count, &consumed,
      &produced)
    return status == LIBDEFLATE_SUCCESS && produced == output.count ? consumed : nil
  }
}
