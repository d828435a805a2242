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
    var state = SpanState()
    add(file, &state)
    return finish(&state)
  }

  /// Sums up the spans of a file that comes in pieces, of which the first holds all that git looks at to tell binary
  /// from text. Of a file that did not come whole nothing is similar to anything.
  func sketch(ofPieces stream: ((UnsafeRawBufferPointer) -> Void) -> Bool) -> SpanSketch {
    var state = SpanState()
    let isWhole = stream { add($0, &state) }
    let sketch = finish(&state)
    guard isWhole else { return self.sketch(of: UnsafeRawBufferPointer(start: nil, count: 0)) }
    return sketch
  }

  private struct SpanState {
    var low: UInt32 = 0
    var high: UInt32 = 0
    var length: UInt32 = 0
    var byteCount = 0
    var skipsReturns = false
    /// Whether a piece ended in a return, which does not count if a newline follows.
    var heldReturn = false
  }

  private func add(_ piece: UnsafeRawBufferPointer, _ state: inout SpanState) {
    if state.byteCount == 0 {
      touched.removeAll(keepingCapacity: true)
      state.skipsReturns = !TextScan.isBinary(piece)
    }
    let count = piece.count
    guard count > 0 else { return }
    state.byteCount += count
    if state.heldReturn, piece[0] != TextScan.newline { add(13, &state) }
    state.heldReturn = false
    var position = 0
    while position < count {
      let byte = piece[position]
      position += 1
      // A return before a newline does not count in a text, so line ends do not matter.
      if byte == 13, state.skipsReturns {
        if position == count {
          state.heldReturn = true
          return
        }
        if piece[position] == TextScan.newline { continue }
      }
      add(byte, &state)
    }
  }

  @inline(__always)
  private func add(_ byte: UInt8, _ state: inout SpanState) {
    let carried = state.low
    state.low = state.low << 7 ^ state.high >> 25
    state.high = state.high << 7 ^ carried >> 25
    state.low = state.low &+ UInt32(byte)
    state.length &+= 1
    if state.length < Self.longestSpan, byte != TextScan.newline { return }
    let hash = (state.low &+ state.high &* 0x61) % UInt32(Self.hashCount)
    if sums[Int(hash)] == 0 { touched.append(hash) }
    sums[Int(hash)] &+= state.length
    (state.low, state.high, state.length) = (0, 0, 0)
  }

  private func finish(_ state: inout SpanState) -> SpanSketch {
    if state.byteCount == 0 { touched.removeAll(keepingCapacity: true) }
    if state.heldReturn { add(13, &state) }
    let spans = UnsafeMutableBufferPointer<SpanSketch.Span>.allocate(capacity: touched.count)
    for (index, hash) in touched.enumerated() {
      spans.initializeElement(
        at: index, to: SpanSketch.Span(hash: hash, byteCount: sums[Int(hash)]))
      sums[Int(hash)] = 0
    }
    return SpanSketch(fileByteCount: state.byteCount, spans: spans)
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
