import Reports

extension RepositoryProgress {
  /// What the cells of a repository's row say.
  struct Cells {
    var phase: String
    var amount: String
    var rate: String
    var left: String
    var result: String
  }

  /// Whether there is a bar to show.
  var isUnderWay: Bool {
    switch phase {
    case .resolving, .listing, .references, .fetching, .computing: true
    case .idle, .queued, .paused: false
    }
  }

  /// How much of the phase is done, 0 to 1; nil where that is not known.
  var share: Double? {
    guard isUnderWay, let total, total > 0 else { return nil }
    return min(1, max(0, Double(done) / Double(total)))
  }

  var words: Cells {
    Cells(
      phase: phaseWords, amount: amountWords, rate: rateWords,
      left: isUnderWay
        ? secondsLeft.map { "about \(Words.duration($0.rounded(.up)))" } ?? "" : "",
      result: resultWords)
  }

  private var resultWords: String {
    guard let lastResult else { return "never synced" }
    return (hasFailed ? "✕ " : "✓ ") + lastResult
  }

  private var phaseWords: String {
    switch phase {
    case .idle: "–"
    case .queued: "waiting"
    case .resolving: "finding the project"
    case .listing: "listing merge requests"
    case .references: "comparing branches"
    case .fetching: "fetching objects"
    case .computing: "computing diffs"
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
    guard isUnderWay else { return "" }
    guard done > 0 || total != nil else { return note ?? "" }
    let count = total.map { "\(Words.number(done)) of \(Words.number($0))" } ?? Words.number(done)
    return "\(count) \(things)" + (bytes > 0 ? ", \(Words.bytes(bytes))" : "")
      + (note.map { ". \($0)" } ?? "")
  }

  private var rateWords: String {
    guard isUnderWay else { return "" }
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

  /// The data of the event `sync`, in the words of the page: the script puts them into the row's cells.
  package var json: JSONValue {
    let words = words
    return .object([
      ("repositoryId", .integer(id)), ("repository", .string(path)),
      ("phase", .string(phase.rawValue)),
      ("done", .integer(done)), ("total", .optional(total)), ("bytes", .integer(bytes)),
      ("bytesPerSecond", Self.rounded(bytesPerSecond)), ("ratePerSecond", Self.rounded(perSecond)),
      ("secondsLeft", Self.rounded(secondsLeft)), ("failed", .bool(hasFailed)),
      ("lastEndedAt", .time(lastEndedAt)),
      ("share", share.map(JSONValue.number) ?? .null), ("underWay", .bool(isUnderWay)),
      (
        "cells",
        .object([
          ("phase", .string(words.phase)), ("amount", .string(words.amount)),
          ("rate", .string(words.rate)), ("left", .string(words.left)),
          ("result", .string(words.result)),
        ])
      ),
    ])
  }

  private static func rounded(_ number: Double?) -> JSONValue {
    number.map { .number(($0 * 10).rounded() / 10) } ?? .null
  }
}

extension SyncPage {
  /// The JSON twin of the page.
  package var json: JSONValue {
    .object([("repositories", .array(repositories.map(\.json)))])
  }
}
