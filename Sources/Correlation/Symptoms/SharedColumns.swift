/// What a platform that nobody here knows puts in front of each line, as `app[web.1]: ` or `[APP/PROC/WEB/0] ERR `.
///
/// Words are only taken for such columns where the line above or below begins with the same.
enum SharedColumns {
  /// The most words that are tried.
  static let mostWords = 4
  /// Longer texts are not tried.
  private static let mostBytes = 512 << 10

  /// The text without the first words of its lines, behind a time or a container's name; `nil` where no lines share any.
  static func removed(from text: Bytes, words: Int) -> [UInt8]? {
    guard text.count <= mostBytes else { return nil }
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    let columns = lines.map { column(of: $0, words: words) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var isChanged = false
    for (index, line) in lines.enumerated() {
      defer { result.append(0x0A) }
      guard let own = columns[index],
        index > 0 && columns[index - 1]?.words == own.words
          || index + 1 < lines.count && columns[index + 1]?.words == own.words
      else {
        result += line
        continue
      }
      isChanged = true
      result += line.before(own.words.startIndex)
      result += line.from(own.end)
    }
    return isChanged ? result : nil
  }

  /// The first words of a line and the place behind the space that ends them.
  private static func column(of line: Bytes, words count: Int) -> (words: Bytes, end: Int)? {
    let rest = LinePrefix(line).rest
    let start = rest.startIndex
    guard let first = rest.first, !first.isSpace else { return nil }
    var end = start
    for _ in 0..<count {
      let word = rest.skip(from: end) { $0 == " " }
      end = rest.skip(from: word) { !$0.isSpace }
      guard end > word, end - start < 256 else { return nil }
    }
    return (rest.slice(start, end), rest.at(end) == " " ? end + 1 : end)
  }
}
