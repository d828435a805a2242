/// Reads Rust's panics, with and without a backtrace, and those of anyhow and eyre.
struct RustTraceParser: TraceParser {
  static let language = Symptom.Language.rust

  private var awaitsMessage = false
  private var awaitsLocation = false
  private var isInBacktrace = false
  /// Whether the open trace began with a place that a report names.
  private var isPlaced = false

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if content.starts("thread "), let panicked = content.find(text: "panicked at ") {
      readPanic(content.from(panicked + 12), &traces)
      return true
    }
    if content.starts("stack backtrace:") || content.starts("Stack backtrace:") {
      awaitsMessage = false
      isInBacktrace = true
      if traces.language != .rust || traces.open?.isEmpty == false {
        let error = traces.lastText.flatMap { text -> String? in
          text.starts("Error: ") ? text.dropFirst(7).text(atMost: 1_000) : nil
        }
        traces.begin(.rust, message: error)
      }
      return true
    }
    if content.contains(text: "━ BACKTRACE ━") || content.contains(text: "━ SPANTRACE ━") {
      isInBacktrace = true
      awaitsLocation = false
      let isOpen = traces.language == .rust && traces.interruption < 8
      if isOpen, traces.open?.isEmpty == true || isPlaced && traces.open?.total == 1 {
        // The frames follow the place that was reported.
        traces.update { _ in }
      } else {
        traces.begin(.rust, link: isOpen ? .sibling : .none)
      }
      isPlaced = false
      return true
    }
    if let location = Self.reportedPlace(content, traces.lastText) {
      traces.begin(.rust, type: "error")
      traces.add(RawFrame(location: location), .rust)
      isInBacktrace = false
      isPlaced = true
      return true
    }
    guard isInBacktrace || traces.language == .rust || Self.isAddressed(line) else { return false }
    if awaitsMessage, traces.language == .rust, !content.starts("note: ") {
      awaitsMessage = false
      let message = content.text(atMost: 1_000)
      traces.update { $0.message = message }
      return true
    }
    if content.starts("note: ") {
      guard traces.language == .rust else { return false }
      awaitsMessage = false
      return true
    }
    if awaitsLocation, content.starts("at "), traces.language == .rust {
      let location = Location(content.dropFirst(3).trimmed)
      guard location.isPlausible else { return false }
      awaitsLocation = false
      traces.update {
        $0.updateLast {
          $0.path = location.path.text(atMost: 1_024)
          $0.line = location.line
          $0.column = location.column
        }
      }
      return true
    }
    return readFrame(line, &traces)
  }

  /// `   3: acme::pool::take`, `   3:     0x55d0c1 - acme::pool::take`
  private mutating func readFrame(_ line: SymptomLine, _ traces: inout TraceAssembler) -> Bool {
    let content = line.content
    guard line.first.isDigit, let (number, end) = content.number(at: content.startIndex),
      content.has(": ", at: end)
    else {
      if content.starts("[... omitted") || content.starts("⋮ ") {
        return traces.language == .rust
      }
      return false
    }
    var name = content.from(end + 2).trimmed
    // The fields of a span.
    if let fields = name.find(text: " with ") { name = name.before(fields) }
    if name.starts("0x"), let dash = name.find(text: " - ") { name = name.from(dash + 3) }
    guard !name.isEmpty else { return false }
    if name.equals("<unknown>") { return traces.language == .rust }
    traces.add(RawFrame(function: name), .rust, number: number)
    awaitsMessage = false
    awaitsLocation = true
    isInBacktrace = true
    return true
  }

  /// The place that color-eyre reports: `Location: src/pool.rs:12`, or on the line below.
  private static func reportedPlace(_ content: Bytes, _ last: Bytes?) -> Location? {
    var place = content
    if content.starts("Location: ") {
      place = content.dropFirst(10).trimmed
    } else if last?.equals("Location:") != true {
      return nil
    }
    let location = Location(place)
    guard location.line != nil, location.path.ends(".rs"),
      !location.path.contains(where: \.isSpace)
    else { return nil }
    return location
  }

  /// Whether a line is a frame also without the words that begin a backtrace: `  12:     0x7f6180c46aaa - acme::take`.
  private static func isAddressed(_ line: SymptomLine) -> Bool {
    let content = line.content
    guard line.first.isDigit, let (_, end) = content.number(at: content.startIndex),
      content.at(end) == ":"
    else { return false }
    let address = content.skip(from: end + 1) { $0 == " " }
    guard address - end > 2, content.has("0x", at: address) else { return false }
    return content.has(" - ", at: content.skip(from: address + 2) { $0.isHex })
  }

  /// `src/pool.rs:12:3:`, or of older compilers `'message', src/pool.rs:12:3`
  private mutating func readPanic(_ text: Bytes, _ traces: inout TraceAssembler) {
    var message: Bytes?
    var place = text
    if text.first == "'", let quote = text.findLast(text: "', ") {
      message = text.slice(text.startIndex + 1, quote)
      place = text.from(quote + 3)
    } else if place.last == ":" {
      place = place.dropLast()
    }
    traces.begin(.rust, type: "panic", message: message?.text(atMost: 1_000))
    let location = Location(place)
    if location.line != nil, location.isPlausible {
      traces.setLocation(RawFrame(location: location))
    }
    awaitsMessage = message == nil
    awaitsLocation = false
    isInBacktrace = false
  }
}
