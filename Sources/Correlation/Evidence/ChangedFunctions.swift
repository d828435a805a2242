import Cache

/// The files in which candidates changed functions of some names: where frames without a path may have been.
struct ChangedFunctions {
  private var files: [String: Set<[UInt8]>] = [:]

  /// A name that functions of more files bear tells of none.
  private static let mostFiles = 3
  /// More names are not looked up.
  private static let mostNames = 200

  init(named names: Set<String>, by candidates: [Candidate], in cache: CacheStore)
    throws(CacheError)
  {
    let names = names.filter(Self.isTelling).sorted().prefix(Self.mostNames)
    guard !names.isEmpty else { return }
    let byDiff = Dictionary(
      candidates.compactMap { one in one.request.diffID.map { ($0, one) } },
      uniquingKeysWith: { first, _ in first })
    let changes = try cache.functionChanges(named: Array(names), diffs: Set(byDiff.keys))
    let hunks = try cache.hunks(diffs: Set(changes.values.joined()).sorted())
    for (name, diffs) in changes {
      for diff in diffs {
        for file in byDiff[diff]?.files ?? []
        where hunks[diff]?[file.position]?.contains(where: {
          $0.function == name && $0.effect == .code
        }) == true {
          files[name, default: []].insert(file.path)
        }
      }
    }
  }

  /// The files, sorted; none where there are too many.
  func paths(of name: String) -> [[UInt8]] {
    guard let found = files[name], found.count <= Self.mostFiles else { return [] }
    return found.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Whether a name is likely to be one function's alone: it is long, or of several words.
  private static func isTelling(_ name: String) -> Bool {
    let letters = name.utf8
    guard letters.count >= 5, !library.contains(name),
      !LibraryCode.isSystemFunction(Array(letters)[...])
    else { return false }
    return letters.count >= 12 || letters.dropFirst().contains(0x5F)
      || letters.dropFirst().contains { (0x41...0x5A).contains($0) }
  }

  /// What is called under and around every program, beside the C library's.
  private static let library: Set<String> = [
    "pthread_kill", "g_logv", "g_log_writer_default", "g_log_structured_array",
    "RtlUserThreadStart", "BaseThreadInitThunk",
  ]
}
