/// Finds functions by indentation, as Python delimits them.
struct PythonScanner {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0
  private var line = 0
  private(set) var functions: [SourceFunction] = []
  private(set) var holdsCode: [Bool] = []

  private struct Open {
    var indent: Int
    var start: Int
    /// `nil` for a class.
    var name: String?
  }

  private var open: [Open] = []
  private var lastCodeLine = 0
  private var decorator: Int?

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func scan() {
    while at < bytes.count { logicalLine() }
    close(downTo: -1)
  }

  private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func endLine(_ isCode: Bool) {
    holdsCode.append(isCode)
    line += 1
  }

  /// Reads one statement, which brackets, triple quotes and backslashes may draw over several lines.
  private mutating func logicalLine() {
    var indent = 0
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 9 {
      indent += bytes[at] == 9 ? 8 - indent % 8 : 1
      at += 1
    }
    let first = byte(at)
    if at >= bytes.count { return }
    if first == 0x0A || first == 0x23 || first == 0x0D {
      while at < bytes.count, bytes[at] != 0x0A { at += 1 }
      at += 1
      endLine(false)
      return
    }
    close(downTo: indent - 1)
    readHeader(indent)
    var depth = 0
    while at < bytes.count {
      let value = bytes[at]
      switch value {
      case 0x0A:
        lastCodeLine = line
        endLine(true)
        at += 1
        if depth <= 0 { return }
      case 0x5C:
        if byte(at + 1) == 0x0A { endLine(true) }
        at += 2
      case 0x23: while at < bytes.count, bytes[at] != 0x0A { at += 1 }
      case 0x22, 0x27: string(value)
      case 0x28, 0x5B, 0x7B:
        depth += 1
        at += 1
      case 0x29, 0x5D, 0x7D:
        depth -= 1
        at += 1
      default: at += 1
      }
    }
    lastCodeLine = line
    endLine(true)
  }

  private mutating func string(_ quote: UInt8) {
    let isTriple = byte(at + 1) == quote && byte(at + 2) == quote
    at += isTriple ? 3 : 1
    while at < bytes.count {
      let value = bytes[at]
      if value == 0x5C {
        if byte(at + 1) == 0x0A { endLine(true) }
        at += 2
      } else if value == 0x0A {
        // A string of one line that is not closed ends with it.
        guard isTriple else { return }
        endLine(true)
        at += 1
      } else if value == quote, !isTriple || byte(at + 1) == quote && byte(at + 2) == quote {
        at += isTriple ? 3 : 1
        return
      } else {
        at += 1
      }
    }
  }

  private mutating func readHeader(_ indent: Int) {
    if byte(at) == 0x40 {
      decorator = decorator ?? line
      return
    }
    var position = at
    var word = self.word(&position)
    if word == "async" || word == "cpdef" || word == "cdef" { word = self.word(&position) }
    if word == "def" || word == "class" {
      let name = self.word(&position)
      open.append(
        Open(
          indent: indent, start: decorator ?? line,
          name: word == "def" && !name.isEmpty ? name : nil))
    }
    decorator = nil
  }

  private func word(_ position: inout Int) -> String {
    while byte(position) == 0x20 || byte(position) == 9 { position += 1 }
    let start = position
    while position < bytes.count, bytes[position].isWord { position += 1 }
    return String(decoding: bytes[start..<position].wholeScalars(atMost: 200), as: UTF8.self)
  }

  private mutating func close(downTo indent: Int) {
    while let last = open.last, last.indent > indent {
      open.removeLast()
      if let name = last.name {
        functions.append(SourceFunction(name: name, lines: last.start..<(lastCodeLine + 1)))
      }
    }
  }
}
