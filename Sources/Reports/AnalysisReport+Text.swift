import Cache
import Correlation
import Foundation

extension AnalysisReport {
  /// Suspects that are told of at length, and the confidence from which on one that is not the first is.
  private static let detailed = 3
  private static let leastConfidence = 0.02
  /// Suspects that are shown where none is a good one.
  private static let nearest = 3
  /// Exonerated merge requests that are named.
  private static let exonerated = 5
  /// The margin of what belongs to a suspect.
  private static let margin = "   "

  /// The answer for a terminal of 80 columns.
  public var text: String {
    var text = TerminalText.wrapped(Self.safe(headline))
    for note in notes { text += TerminalText.wrapped(Self.safe(note), first: "Note: ", indent: 6) }
    if analysis.hasGoodSuspect {
      let detailed = analysis.suspects.prefix(Self.detailed).enumerated().prefix {
        $0.offset == 0 || $0.element.confidence >= Self.leastConfidence
      }
      for (rank, suspect) in detailed { text += detail(rank + 1, suspect) }
      text += list("Less likely:", analysis.suspects.dropFirst(detailed.count))
    } else {
      text += "\n" + TerminalText.wrapped("No good suspect. " + Self.safe(reasonForNone))
      let near = nearest.prefix(Self.nearest)
      if !near.isEmpty { text += "\nNearest, though it does not convince:\n" }
      for suspect in near { text += summary(suspect) }
    }
    if !analysis.exonerations.isEmpty {
      text += "\nNot suspected:\n"
      for exoneration in analysis.exonerations.prefix(Self.exonerated) {
        let name = name(exoneration.repository, exoneration.mergeRequest)
        text += TerminalText.wrapped(
          "\(name): \(Self.safe(exoneration.reason))", first: Self.margin, indent: 3)
      }
      let more = analysis.exonerations.count - Self.exonerated
      if more > 0 { text += "\(Self.margin)and \(more) more, which --json lists\n" }
    }
    text += "\n"
    for line in basis { text += TerminalText.wrapped(Self.safe(line)) }
    return text
  }

  private static func safe(_ text: String) -> String { TerminalText.safe(text) }

  private func name(_ repository: String, _ request: CachedMergeRequest) -> String {
    Self.safe("\(reference(repository, request)) \(request.title)")
  }

  private func detail(_ rank: Int, _ suspect: Suspect) -> String {
    let request = suspect.mergeRequest
    let number = "\(rank). "
    var text =
      "\n"
      + TerminalText.wrapped(
        name(suspect.repository, request), first: number, indent: number.count)
    text += lines("\(circumstances(suspect)), confidence \(percent(suspect.confidence))")
    if let url = request.webURL { text += lines(url) }
    text += lines(suspect.explanation)
    guard !suspect.snippet.isEmpty else { return text }
    text += "\n" + lines(place(suspect))
    let digits = suspect.snippet.last.map { "\($0.number)".count } ?? 0
    for line in suspect.snippet {
      let number = "\(line.number)"
      let marks = (line.isNamed ? ">" : " ") + (line.isChanged ? "+" : " ")
      let start =
        "\(Self.margin)\(marks) \(String(repeating: " ", count: digits - number.count))\(number)  "
      let code = Self.safe(Self.spaced(line.text))
      let fitted = TerminalText.fitted(start + code, columns: TerminalText.columns)
      text += fitted.reversed().drop { $0 == " " }.reversed() + "\n"
    }
    return text
  }

  private func lines(_ text: String) -> String {
    TerminalText.wrapped(Self.safe(text), first: Self.margin, indent: 3)
  }

  /// What is told of a suspect that does not convince.
  private func summary(_ suspect: Suspect) -> String {
    var text = row(suspect)
    if let url = suspect.mergeRequest.webURL {
      text += TerminalText.wrapped(Self.safe(url), first: "         ", indent: 9)
    }
    return text
      + TerminalText.wrapped(Self.safe(suspect.explanation), first: "         ", indent: 9)
  }

  private func row(_ suspect: Suspect) -> String {
    let share = percent(suspect.confidence)
    let start = String(repeating: " ", count: max(0, 7 - share.count)) + share + "  "
    return TerminalText.fitted(
      start + name(suspect.repository, suspect.mergeRequest), columns: TerminalText.columns) + "\n"
  }

  private func list(_ title: String, _ suspects: ArraySlice<Suspect>) -> String {
    suspects.isEmpty ? "" : "\n\(title)\n" + suspects.map(row).joined()
  }

  /// A line of code with its tabs as spaces.
  static func spaced(_ text: String) -> String {
    guard text.utf8.contains(9) else { return text }
    var result = ""
    var column = 0
    for character in text {
      if character == "\t" {
        let count = 4 - column % 4
        result += String(repeating: " ", count: count)
        column += count
      } else {
        result.append(character)
        column += 1
      }
    }
    return result
  }
}

