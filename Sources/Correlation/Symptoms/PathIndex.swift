/// The files of a tree, to find those that a path from elsewhere may mean.
///
/// The paths of build machines, containers, packages and debuggers share their end with the
/// repository's; the longest common end wins, and where several files have it, all are kept.
public struct PathIndex: Sendable {
  /// A file that a path may mean.
  public struct Match: Sendable, Equatable {
    /// The file's path in the tree, with invalid bytes replaced.
    public let path: String
    /// Its place in the list that the index was made from.
    public let index: Int
    /// The number of components, from the file name up, that both paths share.
    public let suffixLength: Int
    /// How far to believe it, 0 to 1. The weights of one answer add up to at most 1: to 1 for a
    /// sure place, to less where only a file name of many, or letters of another case, agree.
    public let weight: Double
  }

  private struct Entry {
    let stem: UInt64
    let file: UInt32
  }

  /// All paths, one behind the other.
  private var text: [UInt8] = []
  private var ends: [Int] = []
  /// By the fingerprint of the file name without its ending and case.
  private var entries: [Entry] = []

  /// Makes an index of paths relative to the root of a tree, with `/` between components.
  ///
  /// - Complexity: O(n log n); some 40 bytes a file beside the paths.
  public init(_ paths: some Sequence<[UInt8]>) {
    for path in paths { add(path) }
    entries.sort { $0.stem < $1.stem }
  }

  /// Makes an index of paths as strings.
  public init(_ paths: some Sequence<String>) {
    for path in paths { add(Array(path.utf8)) }
    entries.sort { $0.stem < $1.stem }
  }

  private mutating func add(_ path: [UInt8]) {
    let file = UInt32(truncatingIfNeeded: ends.count)
    text += path
    ends.append(text.count)
    let name = path.lastIndex(of: 0x2F).map { path[($0 + 1)...] } ?? path[...]
    entries.append(Entry(stem: Self.stem(name), file: file))
  }

  /// The number of files.
  public var count: Int { ends.count }

  private func path(_ file: Int) -> Bytes { text[(file == 0 ? 0 : ends[file - 1])..<ends[file]] }

  private static func stem(_ name: Bytes) -> UInt64 {
    name.before(PathQuery.endingDot(name)).caselessFingerprint
  }

  // MARK: Matching

  /// The files that a path may mean, the likeliest first; none where no file bears its name.
  ///
  /// Understands build prefixes (`/builds/group/project/…`, `C:\…`, `../src/…`), URLs
  /// (`webpack:///./src/…`, `file://`), diff prefixes (`a/…`), Java's package paths, Go's module
  /// paths, compiled names (`dist/pool.js` of `src/pool.ts`), and dotted modules.
  ///
  /// - Parameter limit: The greatest number of matches; those left out keep their share.
  public func matches(_ path: String, limit: Int = 16) -> [Match] {
    let query = PathQuery(path)
    let found = matches(query, acceptsAnyEnding: false, limit: limit)
    if found.isEmpty, query.components.count == 1, path.contains(".") || path.contains("::") {
      return matches(module: path, limit: limit)
    }
    return found
  }

  /// The files that a dotted module, package or class may be in, as `acme.pool`, `com.acme.Pool$Entry`
  /// or `acme::pool`: the file itself, a package's `__init__.py` or `mod.rs`, or, with the last
  /// names left out, the file around them.
  public func matches(module: String, limit: Int = 16) -> [Match] {
    var components = PathQuery(module: module).components
    let initial = components.count
    while !components.isEmpty, initial - components.count < 3 {
      let found = matches(
        PathQuery(components: components), acceptsAnyEnding: true, limit: limit)
      // A single name that is only part of the module says too little.
      if let first = found.first, first.suffixLength > 1 || initial == 1 { return found }
      for package in ["__init__.py", "mod.rs", "index.ts", "index.js"] {
        let inside = PathQuery(components: components + [Array(package.utf8)[...]])
        let found = matches(inside, acceptsAnyEnding: false, limit: limit)
        if let first = found.first, first.suffixLength > 1 { return found }
      }
      components.removeLast()
    }
    return []
  }

  private enum Likeness: Int {
    case exact
    case otherCase
    case otherEnding
  }

  private func matches(_ query: PathQuery, acceptsAnyEnding: Bool, limit: Int) -> [Match] {
    guard let name = query.components.last, limit > 0 else { return [] }
    var best = (likeness: Likeness.otherEnding, suffix: 0)
    var files: [(file: Int, isWhole: Bool)] = []
    for entry in candidates(Self.stem(name)) {
      let file = Int(entry.file)
      guard let (likeness, suffix, isWhole) = compare(query, file, acceptsAnyEnding) else {
        continue
      }
      let isBetter = (suffix, -likeness.rawValue) > (best.suffix, -best.likeness.rawValue)
      if files.isEmpty || isBetter {
        best = (likeness, suffix)
        files = [(file, isWhole)]
      } else if likeness == best.likeness, suffix == best.suffix {
        files.append((file, isWhole))
      }
    }
    guard !files.isEmpty else { return [] }
    return weighted(files, query, best.likeness, best.suffix, limit)
  }

