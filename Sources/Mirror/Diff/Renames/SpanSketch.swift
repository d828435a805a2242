/// The sums of a file's spans, by which git estimates how similar two files are.
///
/// A span ends at a newline or after 64 bytes. Files are compared by how many bytes lie in spans of each hash.
final class SpanSketch {
  fileprivate struct Span {
    var hash: UInt32
    var byteCount: UInt32
  }

  /// The size of the file in bytes.
  let fileByteCount: Int
  fileprivate let spans: UnsafeMutableBufferPointer<Span>

  /// The memory it takes, in bytes.
  var memoryByteCount: Int { spans.count * MemoryLayout<Span>.stride + 64 }

  fileprivate init(fileByteCount: Int, spans: UnsafeMutableBufferPointer<Span>) {
    self.fileByteCount = fileByteCount
    self.spans = spans
  }

  deinit { spans.deallocate() }
}

/// Makes and compares sketches by the rule of git up to 2.43, which leaves out a last span that is short of both ends.
final class SpanTable {
  /// git takes span hashes modulo this prime.
  private static let hashCount = 107_927
  private static let longestSpan = 64

  private let sums: UnsafeMutablePointer<UInt32>
  private var touched: [UInt32] = []

  init() {
    sums = .allocate(capacity: Self.hashCount)
    sums.initialize(repeating: 0, count: Self.hashCount)
  }

  deinit { sums.deallocate() }

  /// Sums up the spans of a file.
  func sketch(of file: UnsafeRawBufferPointer) -> SpanSketch {
    let skipsReturns = !TextScan.isBinary(file)
    touched.removeAll(keepingCapacity: true)
    var low: UInt32 = 0
    var high: UInt32 = 0
    var length: UInt32 = 0
    let count = file.count
    var position = 0
    while position < count {
      let byte = file[position]
      position += 1
      // A return before a newline does not count in a text, so line ends do not matter.
      if byte == 13, skipsReturns, position < count, file[position] == TextScan.newline {
        continue
      }
      let carried = low
      low = low << 7 ^ high >> 25
      high = high << 7 ^ carried >> 25
      low = low &+ UInt32(byte)
      length += 1
      if length < Self.longestSpan, byte != TextScan.newline { continue }
      let hash = (low &+ high &* 0x61) % UInt32(Self.hashCount)
      if sums[Int(hash)] == 0 { touched.append(hash) }
      sums[Int(hash)] += length
      (low, high, length) = (0, 0, 0)
    }
    let spans = UnsafeMutableBufferPointer<SpanSketch.Span>.allocate(capacity: touched.count)
    for (index, hash) in touched.enumerated() {
      spans.initializeElement(
        at: index, to: SpanSketch.Span(hash: hash, byteCount: sums[Int(hash)]))
      sums[Int(hash)] = 0
    }
    return SpanSketch(fileByteCount: count, spans: spans)
  }

  /// Calls a closure that compares one file with many.
  ///
  /// - Parameter body: Gets a function that returns the similarity to another file, 0 to ``Similarity/identical``.
  func comparing<Failure: Error>(
    _ file: SpanSketch, _ body: ((SpanSketch) -> Int) throws(Failure) -> Void
  ) throws(Failure) {
    for span in file.spans { sums[Int(span.hash)] = span.byteCount }
    defer { for span in file.spans { sums[Int(span.hash)] = 0 } }
    let sums = sums
    try body { other in
      guard file.fileByteCount > 0 else { return 0 }
      var copied = 0
      for span in other.spans { copied += Int(min(span.byteCount, sums[Int(span.hash)])) }
      return copied * Similarity.identical / max(file.fileByteCount, other.fileByteCount)
    }
  }
}

/// git's scale of similarity.
enum Similarity {
  /// Two files with the same content.
  static let identical = 60_000
  /// The least similarity of a rename: 50 %.
  static let rename = 30_000
  /// The least similarity of two files that are alone in having their file name: 75 %.
  static let sameName = 45_000

  /// Whether the sizes of two files, in bytes, let them reach a similarity.
  static func isReachable(_ similarity: Int, sizes one: Int, _ two: Int) -> Bool {
    let larger = max(one, two)
    return larger * (identical - similarity) >= (larger - min(one, two)) * identical
  }
}
