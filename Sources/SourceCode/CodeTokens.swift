/// Words of prose and code, in lower case: an identifier gives itself and its parts, so that `takeFromPool`,
/// `take_from_pool` and "take from the pool" have words in common.
public enum CodeTokens {
  /// Longer words are no words.
  public static let longest = 64

  /// Calls a body with every token of a text, in order: of an identifier of several parts first the parts, then the
  /// whole without its separators. Numbers and single letters are left out.
  public static func forEach(in text: Span<UInt8>, _ body: ([UInt8]) -> Void) {
    text.withUnsafeBufferPointer { forEach(in: $0, body) }
  }

  /// Calls a body with every token of a text, in order.
  public static func forEach(in text: some Collection<UInt8>, _ body: ([UInt8]) -> Void) {
    // Bytes in one piece: generic code of another module would be ten times as slow.
    if text.withContiguousStorageIfAvailable({ forEach(in: $0, body) }) == nil {
      Array(text).withUnsafeBufferPointer { forEach(in: $0, body) }
    }
  }

  private static func forEach(in text: UnsafeBufferPointer<UInt8>, _ body: ([UInt8]) -> Void) {
    var splitter = Splitter()
    var start: Int?
    for (index, byte) in text.enumerated() {
      if byte.isWord, byte != 0x24 {
        if start == nil { start = index }
      } else if let first = start {
        splitter.split(text[first..<index], body)
        start = nil
      }
    }
    if let start { splitter.split(text[start...], body) }
  }

  /// The tokens of a text, in order.
  public static func all(in text: some Collection<UInt8>) -> [String] {
    var tokens: [String] = []
    forEach(in: text) { tokens.append(String(decoding: $0, as: UTF8.self)) }
    return tokens
  }

  /// Splits words, in memory that is used again for the next.
  private struct Splitter {
    private var part: [UInt8] = []
    private var whole: [UInt8] = []
    private var parts = 0

    mutating func split(_ word: Slice<UnsafeBufferPointer<UInt8>>, _ body: ([UInt8]) -> Void) {
      guard word.count <= longest, word.count > 1,
        word.contains(where: { $0.isLetter || $0 >= 0x80 })
      else { return }
      // Hashes and addresses are no words.
      if word.count >= 7, word.contains(where: { $0.isDigit }),
        word.allSatisfy({ $0.isDigit || ($0 | 0x20) &- 0x61 < 6 })
      {
        return
      }
      whole.removeAll(keepingCapacity: true)
      parts = 0
      for index in word.startIndex..<word.endIndex {
        let byte = word[index]
        if byte == 0x5F {
          end(body)
          continue
        }
        if byte.isUpper, index > word.startIndex {
          let previous = word[index - 1]
          let next = index + 1 < word.endIndex ? word[index + 1] : 0
          // aB begins a part, and so does the last capital of ABc.
          if !previous.isUpper && previous != 0x5F || next.isLetter && !next.isUpper { end(body) }
        }
        let lowered = byte.isUpper ? byte | 0x20 : byte
        part.append(lowered)
        whole.append(lowered)
      }
      end(body)
      if parts > 1, whole.count > 1 { body(whole) }
    }

    private mutating func end(_ body: ([UInt8]) -> Void) {
      if part.count > 1, part.contains(where: { !$0.isDigit }) {
        body(part)
        parts += 1
      } else if !part.isEmpty {
        parts += 1
      }
      part.removeAll(keepingCapacity: true)
    }
  }
}