  private func candidates(_ stem: UInt64) -> ArraySlice<Entry> {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].stem < stem { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < entries.count, entries[end].stem == stem { end += 1 }
    return entries[low..<end]
  }

  /// The components that both share, from the file name up.
  private func compare(
    _ query: PathQuery, _ file: Int, _ acceptsAnyEnding: Bool
  ) -> (Likeness, Int, isWhole: Bool)? {
    let own = path(file)
    var end = own.endIndex
    var suffix = 0
    var likeness = Likeness.exact
    for component in query.components.reversed() {
      guard end > own.startIndex else { break }
      var start = end
      while start > own.startIndex, own[start - 1] != "/" { start -= 1 }
      let part = own[start..<end]
      if part.elementsEqual(component) {
        suffix += 1
      } else if Self.equalsIgnoringCase(part, component) {
        suffix += 1
        if likeness == .exact { likeness = .otherCase }
      } else if suffix == 0 {
        guard Self.isCompiled(component, from: part, acceptsAnyEnding) else { return nil }
        suffix = 1
        likeness = .otherEnding
      } else {
        break
      }
      end = start > own.startIndex ? start - 1 : start
    }
    return suffix == 0 ? nil : (likeness, suffix, end == own.startIndex)
  }

  private static func equalsIgnoringCase(_ left: Bytes, _ right: Bytes) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0.lowered == $1.lowered }
  }

  /// Whether a file of one ending is made from one of another.
  private static func isCompiled(_ name: Bytes, from source: Bytes, _ acceptsAny: Bool) -> Bool {
    let dot = PathQuery.endingDot(name)
    let sourceDot = PathQuery.endingDot(source)
    let stem = acceptsAny ? name : name.before(dot)
    guard stem.elementsEqual(source.before(sourceDot)) else { return false }
    if acceptsAny { return ProseReader.isSourceName(source) }
    let ending = source.from(sourceDot).text
    switch name.from(dot).text {
    case ".js", ".mjs", ".cjs", ".jsx":
      return [".ts", ".tsx", ".mts", ".cts", ".jsx", ".vue", ".svelte", ".coffee", ".js"].contains(
        ending)
    case ".pyc", ".pyo": return ending == ".py"
    case ".class": return [".java", ".kt", ".scala", ".groovy"].contains(ending)
    case ".o", ".lo", ".obj": return [".c", ".cc", ".cpp", ".cxx", ".s"].contains(ending)
    case ".c": return [".vala", ".y", ".l", ".pyx"].contains(ending)
    case ".cpp": return [".pyx", ".y"].contains(ending)
    default: return false
    }
  }

  private func weighted(
    _ files: [(file: Int, isWhole: Bool)], _ query: PathQuery, _ likeness: Likeness, _ suffix: Int,
    _ limit: Int
  ) -> [Match] {
    let isWhole = files.contains { $0.isWhole }
    var belief: Double
    if suffix > 1 {
      belief = suffix == 2 && !isWhole && query.components.count > 2 ? 0.9 : 1
    } else if query.components.count == 1 {
      belief = 1
    } else {
      // Folders that disagree, unless the file lies at the root.
      belief = isWhole ? 0.7 : 0.3
    }
    if suffix == 1, files.count > 8 || files.count > 1 && isCommon(query.components.last ?? []) {
      belief *= 0.2
    }
    switch likeness {
    case .exact: break
    case .otherCase: belief *= 0.6
    case .otherEnding: belief *= 0.8
    }
    // Where a prefix ends at the root of the tree, nothing of the path contradicts.
    let wholeShare = suffix > 1 || query.components.count > 1 ? 3.0 : 1.0
    let total = files.reduce(0) { $0 + ($1.isWhole ? wholeShare : 1) }
    let ordered = files.sorted { left, right in
      if left.isWhole != right.isWhole { return left.isWhole }
      let (first, second) = (path(left.file), path(right.file))
      if first.count != second.count { return first.count < second.count }
      return first.lexicographicallyPrecedes(second)
    }
    return ordered.prefix(limit).map { file, isWhole in
      Match(
        path: String(decoding: path(file), as: UTF8.self), index: file, suffixLength: suffix,
        weight: belief * (isWhole ? wholeShare : 1) / total)
    }
  }

  private func isCommon(_ name: Bytes) -> Bool {
    for common: StaticString in [
      "__init__.py", "mod.rs", "lib.rs", "main.", "index.", "utils.", "util.", "helpers.", "types.",
      "constants.", "page.tsx", "layout.tsx", "route.ts", "Program.cs", "doc.go", "Makefile",
      "CMakeLists.txt", "meson.build", "package.json", "README.md", "setup.py", "conftest.py",
      "Dockerfile", "config.", "common.", "errors.", "base.", "models.py", "views.py", "test.",
    ] where name.starts(common) { return true }
    return false
  }
}
