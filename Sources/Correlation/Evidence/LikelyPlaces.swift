import SourceCode

/// Where it likely broke in files that a symptom names without frames.
///
/// Who is called lies deeper in a stack than who calls: of several named files, one whose functions another calls is
/// likelier to be where it broke, and in it these functions, or those that they call in turn.
struct LikelyPlaces {
  /// How likely the functions of a file are, by their names; all together 1, but for what the least likely of too many
  /// had, and none where no other file calls it.
  private(set) var functions: [[UInt8]: [String: Double]] = [:]
  /// How likely each file is, against the others.
  private(set) var files: [[UInt8]: Double] = [:]

  /// How likely it broke in a file that others call, that others call and that calls others, that has nothing to do with
  /// the others, and that calls others. Set by how 657 regressions of 24 projects, told by their files alone, are ranked.
  private static let (called, between, apart, calling) = (1.0, 0.4, 0.25, 0.04)
  /// Shorter names stand for too many functions.
  private static let shortestName = 4
  /// More files are not held against each other.
  private static let mostFiles = 20
  /// More functions of a file are not followed.
  private static let mostFunctions = 200
  /// Calls within a file are followed so far.
  private static let mostCalls = 4
  /// More names in a function are not looked at.
  private static let mostNames = 2_000
  /// Of more functions of a file the least likely ones are left out.
  private static let mostShares = 2_000
  /// More bytes of the functions of a file are not read: functions in functions share theirs.
  private static let mostBytes = 16 << 20
  /// How likely it broke in a function itself, and not in what it calls.
  private static let inItself = 0.5

  /// - Parameter files: The named files, each once.
  init(_ files: [RevisionFile]) {
    let files = files.prefix(Self.mostFiles)
    let own = files.map { file in
      Set(file.outline.functions.map(\.name).filter { $0.utf8.count >= Self.shortestName })
    }
    var entries = [Set<String>](repeating: [], count: files.count)
    var isCalling = [Bool](repeating: false, count: files.count)
    for (caller, file) in files.enumerated() where files.count > 1 {
      for called in files.indices where called != caller {
        let names = own[called].filter { file.calls.contains($0) && !own[caller].contains($0) }
        guard !names.isEmpty else { continue }
        entries[called].formUnion(names)
        isCalling[caller] = true
      }
    }
    for (index, file) in files.enumerated() {
      self.files[file.path] =
        switch (!entries[index].isEmpty, isCalling[index]) {
        case (true, false): Self.called
        case (true, true): Self.between
        case (false, false): Self.apart
        case (false, true): Self.calling
        }
      functions[file.path] = Self.functions(of: file, from: entries[index], among: own[index])
    }
  }

  /// Follows calls within a file from the functions that others call.
  private static func functions(
    of file: RevisionFile, from entries: Set<String>, among own: Set<String>
  ) -> [String: Double] {
    var calls: [String: [String]] = [:]
    var read = 0
    func callees(_ name: String) -> [String] {
      if let known = calls[name] { return known }
      guard calls.count < mostFunctions else { return [] }
      var found: Set<String> = []
      for function in file.functions(named: name) where read < mostBytes {
        let body = file.bytes(of: function.lines)
        read += body.count
        let called = CalledNames.all(in: body, limit: mostNames)
        found.formUnion(called.filter { own.contains($0) && $0 != name })
      }
      calls[name] = found.sorted()
      return found.sorted()
    }
    var shares: [String: Double] = [:]
    let first = entries.sorted().prefix(mostFunctions)
    var reached = first.map { (name: $0, share: 1 / Double(first.count)) }
    for _ in 0..<mostCalls {
      var next: [String: Double] = [:]
      for (name, share) in reached {
        let callees = callees(name)
        shares[name, default: 0] += callees.isEmpty ? share : share * inItself
        let part = share * (1 - inItself) / Double(max(1, callees.count))
        for callee in callees { next[callee, default: 0] += part }
      }
      reached = likeliest(next).sorted { $0.name < $1.name }
    }
    for (name, share) in reached { shares[name, default: 0] += share }
    return Dictionary(uniqueKeysWithValues: likeliest(shares).map { ($0.name, $0.share) })
  }

  private static func likeliest(_ shares: [String: Double]) -> [(name: String, share: Double)] {
    let all = shares.map { (name: $0.key, share: $0.value) }
    guard all.count > mostShares else { return all }
    return Array(all.sorted { ($1.share, $0.name) < ($0.share, $1.name) }.prefix(mostShares))
  }
}
