@testable import Correlation

/// The frames of a trace as `function path:line`, with `-` for what is unknown.
func calls(_ symptom: Symptom, _ trace: Int = 0) -> [String] {
  guard symptom.traces.indices.contains(trace) else { return [] }
  return symptom.frames(of: symptom.traces[trace]).map { frame in
    let line = frame.line.map { ":\($0)" } ?? ""
    return "\(frame.function?.qualified ?? "-") \(frame.path ?? "-")\(line)"
  }
}

/// The frame where the root cause of the first chain broke.
func crash(_ symptom: Symptom) -> Symptom.Frame? {
  guard let root = symptom.traces.first(where: \.isRootCause) else { return nil }
  return symptom.frames(of: root).min { $0.depth < $1.depth }
}

/// The function's own name in one language's form.
func name(_ raw: String, _ language: Symptom.Language) -> String? {
  FunctionName(raw, language: language)?.name
}

/// The function's name with what stands around it.
func qualified(_ raw: String, _ language: Symptom.Language) -> String? {
  FunctionName(raw, language: language)?.qualified
}

extension Array {
  /// The element, or nil outside.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
