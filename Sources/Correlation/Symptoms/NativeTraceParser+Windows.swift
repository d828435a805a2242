/// The frames of minidumps and of Microsoft's debuggers.
extension NativeTraceParser {
  /// Breakpad: `0  render!acme::take(int) [pool.cpp : 12 + 0x4]`; WinDbg, with a number in front or without: `00 00d1`f8b0
  /// 00007ff6`1b2c render!acme::take+0x4 [C:\src\pool.cpp @ 12]`.
  func readModular(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.count < 4_000, let bang = content.find("!") else { return false }
    let start = content.before(bang).lastIndex(where: \.isSpace).map { $0 + 1 } ?? bang
    let module = content.slice(start, bang)
    guard !module.isEmpty, module.allSatisfy({ $0.isWord || $0 == "." || $0 == "-" }),
      let columns = StackColumns(content.before(start))
    else { return false }
    var name = content.from(bang + 1)
    var location: Location?
    if name.last == "]", let open = name.findLast(text: " [") {
      location = Self.bracketed(name.slice(open + 2, name.endIndex - 1))
      name = name.before(open)
    }
    let offset = name.findLast(text: "+0x") ?? name.findLast(text: " + 0x")
    guard location != nil || offset != nil else { return false }
    if let offset { name = name.before(offset) }
    traces.add(
      RawFrame(function: name, location: location, module: location == nil ? module : nil), .native,
      number: columns.number)
    return true
  }

  /// Whether a line stands above the frames of WinDbg's: `# Child-SP  RetAddr  Call Site`, `STACK_TEXT:`.
  static func isStackTitle(_ content: Bytes) -> Bool {
    let text = content.first == "#" ? content.dropFirst().trimmed : content
    return text.starts("Child-SP ") || text.starts("ChildEBP ") || text.starts("STACK_TEXT:")
  }

  /// `pool.cpp : 12 + 0x4`, `C:\src\pool.cpp @ 12`
  private static func bracketed(_ place: Bytes) -> Location? {
    guard let mark = place.findLast(text: " : ") ?? place.findLast(text: " @ "),
      let (line, _) = place.number(at: mark + 3)
    else { return nil }
    var location = Location(Bytes())
    location.path = place.before(mark)
    location.line = line
    return location
  }

  /// Visual Studio: `>	render.exe!acme::take(unsigned int code) Line 15	C++`
  func readCallStack(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    let text = content.first == ">" ? content.dropFirst().trimmed : content
    guard text.count < 4_000, let bang = text.find("!"),
      let mark = text.findLast(text: " Line "), bang < mark,
      let (line, end) = text.number(at: mark + 6), end == text.endIndex || text.at(end).isSpace
    else { return false }
    let module = text.before(bang)
    guard module.ends(".exe") || module.ends(".dll"), !module.contains(where: \.isSpace) else {
      return false
    }
    var frame = RawFrame(function: text.slice(bang + 1, mark), module: module)
    frame.line = line
    traces.add(frame, text.ends("C#") ? .dotNet : .native)
    return true
  }
}

/// What stands before the call site in a frame of Microsoft's debuggers: its number, addresses of the stack and of the
/// caller, arguments between colons.
private struct StackColumns {
  /// The frame's number; `nil` where the form has none.
  private(set) var number: Int?
  /// A number, two addresses, four arguments and two colons are less.
  private static let most = 12

  init?(_ text: Bytes) {
    var words = text.split(maxSplits: Self.most, whereSeparator: \.isSpace)[...]
    guard let first = words.first, words.count <= Self.most else { return nil }
    if first.count <= 3, first.allSatisfy(\.isHex),
      first[first.startIndex].isDigit || words.count > 2
    {
      number = Int(first.text, radix: 16)
      words = words.dropFirst()
    }
    let isInlined = words.first?.equals("(Inline") == true
    if isInlined {
      guard words.dropFirst().first?.equals("Function)") == true else { return nil }
      words = words.dropFirst(2)
    }
    guard words.allSatisfy({ $0.equals(":") || $0.allSatisfy(Self.isOfAddress) }) else {
      return nil
    }
    // Without a number two whole addresses tell a frame.
    let addresses = words.prefix(2).filter { $0.count >= 8 }
    guard number != nil || isInlined || addresses.count == 2 else { return nil }
  }

  /// An inlined frame has dashes in place of addresses.
  private static func isOfAddress(_ byte: UInt8) -> Bool {
    byte.isHex || byte == "`" || byte == "-"
  }
}
