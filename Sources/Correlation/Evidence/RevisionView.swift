import Mirror
import SourceCode

/// The files of a project at the revision that ran.
final class RevisionView {
  /// Larger files are not looked into.
  private static let largestFile = 4 << 20

  let repository: Repository
  let revision: ObjectID
  let paths: [[UInt8]]
  let index: PathIndex
  /// The paths, to ask for one.
  let pathSet: Set<[UInt8]>
  private let tree: ObjectID
  private let reader: ContentReader
  private let matcher = LineMatcher()
  private var files: [[UInt8]: RevisionFile?] = [:]

  /// - Throws: ``GitError``, ``DiffError``.
  init(_ repository: Repository, revision: ObjectID) throws {
    self.repository = repository
    self.revision = revision
    tree = try repository.commit(revision).tree
    reader = ContentReader(repository)
    paths = try reader.paths(in: tree)
    index = PathIndex(paths)
    pathSet = Set(paths)
  }

  /// The file at a path; `nil` where there is none that can be read as text.
  func file(_ path: [UInt8]) -> RevisionFile? {
    if let known = files[path] { return known }
    var file: RevisionFile?
    if let blob = try? reader.blob(at: path, in: tree),
      let text = reader.text(blob, limit: Self.largestFile)
    {
      file = RevisionFile(path: path, blob: blob, text: text)
    }
    files[path] = .some(file)
    return file
  }

  /// Where the lines of an older content went in a file; `nil` where the content cannot be read.
  func map(from blob: ObjectID, to file: RevisionFile) -> LineMap? {
    if blob == file.blob { return LineMap([]) }
    if let known = file.maps[blob] { return known }
    guard let old = reader.text(blob, limit: Self.largestFile) else { return nil }
    let hunks = old.withSpan { old in
      file.text.withSpan { new in matcher.hunks(old: old, new: new) }
    }
    let map = LineMap(hunks)
    file.maps[blob] = map
    return map
  }

  /// The text of a blob, to show its lines.
  func text(of blob: ObjectID) -> ContentReader.Text? {
    reader.text(blob, limit: Self.largestFile)
  }
}

/// A file at the revision that ran.
final class RevisionFile {
  let path: [UInt8]
  let blob: ObjectID
  let text: ContentReader.Text
  var maps: [ObjectID: LineMap] = [:]

  /// Its functions, found when first asked for.
  private(set) lazy var outline = text.withSpan {
    SourceOutline($0, language: SourceLanguage(path: path))
  }

  private lazy var functions = Dictionary(grouping: outline.functions, by: \.name)

  /// The names that stand before parentheses in it: what it calls and what it declares.
  private(set) lazy var calls: Set<String> = text.withSpan {
    $0.withUnsafeBytes { Set(CalledNames.all(in: $0, limit: 20_000)) }
  }

  private lazy var starts: [Int] = text.withSpan { bytes in
    var starts = [0]
    for index in bytes.indices where bytes[index] == 0x0A { starts.append(index + 1) }
    if starts.last == bytes.count { starts.removeLast() }
    return starts
  }

  init(path: [UInt8], blob: ObjectID, text: ContentReader.Text) {
    self.path = path
    self.blob = blob
    self.text = text
  }

  /// The functions of a name, by their first line.
  func functions(named name: String) -> [SourceFunction] { functions[name] ?? [] }

  /// Whether a line is of a function's head: where its name stands first, and above.
  func isHead(_ line: Int, of function: SourceFunction) -> Bool {
    let above = function.lines.lowerBound..<max(line, function.lines.lowerBound)
    guard function.lines.contains(line), above.count < Self.longestHead else { return false }
    return !above.contains { CalledNames.all(in: self.line($0)).contains(function.name) }
  }

  /// Heads have fewer lines.
  private static let longestHead = 20

  /// The number of lines.
  var lineCount: Int { starts.count }

  /// The bytes of a line without its end, at most 1,000; none where there is no such line. Lines count from 0.
  func line(_ number: Int) -> [UInt8] {
    guard starts.indices.contains(number) else { return [] }
    let end = number + 1 < starts.count ? starts[number + 1] - 1 : text.byteCount
    return bytes(in: starts[number]..<max(starts[number], min(end, starts[number] + 1_000)))
      .filter { $0 != 0x0D && $0 != 0x0A }
  }

  /// The line of some that reads as a text, white space at its ends aside, and that is nearest to a line; `nil` where none
  /// does.
  func line(reading source: String, near line: Int, in functions: [Range<Int>]) -> Int? {
    let source = Array(source.utf8)[...].trimmed
    guard !source.isEmpty else { return nil }
    return text.withSpan { bytes in
      var best: Int?
      for number in functions.lazy.flatMap({ $0.clamped(to: 0..<self.lineCount) }) {
        if let best, abs(number - line) >= abs(best - line) { continue }
        let end = number + 1 < starts.count ? starts[number + 1] : bytes.count
        if Self.reads(bytes.extracting(starts[number]..<end), source) { best = number }
      }
      return best
    }
  }

  /// Whether a line is a text with white space around it.
  private static func reads(_ line: Span<UInt8>, _ text: Bytes) -> Bool {
    guard line.count >= text.count else { return false }
    var start = 0
    while start < line.count, line[start].isSpace { start += 1 }
    guard line.count - start >= text.count else { return false }
    for (offset, byte) in text.enumerated() where line[start + offset] != byte { return false }
    for rest in start + text.count..<line.count where !line[rest].isSpace { return false }
    return true
  }

  /// The bytes of several lines, each with its end.
  func bytes(of lines: Range<Int>) -> [UInt8] {
    let lines = lines.clamped(to: 0..<starts.count)
    guard !lines.isEmpty else { return [] }
    let end = lines.upperBound < starts.count ? starts[lines.upperBound] : text.byteCount
    return bytes(in: starts[lines.lowerBound]..<end)
  }

  private func bytes(in range: Range<Int>) -> [UInt8] {
    text.withSpan { $0.extracting(range).withUnsafeBufferPointer { Array($0) } }
  }
}
