/// Reads frames that are JSON objects, as in events of Sentry and logs of zap or slog.
enum StructuredFrames {
  private static let fileKeys: [StaticString] = [
    "filename", "file", "abs_path", "fileName", "path", "source", "file_name",
  ]
  private static let functionKeys: [StaticString] = [
    "function", "func", "method", "methodName", "name", "function_name",
  ]
  private static let lineKeys: [StaticString] = ["lineno", "line", "lineNumber", "line_number"]

  /// Whether the elements look like frames.
  static func isFrames(_ elements: [JSONValue]) -> Bool {
    guard let first = elements.first else { return false }
    return value(first, fileKeys) != nil
      && (value(first, lineKeys) != nil || value(first, functionKeys) != nil)
  }

  /// Reads the first list of frames in an object.
  static func read(_ object: JSONValue, into traces: inout TraceAssembler) {
    guard case .object(let members) = object else { return }
    var lists: [(frames: [JSONValue], isInnermostLast: Bool)] = []
    if case .array(let frames)? = object["stacktrace"]?["frames"] {
      lists.append((frames, true))
    } else {
      for (_, member) in members {
        if case .array(let frames) = member, isFrames(frames) { lists.append((frames, false)) }
      }
    }
    for (frames, isInnermostLast) in lists.prefix(8) {
      // Sentry orders the frames from the outermost on, and so their exceptions.
      let language = language(of: frames)
      traces.begin(
        language, type: text(object, ["type", "class", "kind"]),
        message: text(object, ["value", "message", "msg"]),
        link: isInnermostLast ? .consequence : .none)
      traces.update { $0.isInnermostLast = isInnermostLast }
      for frame in frames.prefix(4_096) {
        traces.add(raw(frame), language)
      }
      traces.close()
    }
  }

  private static func raw(_ object: JSONValue) -> RawFrame {
    var frame = RawFrame()
    frame.function = text(object, functionKeys)
    frame.path = text(object, fileKeys)
    frame.line = text(object, lineKeys).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    frame.column = text(object, ["colno", "column"]).flatMap { Int($0) }
    frame.isInApp = text(object, ["in_app", "inApp"]).map { $0 == "true" }
    frame.source = text(object, ["context_line"])
    if let owner = text(object, ["declaringClass", "className", "class"])
      ?? text(object, ["module"]),
      let function = frame.function, !function.contains(".")
    {
      frame.module = owner
    }
    return frame
  }

  private static func language(of frames: [JSONValue]) -> Symptom.Language {
    for frame in frames {
      guard let file = text(frame, fileKeys), let dot = file.lastIndex(of: ".") else { continue }
      switch file[file.index(after: dot)...] {
      case "py": return .python
      case "js", "ts", "mjs", "cjs", "jsx", "tsx", "vue": return .javaScript
      case "java", "kt", "scala", "groovy": return .jvm
      case "go": return .go
      case "rb", "rake", "erb": return .ruby
      case "php": return .php
      case "cs", "fs", "vb": return .dotNet
      case "rs": return .rust
      case "swift": return .swift
      case "dart": return .dart
      case "c", "cc", "cpp", "h", "hpp", "m": return .native
      default: continue
      }
    }
    return .native
  }

  private static func value(_ object: JSONValue, _ keys: [StaticString]) -> JSONValue? {
    for key in keys {
      if let value = object[key] { return value }
    }
    return nil
  }

  private static func text(_ object: JSONValue, _ keys: [StaticString]) -> String? {
    for key in keys {
      if let text = object[key]?.text(atMost: 1_000), !text.isEmpty { return text[...].text }
    }
    return nil
  }
}
