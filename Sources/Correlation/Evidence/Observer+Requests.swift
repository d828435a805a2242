import Cache
import Foundation
import SourceCode

extension Observer {
  func observeThemselves(_ result: inout [Observations]) {
    var known: [[UInt8]: FileKind] = [:]
    func kind(_ path: [UInt8]) -> FileKind {
      if let kind = known[path] { return kind }
      let kind = FileKind(path: path)
      known[path] = kind
      return kind
    }
    for (index, candidate) in candidates.enumerated() {
      let age = max(0, candidate.ageDays)
      result[index].raise(.recency, to: exp(-age / 4))
      result[index].raise(.age, to: log1p(age) / log(31))
      result[index].raise(.size, to: min(1.5, log1p(Double(candidate.changedLines)) / log(1_000)))
      result[index].raise(.spread, to: min(1.5, log1p(Double(candidate.files.count)) / log(50)))
      let kinds = Set(candidate.files.prefix(300).map { kind($0.path) })
      let programs: Set<FileKind> = [.code, .configuration, .dependency, .migration]
      if !kinds.isEmpty, kinds.isDisjoint(with: programs) {
        result[index].raise(.noProgram, to: 1)
      } else if !kinds.isDisjoint(with: [.configuration, .dependency, .migration]) {
        result[index].raise(.configuration, to: kinds.contains(.code) ? 0.5 : 1)
      }
      let words = Set(candidate.request.title.lowercased().split { !$0.isLetter })
      if !words.isDisjoint(with: Self.repairs) { result[index].raise(.repair, to: 1) }
      if !words.isDisjoint(with: Self.additions) { result[index].raise(.addition, to: 1) }
      if !words.isDisjoint(with: Self.removals) { result[index].raise(.removal, to: 1) }
      if let later = history.naming(candidate.request) {
        result[index].raise(.named, to: 1, detail: String("\(later)".prefix(8)))
      }
    }
  }

  private static let repairs: Set<Substring> = [
    "fix", "fixes", "fixed", "fixing", "fixup", "bugfix", "hotfix", "revert", "reverts", "reverted",
  ]
  private static let additions: Set<Substring> = [
    "add", "adds", "added", "adding", "implement", "implements", "introduce", "introduces",
    "support", "supports", "allow", "enable", "new",
  ]
  private static let removals: Set<Substring> = [
    "remove", "removes", "removed", "drop", "drops", "delete", "cleanup", "clean", "unused", "dead",
  ]
}
