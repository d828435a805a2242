/// Reads what gdb, lldb, the sanitizers, Valgrind, coredumpctl, glibc, glog and the kernel print.
struct NativeTraceParser: TraceParser {
  static let language = Symptom.Language.native

  /// Whether the last frame may go on in the next line, as gdb wraps long ones.
  private var isWrapped = false
  private var wrapped = WrappedFrame([])
  /// Less indented lines do not go on with it.
  private var leastIndent = 1
  /// The number of the last frame of backward-cpp's, which quotes the source below.
  private var backwardNumber: Int?

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    if isWrapped, readContinuation(line, &traces) { return true }
    if traces.language == .native, Self.isStackTitle(line.content) { traces.close() }
    if line.first == "#" { return readNumbered(line.content, &traces) }
    if line.first == "S", line.content.starts("Stack frame #") {
      return readNumbered(line.content.dropFirst(12), &traces)
    }
    guard readOther(line, &traces) else {
      // What stands before a text may end in a space: behind it only gdb's own indentation counts.
      leastIndent = 4
      return false
    }
    isWrapped = false
    return true
  }

  /// Hears that a line was of another form.
  mutating func endFrame() { isWrapped = false }

  private mutating func readOther(_ line: SymptomLine, _ traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if backwardNumber != nil {
      if traces.language != .native {
        backwardNumber = nil
      } else if readBelow(line, &traces) {
        return true
      }
    }
    switch line.first {
    case "=": return readPrefixed(content, &traces)
    case "@", "a", "b": if readAddressed(content, &traces) { return true }
    case "*", "f": if readDebugger(content, &traces) { return true }
    case let byte where byte.isDigit: if readBoost(content, &traces) { return true }
    default: break
    }
    if content.contains(0x21), readModular(content, &traces) || readCallStack(content, &traces) {
      return true
    }
    if line.first.isLetter || line.first == "[", readHeader(content, &traces) { return true }
    if content.last == "]" || content.last == ")", readGlibc(content, &traces) { return true }
    if readKernel(content, &traces) || readAssertion(content, &traces) { return true }
    return isNoise(line, traces)
  }

  /// Locals that `bt full` prints between frames.
  private func isNoise(_ line: SymptomLine, _ traces: TraceAssembler) -> Bool {
    guard traces.language == .native, traces.interruption == 0, traces.open?.isEmpty == false else {
      return false
    }
    let content = line.content
    return content.starts("No locals.") || content.starts("No symbol table")
      || content.starts("---Type <return>") || content.starts("--Type <RET>")
      || (line.indent >= 4 && content.contains(text: " = "))
  }

  // MARK: Frames

  /// `#1  0x00007f in take (n=1) at src/pool.c:12`, `#1 0x4f in take /src/pool.c:12:3`.
  private mutating func readNumbered(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let (number, end) = content.number(at: content.startIndex + 1) else { return false }
    var rest = content.from(end)
    if rest.first == ":" { rest = rest.dropFirst() }
    guard rest.first?.isSpace == true else { return false }
    rest = rest.trimmed
    guard !rest.isEmpty else { return false }
    if rest.starts("<signal handler called>") {
      // Above stands the handler; the frame below is the one that broke.
      traces.update {
        $0.markAllAsLibrary()
        $0.number = number
      }
      isWrapped = false
      return true
    }
    if let frame = Self.backward(rest) {
      addBackward(frame, number, &traces)
      return true
    }
    let isNext =
      number == 0
      || traces.language == .native && traces.interruption == 0
        && (traces.open?.number ?? number) < number
    guard Self.isFrame(rest, isNext: isNext), let frame = Self.frame(rest) else { return false }
    traces.add(frame, .native, number: number)
    isWrapped = frame.path == nil && frame.module == nil
    if isWrapped { (wrapped, leastIndent) = (WrappedFrame(rest.prefix(4_096)), 1) }
    return true
  }

  /// backward-cpp's order is the other one; its numbers tell so also where the title is missing.
  private mutating func addBackward(
    _ frame: RawFrame, _ number: Int, _ traces: inout TraceAssembler
  ) {
    if let last = backwardNumber, traces.language == .native, let open = traces.open {
      let isInnermostLast = number < last
      if open.total == 1 {
        traces.update { $0.isInnermostLast = isInnermostLast }
      } else if open.total > 1, open.isInnermostLast != isInnermostLast {
        traces.begin(.native)
      }
    }
    traces.add(frame, .native)
    backwardNumber = number
  }

  /// The text behind a frame's number.
  static func frame(_ text: Bytes) -> RawFrame? {
    var rest = text
    if rest.starts("pc ") { return androidFrame(rest.dropFirst(3)) }
    if rest.starts("0x") {
      let end = rest.skip(from: rest.startIndex + 2) { $0.isHex }
      rest = rest.from(end).trimmed
      if rest.starts("in ") { rest = rest.dropFirst(3).trimmed }
    }
    guard !rest.isEmpty else { return nil }
    if let at = rest.findLast(text: " at ") {
      let location = Location(rest.from(at + 4).trimmed)
      if location.isPlausible {
        return RawFrame(function: function(rest.before(at)), location: location)
      }
    }
    if let from = rest.findLast(text: " from "), rest.at(from + 6) != " " {
      return RawFrame(function: function(rest.before(from)), module: rest.from(from + 6))
    }
    if let build = rest.findLast(text: " (BuildId:") { rest = rest.before(build) }
    // func (libfoo.so.0 + 0x1234), func (/lib/libfoo.so+0x1234)
    if rest.last == ")", let open = rest.findLast("("), rest.from(open).contains(text: "0x"),
      let plus = rest.find("+", from: open)
    {
      let module = rest.slice(open + 1, plus).trimmed
      let isTSan = rest.before(open).trimmed
      if let space = isTSan.findLast(" "), let frame = located(isTSan, space) { return frame }
      return RawFrame(function: isTSan.equals("n/a") ? nil : isTSan, module: module)
    }
    if rest.last == "]", let open = rest.findLast("["), !rest.from(open).starts("[clone") {
      // Mozilla's form: func [path:line]
      let location = Location(rest.slice(open + 1, rest.endIndex - 1))
      if location.isPlausible { return RawFrame(function: rest.before(open), location: location) }
    }
    if let space = rest.findLast(" "), let frame = located(rest, space) { return frame }
    if let frame = enclosed(rest) { return frame }
    let bare = Location(rest)
    if bare.line != nil, bare.isPlausible { return RawFrame(location: bare) }
    return RawFrame(function: function(rest))
  }

  /// A function, a space, and a location.
  private static func located(_ text: Bytes, _ space: Int) -> RawFrame? {
    let location = Location(text.from(space + 1))
    guard location.isPlausible, location.line != nil || location.path.first == "/" else {
      return nil
    }
    return RawFrame(function: text.before(space), location: location)
  }

  /// A name of Swift's as lldb writes it: `@objc Acme.Pool.size.setter : Swift.Int` is `Acme.Pool.size`.
  private static func swiftName(_ text: Bytes) -> String? {
    guard let colon = text.find(text: " : ") else { return nil }
    var name = text.before(colon)
    if let objc = name.findLast(text: "@objc ") { name = name.from(objc + 6) }
    for ending: StaticString in [".setter", ".getter", ".modify", ".read"] where name.ends(ending) {
      name = name.dropLast(ending.utf8CodeUnitCount)
    }
    guard !name.isEmpty, name.allSatisfy({ $0.isWord || $0 == "." }) else { return nil }
    return name.text.replacing(".", with: "::")
  }

  private static func androidFrame(_ text: Bytes) -> RawFrame? {
    guard let space = text.find(" ") else { return nil }
    // Old ndk-stack: 00023438  /data/lib/libpool.so (take+12): Routine take at /src/pool.cpp:12
    if let routine = text.find(text: ": Routine "), let at = text.findLast(text: " at "),
      routine < at
    {
      let location = Location(text.from(at + 4))
      if location.line != nil {
        return RawFrame(function: text.slice(routine + 10, at), location: location)
      }
    }
    let rest = text.from(space).trimmed
    let module = rest.find(" ").map { rest.before($0) } ?? rest
    var function = rest.from(module.endIndex).trimmed
    if function.first == "(" { function = function.dropFirst() }
    if let end = function.findLast("+") ?? function.findLast(")") {
      function = function.before(end)
    }
    return RawFrame(function: function.isEmpty ? nil : function, module: module)
  }

  /// gdb's function without the values of its arguments: what stands before the first ` (`.
  static func function(_ text: Bytes) -> Bytes {
    var depth = 0
    var at = text.startIndex
    while at < text.endIndex {
      switch text[at] {
      case "o" where text.has("operator", at: at):
        at = text.skip(from: at + 8) { !$0.isWord && !$0.isSpace && $0 != "(" } - 1
      case "<", "(": depth += 1
      case ">": if text.at(at - 1) != "-" { depth -= 1 }
      case ")": depth -= 1
      case " " where depth <= 0 && text.at(at + 1) == "(" && !text.has("(anon", at: at + 1):
        return text.before(at)
      default: break
      }
      at += 1
    }
    return text
  }

  /// The rest of a frame that gdb wrapped.
  private mutating func readContinuation(
    _ line: SymptomLine, _ traces: inout TraceAssembler
  ) -> Bool {
    guard line.indent >= leastIndent, traces.language == .native, traces.interruption == 0 else {
      return false
    }
    let content = line.content
    let ends =
      content.starts("at ") || content.starts("from ")
      || (content.contains(text: ") at ") || content.contains(text: ") from "))
    guard ends || !wrapped.isClosed, wrapped.bytes.count < 16_384, !content.starts("at 0x") else {
      return false
    }
    if content.starts("at "), !Location(content.dropFirst(3)).isPlausible { return false }
    wrapped.append(content.prefix(4_096))
    if ends, let frame = Self.frame(wrapped.bytes[...]) {
      traces.update { $0.updateLast { $0 = frame } }
      isWrapped = false
    }
    return true
  }

  /// `./server(take+0x1a) [0x4005d1]`, `/lib/libc.so.6(+0x3ea70)[0x7f]`.
  private func readGlibc(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.last == "]", let address = content.findLast("["),
      content.has("[0x", at: address), let open = content.find("("),
      let close = content.find(")", from: open), close < address
    else { return false }
    let module = content.before(open)
    guard !module.contains(where: { $0.isSpace }) else { return false }
    let symbol = content.slice(open + 1, close)
    let name = symbol.findLast("+").map { symbol.before($0) } ?? symbol
    traces.add(RawFrame(function: name.isEmpty ? nil : name, module: module), .native)
    return true
  }

  /// glog's `@     0x7f3a take()`; Valgrind's `at 0x4005: take (pool.c:12)`.
  private func readAddressed(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    let isGlog = content.first == "@"
    var rest: Bytes
    if isGlog {
      rest = content.dropFirst().trimmed
    } else if content.starts("at 0x") || content.starts("by 0x") {
      rest = content.dropFirst(3)
    } else {
      return false
    }
    guard rest.starts("0x") else { return false }
    rest = rest.from(rest.skip(from: rest.startIndex + 2) { $0.isHex })
    if isGlog {
      let name = rest.trimmed
      guard !name.isEmpty else { return true }
      traces.add(RawFrame(function: name), .native)
      return true
    }
    guard rest.first == ":" else { return false }
    rest = rest.dropFirst().trimmed
    guard rest.last == ")", let open = rest.findLast(text: " (") else { return false }
    let place = rest.slice(open + 2, rest.endIndex - 1)
    if place.starts("in ") {
      traces.add(RawFrame(function: rest.before(open), module: place.dropFirst(3)), .native)
    } else {
      traces.add(RawFrame(function: rest.before(open), location: Location(place)), .native)
    }
    return true
  }

  /// lldb: `* frame #0: 0x7f server`take(n=1) + 12 at pool.c:12:3`.
  private func readDebugger(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    let text = content.first == "*" ? content.dropFirst().trimmed : content
    if text.starts("thread #"), let (thread, _) = text.number(at: text.startIndex + 8) {
      let reason = text.find(text: "stop reason = ")
      let message = reason.map { text.from($0 + 14).text }
      traces.begin(
        .native, type: reason.flatMap { Self.signal(text.from($0)) }, message: message,
        kind: content.first == "*" ? .failure : .thread)
      traces.update { $0.thread = thread }
      return true
    }
    guard text.starts("frame #"), let (number, end) = text.number(at: text.startIndex + 7),
      text.at(end) == ":"
    else { return false }
    var rest = text.from(end + 1).trimmed
    var module: Bytes?
    if let tick = rest.find("`") {
      let before = rest.before(tick)
      module = before.findLast(" ").map { before.from($0 + 1) } ?? before
      rest = rest.from(tick + 1)
    }
    guard var frame = Self.frame(rest) else { return false }
    if frame.path == nil { frame.module = module?.text }
    if let name = frame.function.map({ Array($0.utf8)[...] }), let plus = name.find(text: " + ") {
      frame.function = name.before(plus).text
    }
    if let name = frame.function.map({ Array($0.utf8)[...] }), let swift = Self.swiftName(name) {
      frame.function = swift
    }
    traces.add(frame, .native, number: number)
    return true
  }

  /// Boost.Stacktrace: ` 0# acme::take() at /src/pool.cpp:12`.
  private func readBoost(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let (number, end) = content.number(at: content.startIndex), content.has("# ", at: end)
    else { return false }
    var rest = content.from(end + 2).trimmed
    if let inside = rest.findLast(text: " in ") {
      let module = rest.from(inside + 4)
      rest = rest.before(inside)
      traces.add(RawFrame(function: rest, module: module), .native, number: number)
    } else if let frame = Self.frame(rest) {
      traces.add(frame, .native, number: number)
    }
    return true
  }

  /// The Linux kernel: ` vfs_read+0x1a/0x40 [ext4]`, `RIP: 0010:take+0x1/0x2`.
  private func readKernel(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.count < 200, let plus = content.find(text: "+0x"), plus > content.startIndex,
      case let slash = content.skip(from: plus + 3, while: { $0.isHex }),
      content.has("/0x", at: slash)
    else { return false }
    var name = content.before(plus)
    let isPointer = name.starts("RIP:")
    if let start = name.lastIndex(where: { $0 == " " || $0 == ":" }) { name = name.from(start + 1) }
    guard !name.isEmpty, name.allSatisfy({ $0.isWord || $0 == "." }) else { return false }
    // The call trace repeats the frame of the instruction pointer.
    if isPointer {
      traces.begin(.native, type: "kernel oops")
    }
    traces.add(RawFrame(function: name), .native)
    return true
  }
}

/// The lines of a frame that gdb wrapped, as one.
struct WrappedFrame {
  private(set) var bytes: [UInt8] = []
  /// Whether the arguments are told to their end.
  private(set) var isClosed = false
  private var depth = 0

  init(_ line: Bytes) { take(line) }

  mutating func append(_ line: Bytes) {
    bytes.append(0x20)
    take(line)
  }

  private mutating func take(_ line: Bytes) {
    bytes += line
    for byte in line where !isClosed {
      if byte == "(" {
        depth += 1
      } else if byte == ")", depth > 0 {
        depth -= 1
        isClosed = depth == 0
      }
    }
  }
}
