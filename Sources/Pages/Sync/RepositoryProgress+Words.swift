import Reports

extension RepositoryProgress {
  /// What the cells of a repository's row say.
  struct Cells {
    var phase: String
    var amount: String
    var rate: String
    var left: String
  }

  /// Whether there is a bar to show.
  var isUnderWay: Bool {
    switch phase {
    case .resolving, .listing, .references, .fetching, .computing: true
    case .idle, .waiting, .done, .failed, .paused: false
    }
  }

  /// How much of the phase is done, 0 to 1; nil where that is not known.
  var share: Double? {
    guard isUnderWay, let total, total > 0 else { return nil }
    return min(1, max(0, Double(done) / Double(total)))
  }

  var words: Cells {
    let cells = Cells(phase: phaseWords, amount: "", rate: "", left: "")
    guard isUnderWay else { return cells }
    return Cells(
      phase: phaseWords, amount: amountWords, rate: rateWords,
      left: secondsLeft.map { "about \(Words.duration($0.rounded(.up)))" } ?? "")
  }

  private var phaseWords: String {
    switch phase {
    case .idle: "–"
    case .waiting: "waiting"
    case .resolving: "finding the project"
    case .listing: "listing merge requests"
    case .references: "comparing branches"
    case .fetching: "fetching objects"
    case .computing: "computing diffs"
    case .done: "✓ done"
    case .failed: "✕ failed"
    case .paused: "‖ paused"
    }
  }

  private var amountWords: String {
    let things =
      switch phase {
      case .listing: "merge requests"
      case .computing: "diffs"
      default: "objects"
      }
    guard done > 0 || total != nil else { return "" }
    let count = total.map { "\(Words.number(done)) of \(Words.number($0))" } ?? Words.number(done)
    return bytes > 0 ? "\(count) \(things), \(Words.bytes(bytes))" : "\(count) \(things)"
  }

  private var rateWords: String {
    var parts: [String] = []
    if let bytesPerSecond, let whole = Self.whole(bytesPerSecond) {
      parts.append("\(Words.bytes(whole))/s")
    }
    if let perSecond, let whole = Self.whole(perSecond) { parts.append("\(Words.number(whole))/s") }
    return parts.joined(separator: ", ")
  }

  private static func whole(_ rate: Double) -> Int? {
    rate.isFinite && rate >= 0 && rate < 1e15 ? Int(rate.rounded()) : nil
  }

  /// The data of the event `progress`, in the words of the page: the script puts them into the row's cells.
  package var json: JSONValue {
    let words = words
    return .object([
      ("id", .integer(id)), ("repository", .string(path)), ("baseUrl", .optional(baseURL)),
      ("phase", .string(phase.rawValue)),
      ("done", .integer(done)), ("total", .optional(total)),
      ("share", share.map(JSONValue.number) ?? .null), ("underWay", .bool(isUnderWay)),
      (
        "cells",
        .object([
          ("phase", .string(words.phase)), ("amount", .string(words.amount)),
          ("rate", .string(words.rate)), ("left", .string(words.left)),
          ("result", .string(lastResult ?? "none yet")),
        ])
      ),
    ])
  }
}

extension SyncPage {
  /// The data of the event `state`, which opens the stream and follows every change of the run as a whole, and the JSON
  /// twin of the page.
  package var json: JSONValue {
    .object([
      ("running", .bool(isRunning)), ("status", .string(statusLine)),
      ("repositories", .array(repositories.map(\.json))),
    ])
  }
}
