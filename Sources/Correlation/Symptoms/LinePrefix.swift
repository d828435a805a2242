/// What containers, journals and terminals put in front of each line of a program's output.
struct LinePrefix {
  var time: Double?
  var hasTime = false
  var service: Bytes?
  var level: Symptom.LogLevel?
  /// Whether a build put the number of its step in front.
  var hasStep = false
  /// The program's own text; its indentation is kept.
  var rest: Bytes

  /// Takes the prefixes of docker, Kubernetes, compose, journald, syslog, dmesg and logcat off, and
  /// the `> ` of quoted text.
  init(_ line: Bytes) {
    rest = line
    for _ in 0..<4 {
      guard strip() else { return }
    }
  }

  private mutating func strip() -> Bool {
    let start = rest.skip(from: rest.startIndex) { $0.isSpace }
    let first = rest.at(start)
    switch first {
    case "<":
      // The priority of syslog: <34>1
      guard let (_, end) = rest.number(at: start + 1), rest.at(end) == ">", end - start < 5 else {
        return false
      }
      rest = rest.from(end + 1)
      if let (version, end) = rest.number(at: rest.startIndex), version < 10, rest.at(end) == " " {
        return structured(from: end + 1)
      }
      return true
    case ">":
      guard rest.at(start + 1) == " " else { return false }
      rest = rest.from(start + 2)
      return true
    case "[":
      return kubectl(start) || bracket(start)
    case "#":
      // BuildKit: #14 12.34 text
      guard !hasStep, let (_, end) = rest.number(at: start + 1), rest.at(end) == " " else {
        return false
      }
      return step(end + 1)
    case let byte where byte.isDigit || byte.isUpper:
      if !hasTime, let stamp = Timestamp(rest, at: start) { return stamped(stamp) }
      if !hasStep, step(start) { return true }
      return compose(start) || logcat(start)
    case let byte where byte.isLower:
      return compose(start) || stern(start)
    default:
      return false
    }
  }

  /// RFC 5424: time, host, application, process, message id, data, text.
  private mutating func structured(from start: Int) -> Bool {
    guard let stamp = Timestamp(rest, at: start) else { return false }
    time = stamp.seconds
    hasTime = true
    var at = stamp.end
    for index in 0..<4 {
      let word = rest.skip(from: at) { $0 == " " }
      at = rest.skip(from: word) { $0 != " " }
      if index == 1, !rest.slice(word, at).equals("-") { service = rest.slice(word, at) }
    }
    at = rest.skip(from: at) { $0 == " " }
    if rest.at(at) == "-" {
      at += 1
    } else if rest.at(at) == "[" {
      at = rest.closing(at, "[", "]") ?? at
    }
    rest = rest.from(at + (rest.at(at) == " " ? 1 : 0))
    return true
  }

  private mutating func bracket(_ start: Int) -> Bool {
    if !hasTime, let stamp = Timestamp(rest, at: start + 1) {
      guard let close = rest.find("]", from: stamp.end), close - stamp.end < 40 else {
        return false
      }
      time = stamp.seconds
      hasTime = true
      rest = rest.from(close + 1)
      return true
    }
    // dmesg: [  123.456789]
    let digits = rest.skip(from: start + 1) { $0 == " " }
    guard let (_, dot) = rest.number(at: digits), rest.at(dot) == ".",
      let (_, end) = rest.number(at: dot + 1), rest.at(end) == "]"
    else { return false }
    rest = rest.from(end + 1)
    return true
  }

  /// The seconds since a build's step began: `12.34 `.
  private mutating func step(_ start: Int) -> Bool {
    guard let (_, dot) = rest.number(at: start), rest.at(dot) == ".",
      let (_, end) = rest.number(at: dot + 1), 3...4 ~= end - dot,
      rest.at(end) == " " || end == rest.endIndex
    else { return false }
    hasStep = true
    rest = rest.from(end + 1)
    return true
  }

  private mutating func stamped(_ stamp: Timestamp) -> Bool {
    let isSyslog = rest.at(rest.skip(from: rest.startIndex) { $0.isSpace }).isUpper
    time = stamp.seconds
    hasTime = true
    var at = stamp.end
    // A zone's name, or a bracket that Rails and others close.
    if rest.at(at) == "]" { at += 1 }
    guard rest.at(at).isSpace || rest.at(at) == ":" || at == rest.endIndex else {
      rest = rest.from(at)
      return true
    }
    for stream: StaticString in [" stdout ", " stderr "] where rest.has(stream, at: at) {
      // Kubernetes: stdout F
      let flag = at + 8
      if rest.at(flag) == "F" || rest.at(flag) == "P", rest.at(flag + 1) == " " { at = flag + 1 }
    }
    rest = rest.from(at + 1)
    takeUnit(isRequired: isSyslog)
    return true
  }

  /// `host unit[12]: ` behind a time.
  private mutating func takeUnit(isRequired: Bool) {
    guard rest.first?.isWord == true else { return }
    let host = rest.skip(from: rest.startIndex) { $0.isWord || $0 == "-" || $0 == "." }
    guard rest.at(host) == " ", rest.at(host + 1).isWord else { return }
    let start = host + 1
    let end = rest.skip(from: start) {
      $0.isWord || $0 == "-" || $0 == "." || $0 == "/" || $0 == "@"
    }
    var at = end
    if rest.at(at) == "[", let (_, close) = rest.number(at: at + 1), rest.at(close) == "]" {
      at = close + 1
    } else if !isRequired {
      return
    }
    guard rest.has(": ", at: at) || rest.at(at) == ":" && at + 1 == rest.endIndex else {
      return
    }
    service = rest.slice(start, end)
    rest = rest.from(at + 2)
  }

  /// `checkout-api-1  | `
  private mutating func compose(_ start: Int) -> Bool {
    let end = rest.skip(from: start) { $0.isWord || $0 == "-" || $0 == "." }
    guard end - start < 64, end > start, service == nil else { return false }
    let bar = rest.skip(from: end) { $0 == " " }
    guard bar > end, rest.at(bar) == "|", rest.at(bar + 1) == " " || bar + 1 == rest.endIndex
    else { return false }
    var name = rest.slice(start, end)
    // The number of the container: api-1, api_1
    if let dash = name.lastIndex(where: { $0 == "-" || $0 == "_" }),
      FunctionName.allDigits(name.from(dash + 1)), dash > name.startIndex
    {
      name = name.before(dash)
    }
    service = name
    rest = rest.from(bar + 2)
    return true
  }

  /// `E/AndroidRuntime( 123): `, or behind the time ` 123  456 E AndroidRuntime: `
  private mutating func logcat(_ start: Int) -> Bool {
    var at = start
    if rest[at].isDigit, hasTime {
      for _ in 0..<2 {
        guard let (_, end) = rest.number(at: at) else { return false }
        at = rest.skip(from: end) { $0 == " " }
      }
      guard rest.at(at).isUpper, rest.at(at + 1) == " " else { return false }
    } else {
      guard rest.at(at + 1) == "/" else { return false }
    }
    let levels: [UInt8: Symptom.LogLevel] = [
      0x56: .trace, 0x44: .debug, 0x49: .info, 0x57: .warning, 0x45: .error, 0x46: .fatal,
    ]
    guard let level = levels[rest[at]], let colon = rest.find(text: ": ", from: at),
      colon - at < 60
    else { return false }
    self.level = level
    rest = rest.from(colon + 2)
    return true
  }
}
