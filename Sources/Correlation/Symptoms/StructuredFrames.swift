/// Frames that JSON lists, and the exception they are of.
struct FrameList {
  var frames: [RawFrame]
  var language: Symptom.Language
  var type: String?
  var message: String?
  var isInnermostLast = false
  /// Whether its list of exceptions begins with the cause of the others.
  var isSentrys = false
  var kind = Symptom.Trace.Kind.failure
  var link = TraceAssembler.Link.none
  /// Whether the exception of the record is its own.
  var isThread = false
}

/// Reads frames that are JSON objects, as in events of Sentry and logs of zap or slog.
enum StructuredFrames {
  private static let fileKeys: [StaticString] = [
    "filename", "file", "abspath", "path", "source", "sourcefile",
  ]
  private static let functionKeys: [StaticString] = [
    "function", "func", "method", "methodname", "name", "functionname", "symbol",
  ]
  private static let lineKeys: [StaticString] = ["lineno", "line", "linenumber", "sourceline"]
  /// What lists of frames are called.
  private static let listKeys: [StaticString] = [
    "frames", "stacktrace", "parsedstack", "backtrace", "callstack", "lastexceptionbacktrace",
  ]
  /// What findings of tools and lines of logs have, and frames have not.
  private static let foreignKeys: [StaticString] = [
    "message", "msg", "ruleid", "description", "checkname", "error",
  ]
  private static let mostFrames = 4_096
  /// The elements of a list that are asked what they are.
  private static let sample = 32

  /// Whether the elements look like frames.
  static func isFrames(_ elements: [JSONValue], _ key: Bytes = []) -> Bool {
    guard let first = elements.first, case .object = first, first.member(foreignKeys) == nil else {
      return false
    }
    let isList = listKeys.contains { key.isCalled($0) }
    guard isList || first.text(of: fileKeys) != nil else { return false }
    return elements.prefix(isList ? sample : 1).contains { element in
      if element.text(of: functionKeys) != nil {
        return isList || element.text(of: fileKeys) != nil
      }
      return element.text(of: fileKeys) != nil && element.text(of: lineKeys) != nil
    }
  }

  /// Whether the owner of `frames` is of a tool that ends them with the innermost: structlog, Rollbar.
  static func isInnermostLast(_ owner: JSONValue) -> Bool {
    owner["exc_type"] != nil || owner["exception"]?.member(["class", "message"]) != nil
  }

  /// The frames of a list.
  ///
  /// - Parameter images: The libraries that frames name by their number.
  static func list(
    _ elements: [JSONValue], of owner: JSONValue, images: JSONValue? = nil, isInnermostLast: Bool
  ) -> FrameList {
    let elements = elements.prefix(mostFrames)
    var list = FrameList(
      frames: elements.map { raw($0, images) }, language: language(of: elements))
    list.isInnermostLast = isInnermostLast
    list.isSentrys = isInnermostLast && owner["frames"] == nil
    let exception = owner["exception"] ?? .null
    list.type =
      owner.text(of: typeKeys) ?? exception.text(of: typeKeys)
      ?? owner.text(of: ["kind", "exception"])
    list.message = owner.text(of: messageKeys) ?? exception.text(of: messageKeys)
    return list
  }

  private static let typeKeys: [StaticString] = [
    "type", "class", "errorclass", "exctype", "typename", "exceptiontype",
  ]
  private static let messageKeys: [StaticString] = ["value", "message", "msg", "excvalue"]

  /// The frames of texts that are all a path with a line; `nil` where they are not.
  static func list(ofPlaces texts: [[UInt8]], of owner: JSONValue) -> FrameList? {
    var places = texts.map { Location($0[...]) }
    guard !places.isEmpty, places.allSatisfy({ $0.line != nil && PlaceText.isSource($0.path) })
    else { return nil }
    // Where it was thrown stands beside the calls that led there.
    if let text = owner["file"]?.text(atMost: 1_024) {
      let thrown = Location(text[...])
      if thrown.line != nil, PlaceText.isSource(thrown.path) { places.insert(thrown, at: 0) }
    }
    var list = FrameList(
      frames: places.map { RawFrame(location: $0) },
      language: places.lazy.compactMap { language(ofPath: $0.path.text) }.first ?? .native)
    list.type = owner.text(of: typeKeys)
    list.message = owner.text(of: messageKeys)
    return list
  }

  /// Adds the frames as a trace.
  static func read(_ list: FrameList, type: String?, into traces: inout TraceAssembler) {
    traces.begin(
      list.language, type: list.type ?? (list.isThread && list.kind == .failure ? type : nil),
      message: list.message, kind: list.kind, link: list.link)
    traces.update { $0.isInnermostLast = list.isInnermostLast }
    for frame in list.frames { traces.add(frame, list.language) }
    traces.close()
  }

  private static func raw(_ object: JSONValue, _ images: JSONValue?) -> RawFrame {
    var frame = RawFrame()
    frame.function = object.text(of: functionKeys)
    frame.path = object.text(of: fileKeys)
    frame.line = object.number(of: lineKeys)
    frame.source = object.text(of: ["contextline"])
    frame.column = object.text(of: ["colno", "column", "columnnumber"]).flatMap { Int($0) }
    frame.isInApp = object.text(of: ["inapp", "inproject"]).map { $0 == "true" }
    if let owner = object.text(of: ["declaringclass", "classname", "class"])
      ?? object.text(of: ["module"]),
      let function = frame.function, !function.contains(".")
    {
      frame.module = owner
    }
    if case .array(let images)? = images, let index = object.text(of: ["imageindex"]),
      let place = Int(index), images.indices.contains(place)
    {
      frame.module = images[place].text(of: ["name"])
    }
    return frame
  }

  private static func language(of frames: ArraySlice<JSONValue>) -> Symptom.Language {
    frames.lazy.compactMap { $0.text(of: fileKeys).flatMap { language(ofPath: $0) } }.first
      ?? .native
  }

  private static func language(ofPath file: String) -> Symptom.Language? {
    guard let dot = file.lastIndex(of: ".") else { return nil }
    return switch file[file.index(after: dot)...] {
    case "py": .python
    case "js", "ts", "mjs", "cjs", "jsx", "tsx", "vue": .javaScript
    case "java", "kt", "scala", "groovy": .jvm
    case "go": .go
    case "rb", "rake", "erb": .ruby
    case "php": .php
    case "cs", "fs", "vb": .dotNet
    case "rs": .rust
    case "swift": .swift
    case "dart": .dart
    case "c", "cc", "cpp", "h", "hpp", "m": .native
    default: nil
    }
  }
}
