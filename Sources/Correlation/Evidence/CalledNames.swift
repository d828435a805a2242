/// Finds the names before opening parentheses, as calls have them in most languages.
enum CalledNames {
  /// The names in some bytes, sorted: those of 4 to 199 bytes, and at most `limit` of them.
  static func all(in bytes: some RandomAccessCollection<UInt8>, limit: Int = 300) -> [String] {
    var names: Set<String> = []
    var at = bytes.startIndex
    while at < bytes.endIndex, names.count < limit {
      guard bytes[at].isLetter || bytes[at] == 0x5F else {
        bytes.formIndex(after: &at)
        continue
      }
      let start = at
      while at < bytes.endIndex, bytes[at].isWord { bytes.formIndex(after: &at) }
      let end = at
      var next = at
      while next < bytes.endIndex, bytes[next] == 0x20 { bytes.formIndex(after: &next) }
      let length = bytes.distance(from: start, to: end)
      if next < bytes.endIndex, bytes[next] == 0x28, length > 3, length < 200 {
        names.insert(String(decoding: bytes[start..<end], as: UTF8.self))
      }
    }
    return names.sorted()
  }
}
