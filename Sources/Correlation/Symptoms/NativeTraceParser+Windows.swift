/// The frames of minidumps and of Microsoft's debuggers.
extension NativeTraceParser {
  /// Breakpad: `0  render!acme::take(int) [pool.cpp : 12 + 0x4]`; WinDbg: `00 00d1`f8b0 00007ff6`1b2c render!acme::take+0x4
  /// [C:\src\pool.cpp @ 12]`.
  func readModular(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.count < 4_000, let bang = content.find("!") else { return false }
    let digits = content.skip(from: content.startIndex) { $0.isHex }
    guard 1...3 ~= digits - content.startIndex, content.at(digits) == " ",
      let number = Int(content.before(digits).text, radix: 16)
    else { return false }
    let start = content.before(bang).lastIndex(where: \.isSpace).map { $0 + 1 } ?? bang
    let module = content.slice(start, bang)
    guard !module.isEmpty, module.allSatisfy({ $0.isWord || $0 == "." || $0 == "-" }),
      content.slice(digits, start).allSatisfy({ $0.isHex || $0.isSpace || $0 == "`" })
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
      number: number)
    return true
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
