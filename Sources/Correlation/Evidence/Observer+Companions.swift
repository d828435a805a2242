import Cache
import Foundation

extension Observer {
  /// The days before the window that tell which files change together.
  private static let daysBefore = 365.0
  /// Merge requests that changed more files than these tell nothing of it.
  private static let mostFilesTogether = 30
  /// And of those that changed more, a file among them is no suspicion.
  private static let mostFilesOfSuspect = 60
  /// So few files of the symptom are asked about.
  private static let mostNamed = 12
  /// So many merge requests without a companion are added to those that were seen.
  private static let doubt = 1.0

  func observeCompanions(_ result: inout [Observations]) throws {
    let named = Set(places.map(\.path))
    var asked: [Place] = []
    for place in places where asked.count < Self.mostNamed {
      if let known = asked.firstIndex(where: { $0.path == place.path }) {
        if asked[known].weight < place.weight { asked[known] = place }
      } else {
        asked.append(place)
      }
    }
    let others = candidates.indices.filter { index in
      let files = candidates[index].files
      return files.count <= Self.mostFilesOfSuspect && !files.contains { named.contains($0.path) }
    }
    guard !others.isEmpty else { return }
    let start = max(span.start.addingTimeInterval(-Self.daysBefore * 86400), span.knownSince)
    for place in asked {
      let companions = try cache.companions(
        project: project, of: place.path, mergedFrom: start, until: span.end,
        mostFiles: Self.mostFilesTogether)
      guard let all = companions[place.path] else { continue }
      for index in others {
        for file in candidates[index].files {
          guard let count = companions[file.path] else { continue }
          result[index].raise(
            .coChange, to: place.weight * Double(count) / (Double(all) + Self.doubt), place: place,
            detail:
              "\(String(decoding: file.path, as: UTF8.self)), which changed together with \(place.text) in \(count) of \(all) merge requests"
          )
        }
      }
    }
  }
}
