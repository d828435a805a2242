/// Puts the evidence against a suspect into two sentences that a person would say: where it touched what broke, and what
/// else speaks against it.
struct Explanation {
  private let suspect: Suspect
  /// The strongest first.
  private let evidence: [Evidence]
  /// What is known of the place where it broke.
  private let crash: Evidence?

  init(_ suspect: Suspect) {
    self.suspect = suspect
    evidence = suspect.evidence
    crash = evidence.first {
      $0.frame != nil && ["nearCrash", "crashFunction", "topFile"].contains($0.kind)
    }
  }

  /// What ties a suspect to a place, the most particular first.
  private static let placed = [
    ["line"], ["nearCrash", "nearLine"], ["crashFunction", "function", "functionShare"],
    ["topFile", "files", "mention"],
  ]
  /// What is said already where a place is named.
  private static let implied: Set<String> = [
    "line", "nearCrash", "nearLine", "crashFunction", "function", "functionShare", "topFile",
    "files", "mention", "functionElsewhere", "directory", "size",
  ]

  var text: String {
    for kinds in Self.placed {
      guard let found = evidence.first(where: { kinds.contains($0.kind) }) else { continue }
      let left = evidence.filter { other in
        !Self.implied.contains(other.kind)
          && !(found.kind == "line" && other.kind == "newestAtLine")
      }
      return sentence(found) + second(left, at: found)
    }
    guard let first = evidence.first(where: { $0.kind != "size" }) ?? evidence.first else {
      return "It was merged in the window."
    }
    let left = evidence.filter { $0.kind != first.kind && $0.kind != "size" }
    return "It \(first.text)." + second(left, at: first)
  }

  private func sentence(_ found: Evidence) -> String {
    let file = Self.name(found.file)
    let line = found.line.map { "\($0)" } ?? "?"
    switch found.kind {
    case "line": return "It wrote line \(line) of \(file), \(place(found))."
    case "nearCrash", "nearLine":
      guard suspect.file == found.file, let named = found.line, let lines = suspect.lines else {
        return "It changed \(file) near line \(line), \(place(found))."
      }
      let distance = max(lines.lowerBound - named, named - lines.upperBound, 0)
      if distance == 0 {
        let wrote = suspect.snippet.contains { $0.isNamed && $0.isChanged }
        return
          "It \(wrote ? "wrote" : "took lines out at") line \(line) of \(file), \(place(found))."
      }
      let nearest = named > lines.upperBound ? lines.upperBound : lines.lowerBound
      let far = distance == 1 ? "next to" : "\(distance) lines from"
      let change = tookOut ? "took lines out at" : "changed"
      return "It \(change) line \(nearest) of \(file), \(far) line \(line), \(place(found))."
    case "crashFunction", "function", "functionShare":
      guard suspect.file == found.file, let function = suspect.function else {
        return "It \(found.text)."
      }
      return "It changed \(function) in \(file), \(place(found))."
    case "topFile", "files": return "It changed \(file), \(place(found))."
    default: return "It changed \(file), which the symptom names."
    }
  }

  private func place(_ found: Evidence) -> String {
    guard let frame = found.frame else { return "which the symptom names" }
    let here = frame == crash?.frame
    if found.isMoved {
      return here
        ? "in the function where the trace breaks"
        : "in the function that the trace passes through in frame \(frame)"
    }
    return here ? "where the trace breaks" : "which the trace passes through in frame \(frame)"
  }

  /// Whether none of the lines that are shown is its own.
  private var tookOut: Bool {
    !suspect.snippet.isEmpty && !suspect.snippet.contains(where: \.isChanged)
  }

  /// The two strongest of the other reasons.
  private func second(_ left: [Evidence], at place: Evidence) -> String {
    var reasons: [String] = []
    var topics: Set<String> = [reason(place, at: place).topic]
    var others: Int?
    for evidence in left where reasons.count + (others == nil ? 0 : 1) < 2 {
      if evidence.kind == "rarity", evidence.file == place.file, let amount = evidence.amount,
        amount <= Self.few + 1
      {
        others = amount - 1
        continue
      }
      let (topic, reason) = reason(evidence, at: place)
      if topics.insert(topic).inserted { reasons.append(reason) }
    }
    let text = reasons.joined(separator: " and ")
    if let others {
      return " \(others == 0 ? "No other" : "Few others") touched that file in the window"
        + (text.isEmpty ? "." : ", and it \(text).")
    }
    guard !text.isEmpty else { return "" }
    return text.hasPrefix("is ") ? " It is also \(text.dropFirst(3))." : " It also \(text)."
  }

  /// More others are not few.
  private static let few = 4

  /// A reason in few words, and what it is about: of one topic, one reason is enough.
  private func reason(_ evidence: Evidence, at place: Evidence) -> (topic: String, text: String) {
    let isThere = evidence.file == place.file
    let isNewest = isThere && evidence.amount == 1
    switch evidence.kind {
    case "newestAtLine" where isNewest: return ("newest", "is the newest change there")
    case "newestInFunction" where isNewest:
      return ("newest", "is the newest change of that function")
    case "newestInFile" where isNewest, "newestMention" where isNewest:
      return ("newest", "is the newest change of that file")
    case "newestAtLine", "newestInFunction", "newestInFile", "newestMention":
      return ("newest", evidence.text)
    case "share" where isThere:
      return ("share", "changed \(EvidenceWriter.lines(evidence.amount ?? 0)) of it")
    case "focus" where evidence.text.hasPrefix("changed mostly"):
      return ("share", "changed little else")
    case "titleWords", "descriptionWords", "pathWords", "changeWords", "words", "identifiers",
      "phrases", "codeNames", "codeMentions":
      return ("words", evidence.text)
    case "callee", "calleeNearby": return ("callee", evidence.text)
    default: return (evidence.kind, evidence.text)
    }
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
