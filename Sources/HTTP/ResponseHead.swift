/// Reads the lines of an answer's head, past any 1xx that precede it.
struct ResponseHead {
  private(set) var status = 0
  private(set) var headers = HTTPHeaders()
  /// Whether the empty line after the fields has come; what follows are trailers, which are dropped.
  private(set) var isComplete = false
  /// How many more bytes of lines may come.
  private(set) var budget: Int

  init(budget: Int) {
    self.budget = budget
  }

  /// The body's length, where it is told and the body is not compressed.
  var plainLength: Int? {
    guard headers["Content-Encoding"] == nil else { return nil }
    return headers["Content-Length"].flatMap { Int($0) }
  }

  /// Takes a line with its end; `false` if the budget is used up.
  mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
    budget -= line.count
    guard budget >= 0 else { return false }
    guard !isComplete else { return true }
    let text = line[...].trimmingWhiteSpace
    if line.starts(with: "HTTP/".utf8) {
      headers = HTTPHeaders()
      status =
        text.split(separator: UInt8(ascii: " "), maxSplits: 2).dropFirst().first
        .flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    } else if line.allSatisfy({ $0 == 13 || $0 == 10 }) {
      isComplete = status >= 200
    } else if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
      headers.fold(String(decoding: text, as: UTF8.self))
    } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
      headers.add(
        String(decoding: text[..<colon].trimmingWhiteSpace, as: UTF8.self),
        String(decoding: text[(colon + 1)...].trimmingWhiteSpace, as: UTF8.self))
    }
    return true
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var trimmingWhiteSpace: Self {
    let isText = { (byte: UInt8) in byte > 0x20 }
    guard let first = firstIndex(where: isText), let last = lastIndex(where: isText) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }
}
