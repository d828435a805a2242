/// Finds methods by `def` and the `end` of the same indentation.
struct RubyScanner {
  private let bytes: UnsafeRawBufferPointer
  private(set) var functions: [SourceFunction] = []
  private(set) var holdsCode: [Bool] = []

  private struct Open {
    var indent: Int
    var start: Int
    var name: String
  }

  private var open: [Open] = []
  private var line = 0
  private var isBlockComment = false
  private var heredoc: [UInt8]?

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func scan() {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      read(start, end)
      line += 1
      start = end + 1
    }
    while let last = open.popLast() { close(last, before: line) }
  }

  private mutating func close(_ method: Open, before end: Int) {
    functions.append(
      SourceFunction(name: method.name, lines: method.start..<max(end, method.start + 1)))
  }

  private mutating func read(_ start: Int, _ end: Int) {
    var first = start
    while first < end, bytes[first] == 0x20 || bytes[first] == 9 { first += 1 }
    let text = bytes[first..<end]
    if let mark = heredoc {
      holdsCode.append(true)
      if text.prefix(while: { $0.isWord }).elementsEqual(mark) { heredoc = nil }
      return
    }
    if first == start, starts(text, "=begin") { isBlockComment = true }
    if isBlockComment {
      holdsCode.append(false)
      if first == start, starts(text, "=end") { isBlockComment = false }
      return
    }
    guard let byte = text.first, byte != 0x0D, byte != 0x23 else {
      holdsCode.append(false)
      return
    }
    holdsCode.append(true)
    let indent = first - start
    while let last = open.last, indent <= last.indent {
      open.removeLast()
      close(last, before: starts(text, "end") ? line + 1 : line)
      if starts(text, "end") { break }
    }
    if let name = methodName(text) {
      let method = Open(indent: indent, start: line, name: name)
      if isOneLine(text) { close(method, before: line + 1) } else { open.append(method) }
    }
    heredoc = heredocMark(text)
  }

  private func starts(_ text: Slice<UnsafeRawBufferPointer>, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard text.count >= count else { return false }
    return word.withUTF8Buffer { expected in
      text.prefix(count).elementsEqual(expected)
    } && !(text.dropFirst(count).first?.isWord ?? false)
  }

  /// The name in `def name`, `private def self.name` or `define_method(:name)`.
  private func methodName(_ text: Slice<UnsafeRawBufferPointer>) -> String? {
    var rest = text
    for modifier: StaticString in [
      "private", "protected", "public", "private_class_method", "module_function", "memoize",
    ] where starts(rest, modifier) {
      rest = rest.dropFirst(modifier.utf8CodeUnitCount).drop { $0 == 0x20 }
    }
    if starts(rest, "define_method") {
      let name = rest.dropFirst(13).drop { !$0.isWord && $0 != 0x3A }.drop { $0 == 0x3A }
        .prefix { $0.isWord || $0 == 0x3F || $0 == 0x21 }
      return name.isEmpty ? nil : String(decoding: name.wholeScalars(atMost: 200), as: UTF8.self)
    }
    guard starts(rest, "def") else { return nil }
    var name = rest.dropFirst(3).drop { $0 == 0x20 || $0 == 9 }
    let whole = name.prefix { $0.isWord || $0 == 0x2E || $0 == 0x3F || $0 == 0x21 || $0 == 0x3D }
    if let dot = whole.lastIndex(of: 0x2E) { name = name[(dot + 1)...] }
    var taken = name.prefix { $0.isWord }
    if taken.isEmpty { taken = name.prefix { !$0.isBlank && $0 != 0x28 } }
    let next = taken.endIndex
    if next < name.endIndex, name[next] == 0x3F || name[next] == 0x21 {
      taken = name[taken.startIndex...next]
    }
    return taken.isEmpty ? nil : String(decoding: taken.wholeScalars(atMost: 200), as: UTF8.self)
  }

  private func isOneLine(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    let words = text.split(whereSeparator: { $0.isBlank || $0 == 0x3B })
    if words.last.map({ $0.elementsEqual("end".utf8) }) ?? false { return true }
    // def name(arguments) = expression
    return words.dropFirst(2).prefix(6).contains { $0.count == 1 && $0.first == 0x3D }
      && !text.contains(0x3B) && words.count > 3
  }

  /// The mark that ends a heredoc which begins on the line.
  private func heredocMark(_ text: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
    var index = text.startIndex
    while index + 3 < text.endIndex {
      if text[index] == 0x3C, text[index + 1] == 0x3C,
        text[index + 2] == 0x7E || text[index + 2] == 0x2D
      {
        let mark = text[(index + 3)...].drop { $0 == 0x22 || $0 == 0x27 || $0 == 0x60 }
          .prefix { $0.isWord }
        if let first = mark.first, first.isUpper { return Array(mark) }
      }
      index += 1
    }
    return nil
  }
}
