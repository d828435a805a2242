/// Reads the stack traces of Dart and Flutter.
struct DartTraceParser: TraceParser {
  static let language = Symptom.Language.dart

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if line.first == "#" { return readFrame(content, &traces) }
    if let frame = Self.terse(content) {
      traces.add(frame, .dart)
      return true
    }
    // Between the frames of two turns of the event loop.
    return traces.language == .dart && content.equals("<asynchronous suspension>")
  }

  /// `#1      _CartState.build.<anonymous closure> (package:acme_shop/src/cart.dart:12:3)`
  private func readFrame(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let (number, end) = content.number(at: content.startIndex + 1), content.at(end).isSpace,
      content.last == ")", let open = content.findLast(text: " ("), open > end
    else { return false }
    let place = content.slice(open + 2, content.endIndex - 1)
    guard let frame = Self.frame(content.slice(end, open), place) else { return false }
    traces.add(frame, .dart, number: number)
    return true
  }

  /// The form of the package `stack_trace`: `package:acme_shop/src/cart.dart 12:3   _CartState.build`
  private static func terse(_ content: Bytes) -> RawFrame? {
    guard let ending = content.find(text: ".dart "), content.count < 2_000,
      let (line, colon) = content.number(at: ending + 6), content.at(colon) == ":",
      let (column, end) = content.number(at: colon + 1), content.has("  ", at: end),
      !content.before(ending).contains(where: \.isSpace)
    else { return nil }
    let name = content.from(end).trimmed
    let path = content.before(ending + 5)
    var found = Scheme(path) == nil ? RawFrame(function: name, location: Location(path)) : nil
    found = found ?? frame(name, path)
    found?.line = line
    found?.column = column
    return found
  }

  /// A function and its place, which begins with a scheme.
  private static func frame(_ function: Bytes, _ place: Bytes) -> RawFrame? {
    guard let scheme = Scheme(place) else { return nil }
    let location = Location(place.dropFirst(scheme.rawValue.utf8.count))
    var frame = RawFrame(function: function, location: location)
    switch scheme {
    case .dart: frame.isInApp = false
    case .file: break
    case .package:
      guard let slash = location.path.find("/") else { return nil }
      for own: StaticString in ["flutter/", "flutter_test/", "flutter_web_plugins/"]
      where location.path.starts(own) { frame.isInApp = false }
      // A package's own sources lie in its folder `lib`, which the address leaves out.
      frame.path =
        location.path.before(slash).text(atMost: 200) + "/lib"
        + location.path.from(slash).text(atMost: 1_024)
    }
    return frame
  }

  private enum Scheme: String, CaseIterable {
    case package = "package:"
    case dart = "dart:"
    case file = "file://"

    init?(_ place: Bytes) {
      guard let scheme = Self.allCases.first(where: { place.starts(with: $0.rawValue.utf8) }) else {
        return nil
      }
      self = scheme
    }
  }
}

extension FunctionName {
  /// `new Pool.of`, `_CartState.build.<anonymous closure>`.
  static func dart(_ bytes: Bytes) -> [Bytes] {
    let name = bytes.starts("new ") ? bytes.dropFirst(4) : bytes
    return split(without(name, "<", ">"), ".")
  }
}
