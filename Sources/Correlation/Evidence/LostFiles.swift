import Cache

/// Files that the window's merge requests changed and that the revision lacks: they were deleted or renamed since.
struct LostFiles {
  private let index: PathIndex
  /// The path at the revision of each, or its own where it is gone for good.
  private let targets: [[UInt8]]

  /// The most renames that one file is followed through.
  private static let mostRenames = 20

  /// - Parameter candidates: The newest first, as they are ranked.
  init(_ candidates: [Candidate], present: Set<[UInt8]>) {
    var renames: [[UInt8]: [UInt8]] = [:]
    var lost: Set<[UInt8]> = []
    for candidate in candidates {
      for file in candidate.files {
        if let old = file.oldPath, file.oldBlob != nil, old != file.path {
          // The newest rename is met first.
          if renames[old] == nil { renames[old] = file.path }
          if !present.contains(old) { lost.insert(old) }
        }
        if !present.contains(file.path) { lost.insert(file.path) }
      }
    }
    let paths = lost.sorted { $0.lexicographicallyPrecedes($1) }
    index = PathIndex(paths)
    targets = paths.map { path in
      var path = path
      for _ in 0..<Self.mostRenames where !present.contains(path) {
        guard let next = renames[path] else { break }
        path = next
      }
      return path
    }
  }

  /// The files that a path may mean, by their paths at the revision, where more of the path agrees than `suffix`
  /// components.
  func matches(_ path: String, betterThan suffix: Int) -> [FileMatch] {
    let found = index.matches(path)
    guard let best = found.first, best.suffixLength > suffix else { return [] }
    return found.map {
      FileMatch(path: targets[$0.index], weight: $0.weight, agreement: $0.suffixLength)
    }
  }
}
