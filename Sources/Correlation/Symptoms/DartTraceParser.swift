/// Reads the stack traces of Dart and Flutter.
struct DartTraceParser: TraceParser {
  static let language = Symptom.Language.dart

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if line.first == "#" { return readFrame(content, &traces) }
    // Between the frames of two turns of the event loop.
    return traces.language == .dart && content.equals("<asynchronous suspension>")
  }

  /// `#1      _CartState.build.<anonymous closure> (package:acme_shop/src/cart.dart:12:3)`
  private func readFrame(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let (number, end) = content.number(at: content.startIndex + 1), content.at(end).isSpace,
      content.last == ")", let open = content.findLast(text: " ("), open > end
    else { return false }
    let place = content.slice(open + 2, content.endIndex - 1)
    guard let scheme = Scheme(place) else { return false }
    var location = Location(place.dropFirst(scheme.prefix.utf8.count))
    var isInApp: Bool?
    var path = location.path.text(atMost: 1_024)
    switch scheme {
    case .dart: isInApp = false
    case .file: break
    case .package:
      guard let slash = location.path.find("/") else { return false }
      for own: StaticString in ["flutter/", "flutter_test/", "flutter_web_plugins/"]
      where location.path.starts(own) { isInApp = false }
      // A package's own sources lie in its folder `lib`, which the address leaves out.
      path = location.path.before(slash).text + "/lib" + location.path.from(slash).text
    }
    location.path = Array(path.utf8)[...]
    var frame = RawFrame(function: content.slice(end, open), location: location)
    frame.isInApp = isInApp
    traces.add(frame, .dart, number: number)
    return true
  }

  private enum Scheme: CaseIterable {
    case package, dart, file

    var prefix: String {
      switch self {
      case .package: "package:"
      case .dart: "dart:"
      case .file: "file://"
      }
    }

    init?(_ place: Bytes) {
      guard let scheme = Self.allCases.first(where: { place.starts(with: $0.prefix.utf8) }) else {
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
