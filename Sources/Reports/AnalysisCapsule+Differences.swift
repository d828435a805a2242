import Foundation

extension AnalysisCapsule {
  /// Merge requests that are named in one sentence.
  private static let mostNames = 5

  /// How a replay differs from this capsule, sentences for a person; none where it is proved.
  ///
  /// First what has changed under the answer, then how the answer did.
  public func differences(from replay: AnalysisCapsule) -> [String] {
    guard !Self.isSame(answer, replay.answer) else { return [] }
    var causes: [String] = []
    if basis.algorithm != replay.basis.algorithm {
      causes.append(
        "The rules have version \(replay.basis.algorithm) now, and had \(basis.algorithm).")
    }
    for (old, new) in zip(question.scopes, replay.question.scopes) {
      if old.path != new.path { causes.append("\(old.path) is called \(new.path) now.") }
      if old.revision == nil, let revision = new.revision {
        causes.append("\(old.path) had no commits, and has \(revision.prefix(12)) now.")
      }
    }
    causes += windowChanges(replay)
    if basis.candidates != replay.basis.candidates, causes.isEmpty {
      causes.append("The mirror tells otherwise which merge requests the revision contains.")
    }
    if causes.isEmpty {
      causes.append(
        "Nothing that the capsule notes of the cache has changed: either its answer was not given by it, or the mirror's contents are others."
      )
    }
    return causes + answerChanges(replay)
  }

  /// Whether two answers are the same; the JSON of one may escape what the other does not.
  private static func isSame(_ one: String, _ two: String) -> Bool {
    if one == two { return true }
    guard let one = try? JSONValue(parsing: Array(one.utf8)),
      let two = try? JSONValue(parsing: Array(two.utf8))
    else { return false }
    return one.line == two.line
  }

  private func windowChanges(_ replay: AnalysisCapsule) -> [String] {
    func table(_ basis: AnalysisBasis) -> [String: AnalysisBasis.Entry] {
      Dictionary(
        basis.window.map { ("\($0.repository)!\($0.mergeRequest)", $0) },
        uniquingKeysWith: { first, _ in first })
    }
    let old = table(basis)
    let new = table(replay.basis)
    var found: [String] = []
    func say(_ names: some Sequence<String>, _ one: String, _ many: String) {
      let names = names.sorted()
      guard !names.isEmpty else { return }
      let shown = names.prefix(Self.mostNames).joined(separator: ", ")
      let more = names.count > Self.mostNames ? " and \(names.count - Self.mostNames) more" : ""
      found.append("\(shown)\(more) \(names.count == 1 ? one : many).")
    }
    say(
      new.keys.filter { old[$0] == nil }, "is new to the window", "are new to the window")
    say(
      old.keys.filter { new[$0] == nil }, "is gone from the window", "are gone from the window")
    let both = old.keys.filter { new[$0] != nil }
    say(
      both.filter { old[$0]?.text != new[$0]?.text },
      "has another title, description or state", "have other titles, descriptions or states")
    say(
      both.filter { old[$0]?.change != new[$0]?.change }, "has another diff", "have other diffs")
    return found
  }

  private struct Answer: Decodable {
    struct Suspect: Decodable {
      var repository: String
      var mergeRequest: Int64
      var confidence: Double
      var name: String { "\(repository)!\(mergeRequest)" }
    }
    var suspects: [Suspect]

    init?(_ text: String) {
      guard let read = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
        return nil
      }
      self = read
    }
  }

  private func answerChanges(_ replay: AnalysisCapsule) -> [String] {
    guard let old = Answer(answer), let new = Answer(replay.answer) else {
      return ["The capsule's answer cannot be read."]
    }
    guard old.suspects.map(\.name) == new.suspects.map(\.name) else {
      guard let before = old.suspects.first, let after = new.suspects.first else {
        return [
          "There \(new.suspects.isEmpty ? "is no suspect now" : "are suspects now"), and there \(old.suspects.isEmpty ? "was none" : "were \(old.suspects.count)")."
        ]
      }
      return before.name == after.name
        ? ["\(after.name) is still the first suspect; the order of the others has changed."]
        : ["The first suspect is \(after.name) now, and was \(before.name)."]
    }
    let moved = zip(old.suspects, new.suspects).map { abs($0.confidence - $1.confidence) }
    guard let most = moved.max(), most > 0 else {
      return ["The suspects and their confidence are the same; details differ."]
    }
    let points = (most * 1_000).rounded() / 10
    return [
      "The suspects and their order are the same; a confidence differs by up to \(points) points."
    ]
  }
}
