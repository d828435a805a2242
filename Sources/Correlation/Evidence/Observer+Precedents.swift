import Cache
import Foundation
import Mirror

extension Observer {
  /// Of merge requests that changed more files, each file tells less.
  private static let dilution = 0.8
  /// A best match that is poor itself is worth less than 1.
  private static let ground = 0.05

  func observePrecedents(_ result: inout [Observations]) throws(GitError) {
    guard !candidates.isEmpty else {
      precedents?.abandon()
      return
    }
    guard let precedents = try precedents?.precedents(), !precedents.shares.isEmpty else { return }
    var found: [(value: Double, path: [UInt8]?)] = []
    for candidate in candidates {
      var (sum, most): (Double, (share: Double, path: [UInt8]?)) = (0, (0, nil))
      for file in candidate.files {
        let share =
          precedents.shares[file.path] ?? file.oldPath.flatMap { precedents.shares[$0] } ?? 0
        sum += share
        if share > most.share { most = (share, file.path) }
      }
      let files = Double(candidate.files.count + 3)
      found.append((sum / pow(files, Self.dilution), most.path))
    }
    let best = (found.map(\.value).max() ?? 0) + Self.ground
    for (index, (value, path)) in found.enumerated() {
      guard value > 0, let path else { continue }
      result[index].raise(
        .precedents, to: value / best, file: String(decoding: path, as: UTF8.self),
        detail: precedents.titles[path])
    }
  }
}