// MARK: What text and page have in common

extension AnalysisReport {
  /// The most repositories that are named.
  private static let namedRepositories = 5

  /// What was looked at, a sentence.
  var headline: String {
    "\(Count.of(analysis.candidates, "merge request")) of the "
      + "\(Count.of(analysis.lookbackDays, "day")) before \(UTCTime.text(analysis.at)) in "
      + "\(region) \(analysis.candidates == 1 ? "is a candidate." : "are candidates.")"
  }

  /// The repositories, and the directories that alone were looked at.
  private var region: String {
    guard analysis.repositories.count <= Self.namedRepositories else {
      let parts = analysis.pathPrefixes.count
      return "\(analysis.repositories.count) repositories"
        + (parts == 0 ? "" : " (in parts alone of \(parts) of them)")
    }
    return analysis.repositories.map { name in
      analysis.pathPrefixes[name].map { "\(name) below \(Self.listed($0))" } ?? name
    }.joined(separator: ", ")
  }

  /// The first of some directories, and how many more there are.
  private static func listed(_ directories: [String]) -> String {
    let shown = 3
    guard directories.count > 1 else { return directories.first ?? "" }
    guard directories.count > shown else {
      return directories.dropLast().joined(separator: ", ") + " and \(directories.last ?? "")"
    }
    return directories.prefix(shown).joined(separator: ", ")
      + " and \(directories.count - shown) more"
  }

  /// Why there is no good suspect.
  var reasonForNone: String { analysis.explanation ?? "" }

  /// Suspects that more than their age speaks against.
  var nearest: [Suspect] {
    let common: Set<String> = ["recency", "size", "configuration"]
    return analysis.suspects.filter { suspect in
      suspect.evidence.contains { !common.contains($0.kind) }
    }
  }

  /// `!12`, or with its project where several were looked at.
  func reference(_ repository: String, _ request: CachedMergeRequest) -> String {
    analysis.repositories.count > 1 ? "\(repository)!\(request.iid)" : "!\(request.iid)"
  }

  /// Who merged it when.
  func circumstances(_ suspect: Suspect) -> String {
    let request = suspect.mergeRequest
    var text = request.authorName ?? request.authorUsername ?? "unknown author"
    if let merged = request.mergedAt {
      text +=
        ", merged \(UTCTime.text(merged)) (\(Self.span(analysis.at.timeIntervalSince(merged))) before)"
    }
    return text
  }

  /// The file and function of a suspect's lines.
  func place(_ suspect: Suspect) -> String {
    suspect.file + (suspect.function.map { ", \($0)" } ?? "")
      + (suspect.snippet.contains(where: \.isChanged) ? "" : ", where it took lines out")
  }

  /// What the answer stood on: commits and their refs, the symptom's size, the rules.
  var basis: [String] {
    var lines: [String] = []
    var revisions = analysis.revisions.sorted { $0.key < $1.key }
    if revisions.count > Self.namedRepositories {
      // Of many, those matter that the first suspects are of.
      let suspected = Set(analysis.suspects.prefix(Self.namedRepositories).map(\.repository))
      revisions.removeAll { !suspected.contains($0.key) }
    }
    for (repository, sha) in revisions {
      let refs = analysis.references.filter { $0.repository == repository }.map {
        "\($0.name) is \($0.sha.prefix(12))"
      }
      lines.append(
        "Read \(repository) at \(sha.prefix(12))"
          + (refs.isEmpty ? "" : ", where \(refs.joined(separator: ", "))") + ".")
    }
    let others = analysis.revisions.count - revisions.count
    if others > 0 {
      lines.append(
        "Read \(Count.of(others, "repository", "repositories")) more, at commits that the JSON lists."
      )
    }
    var symptom =
      "The symptom has "
      + (analysis.frames == 0 ? "no frames" : Count.of(analysis.frames, "frame"))
    if !analysis.services.isEmpty {
      symptom += " and names \(analysis.services.prefix(5).joined(separator: ", "))"
      if analysis.services.count > 5 { symptom += " and \(analysis.services.count - 5) more" }
    }
    lines.append(symptom + ".")
    var rules = "Rules of version \(Analyzer.algorithmVersion), "
    if let weights {
      rules +=
        "weights fitted to \(Count.of(weights.cases, "past regression")) of this repository."
    } else {
      rules += "standard weights."
    }
    lines.append(rules)
    return lines
  }

  func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  private static func span(_ seconds: Double) -> String {
    let hours = max(0, seconds / 3600)
    if hours < 1 { return "less than an hour" }
    if hours < 48 { return Count.of(Int(hours.rounded()), "hour") }
    return Count.of(Int((hours / 24).rounded()), "day")
  }
}
