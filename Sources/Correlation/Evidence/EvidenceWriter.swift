import Cache
import Foundation
import SourceCode

/// Puts the observations on one merge request into words.
struct EvidenceWriter {
  let candidate: Candidate
  let observations: Observations
  let weights: Weights
  let traits: [SituationTrait]

  /// The features that tie a merge request to a place, the most telling first.
  private static let placed: [Feature] = [
    .line, .nearLine, .function, .topFile, .mention,
  ]

  /// The place that speaks most against it.
  var bestPlace: Place? {
    for feature in Self.placed {
      if let place = observations[feature].place { return place }
    }
    return nil
  }

  /// Its lines there, counted from 0.
  var bestLines: Range<Int>? {
    observations[.line].lines ?? observations[.nearLine].lines ?? observations[.function].lines
      ?? bestPlace?.line.map { $0..<($0 + 1) }
  }

  /// The file it changed most, where no place ties it to one.
  var firstFile: String {
    let file = candidate.files.max {
      (($0.additions ?? 0) + ($0.deletions ?? 0), $1.position)
        < (($1.additions ?? 0) + ($1.deletions ?? 0), $0.position)
    }
    return String(decoding: file?.path ?? [], as: UTF8.self)
  }

  /// The reasons, strongest first.
  var evidence: [Evidence] {
    Feature.allCases.compactMap { feature -> Evidence? in
      let observation = observations[feature]
      let weight = observation.value * weights.weight(of: feature, in: traits)
      guard weight > 0.02, let text = text(feature, observation) else { return nil }
      return Evidence(
        kind: "\(feature)", frame: observation.place?.frame,
        file: observation.place?.text ?? observation.file ?? firstFile,
        line: observation.place?.line.map { $0 + 1 }, weight: weight, text: text,
        amount: observation.amount, isMoved: observation.place?.isMoved ?? false)
    }.sorted { ($0.weight, $1.kind) > ($1.weight, $0.kind) }
  }

  private func text(_ feature: Feature, _ observation: Observation) -> String? {
    let place = observation.place
    let file = place?.text ?? firstFile
    let inFrame = place?.frame.map { " (frame \($0))" } ?? ""
    let function = place.flatMap { $0.function?.name ?? $0.name }
    let line = place?.line.map { "\($0 + 1)" } ?? "?"
    let amount = observation.amount ?? 0
    let newest = "is the \(Self.ordinal(amount))newest change"
    switch feature {
    case .line: return "wrote line \(line) of \(file) as it ran\(inFrame)"
    case .nearLine, .nearCrash:
      let lines = observation.lines.map { "\($0.lowerBound + 1)" } ?? line
      return "changed \(file) at line \(lines), near line \(line)\(inFrame)"
    case .newestAtLine: return "\(newest) around line \(line) of \(file)\(inFrame)"
    case .function, .crashFunction:
      return "changed the function \(function ?? "?") in \(file)\(inFrame)"
    case .functionShare:
      return "wrote a good part of the function \(function ?? "?") in \(file)\(inFrame)"
    case .newestInFunction:
      return "\(newest) of the function \(function ?? "?")\(inFrame)"
    case .functionHunks:
      return "changed the function \(function ?? "?") in \(Self.places(amount))\(inFrame)"
    case .functionPart:
      return "wrote much of what is new in the function \(function ?? "?")\(inFrame)"
    case .mentionHunks: return "changed \(file) in \(Self.places(amount))"
    case .calledByMentioned:
      return
        "changed \(observation.detail ?? "a function") in \(file), which another named file calls"
    case .likelyPart:
      let part =
        observation.value > 0.8 ? "most" : observation.value > 0.55 ? "much" : "a part"
      return "wrote \(part) of what is new in \(file)"
        + (observation.detail.map { " around \($0), where the other named files lead" } ?? "")
    case .topFile, .mention:
      let change = candidate.files.first { $0.path == place?.path }
      let counts =
        change.map {
          $0.additions == nil
            ? " (a binary file)" : " (+\($0.additions ?? 0) -\($0.deletions ?? 0))"
        } ?? ""
      return place?.frame != nil
        ? "changed \(file)\(counts), which is in frame \(place?.frame ?? 0)"
        : "changed \(file)\(counts), which the symptom names"
    case .newestInFile, .newestMention: return "\(newest) of \(file)"
    case .share: return "changed \(Self.lines(amount)) of \(file)"
    case .focus:
      return observation.value >= Self.most
        ? "changed mostly files that the symptom names" : "changed files that the symptom names"
    case .rarity:
      return amount == 1
        ? "is the only one that changed \(file) in the window"
        : "is one of \(amount) that changed \(file) in the window"
    case .directory: return "changed files beside \(file)"
    case .coChange: return "changed \(observation.detail ?? "what often changes with \(file)")"
    case .functionElsewhere:
      return "changed a function named \(observation.detail ?? "?"), which the symptom names"
    case .functionNamed:
      return "changed the function \(observation.detail ?? "?"), which the symptom speaks of"
    case .callee:
      return
        "changed \(observation.detail ?? "?"), which is called in \(function ?? file)\(inFrame)"
    case .titleWords: return "has words of the symptom in its title"
    case .descriptionWords: return "has words of the symptom in its description"
    case .pathWords: return "has words of the symptom in its paths"
    case .changeWords: return "has words of the symptom in its changed lines"
    case .words: return "shares rare words with the symptom"
    case .commitWords, .commitTitles, .messageWords:
      return "has words of the symptom in the messages of its commits"
    case .functionWords: return "changed functions whose names share words with the symptom"
    case .phrases: return "has words of the symptom near each other, as there"
    case .precedents:
      return
        "changed \(observation.file ?? file), as did older commits that speak of the same"
        + (observation.detail.map { ", such as \"\($0)\"" } ?? "")
    case .identifiers: return "uses code names that the symptom mentions"
    case .codeNames: return "has names of the trace in its changed lines"
    case .codeMentions: return "speaks of functions or files of the trace"
    case .recency: return "was merged \(age) before the incident"
    case .size: return "changed \(Self.lines(candidate.changedLines))"
    case .configuration: return "changed settings, dependencies or a database"
    case .named: return "is named by a later commit, \(observation.detail ?? "?")"
    case .age, .furtherFiles, .spread, .noProgram, .repair, .addition, .removal: return nil
    }
  }

  /// So much of a change is most of it.
  private static let most = 0.5

  private static func ordinal(_ number: Int) -> String {
    switch number {
    case ...1: ""
    case 2: "2nd "
    case 3: "3rd "
    default: "\(number)th "
    }
  }

  /// A number of lines, in words.
  static func lines(_ count: Int) -> String { count == 1 ? "1 line" : "\(count) lines" }

  private static func places(_ count: Int) -> String {
    count == 1 ? "one place" : "\(count) places"
  }

  private var age: String {
    let hours = candidate.ageDays * 24
    if hours < 1 { return "less than an hour" }
    if hours < 1.5 { return "an hour" }
    if hours < 48 { return "\(Int(hours.rounded())) hours" }
    return "\(Int(candidate.ageDays.rounded())) days"
  }
}
