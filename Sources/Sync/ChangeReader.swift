import Cache
import Mirror
import SourceCode

/// Reads what merge requests changed, line by line. Stays on one thread.
final class ChangeReader {
  /// The most files of a merge request that are looked into.
  private static let mostFiles = 300
  /// The most hunks of a merge request that are kept.
  private static let mostHunks = 4_000
  /// Larger files are not looked into.
  private static let largestFile = 2 << 20
  /// The most bytes of changed lines whose words are kept.
  private static let mostChangedBytes = 256 << 10
  /// How often one word counts in the changed lines of a merge request.
  private static let mostRepeats = 4
  /// The most commits of a merge request that are listed, merges of the target branch among them.
  private static let mostCommits = 300
  /// The most distinct words of one column.
  private static let mostWords = 4_000

  private let repository: Repository
  private let reader: ContentReader
  private let matcher = LineMatcher()

  init(_ repository: Repository) {
    self.repository = repository
    reader = ContentReader(repository)
  }

  /// Looks into one merge request.
  func entry(
    _ pending: CacheStore.Unindexed, files: [CachedFile]
  ) -> MergeRequestIndexEntry {
    var changes = Words(repeats: Self.mostRepeats, limit: Self.mostWords)
    var paths = Words(repeats: 2, limit: Self.mostWords)
    var functions = Words(repeats: 2, limit: Self.mostWords)
    var entries: [MergeRequestIndexEntry.File] = []
    var hunksLeft = Self.mostHunks
    var bytesLeft = Self.mostChangedBytes
    let trees = (ObjectID(hex: pending.oldTree), ObjectID(hex: pending.newTree))
    for (position, file) in files.enumerated() {
      if position < 2 * Self.mostFiles { paths.add(file.path[...]) }
      guard position < Self.mostFiles, hunksLeft > 0, let old = trees.0, let new = trees.1 else {
        continue
      }
      let oldBlob =
        file.status == .added ? nil : blob(at: file.oldPath ?? file.path, in: old)
      let newBlob = file.status == .deleted ? nil : blob(at: file.path, in: new)
      var entry = MergeRequestIndexEntry.File(
        position: position, oldBlob: oldBlob?.bytes, newBlob: newBlob?.bytes, effect: .unknown,
        hunks: [])
      let kind = FileKind(path: file.path)
      if kind == .generated || kind == .vendored {
        entry.effect = .generated
      } else if !file.isBinary {
        compare(
          oldBlob, newBlob, path: file.path, into: &entry, words: &changes, bytesLeft: &bytesLeft)
        entry.hunks = Array(entry.hunks.prefix(hunksLeft))
        hunksLeft -= entry.hunks.count
        for name in Set(entry.hunks.filter { $0.effect == .code }.compactMap(\.function)).sorted() {
          functions.add(Array(name.utf8)[...])
        }
      }
      entries.append(entry)
    }
    let request = pending.mergeRequest
    return MergeRequestIndexEntry(
      iid: request.iid, updatedAt: request.updatedAt, diffID: request.diffID, files: entries,
      title: Words.text(request.title), description: Words.text(Self.prose(request.description)),
      paths: paths.text, changes: changes.text, functions: functions.text,
      commits: commits(of: request))
  }

  /// The words of the commits between a merge request's base and its head, merges left out.
  private func commits(of request: CachedMergeRequest) -> [MergeRequestIndexEntry.CommitWords] {
    guard let base = request.baseSHA.flatMap({ ObjectID(hex: $0) }),
      let head = request.headSHA.flatMap({ ObjectID(hex: $0) })
    else { return [] }
    let commits = (try? repository.commits(from: base, to: head, atMost: Self.mostCommits)) ?? []
    return commits.lazy.filter { $0.parents.count == 1 }
      .prefix(MergeRequestIndexEntry.mostCommits).map { commit in
        let rest = commit.message.drop { $0.isNewline }.drop { !$0.isNewline }
        return MergeRequestIndexEntry.CommitWords(
          title: Words.text(commit.title), body: Words.text(Self.prose(String(rest))))
      }
  }

  private func blob(at path: [UInt8], in tree: ObjectID) -> ObjectID? {
    (try? reader.blob(at: path, in: tree)) ?? nil
  }

  private func compare(
    _ oldID: ObjectID?, _ newID: ObjectID?, path: [UInt8],
    into entry: inout MergeRequestIndexEntry.File, words: inout Words, bytesLeft: inout Int
  ) {
    let old = oldID.flatMap { reader.text($0, limit: Self.largestFile) }
    let new = newID.flatMap { reader.text($0, limit: Self.largestFile) }
    // A side that cannot be read is no empty file.
    guard (oldID == nil) == (old == nil), (newID == nil) == (new == nil), oldID != newID else {
      return
    }
    let language = SourceLanguage(path: path)
    let change = TextChange(old: old, new: new, language: language, matcher: matcher)
    entry.effect = change.isMarkedGenerated ? .generated : change.effect
    guard entry.effect != .generated else { return }
    entry.hunks = change.hunks
    change.forEachChangedLine { line in
      guard bytesLeft > 0 else { return }
      bytesLeft -= line.count
      words.add(line)
    }
    for hunk in change.hunks {
      if let function = hunk.function { words.add(Array(function.utf8)[...]) }
    }
  }

  /// A description without what templates and tools add to it.
  private static func prose(_ description: String) -> String {
    description.split(separator: "\n", omittingEmptySubsequences: true).filter { line in
      let line = line.drop { $0 == " " }
      return !line.hasPrefix("See merge request") && !line.hasPrefix("Part-of:")
        && !line.hasPrefix("Merge branch ") && !line.hasPrefix("<!--")
        && !line.hasPrefix("Signed-off-by:") && !line.hasPrefix("Reviewed-by:")
        && !line.hasPrefix("Acked-by:") && !line.hasPrefix("Co-authored-by:")
        && !line.hasPrefix("Change-Id:") && !line.hasPrefix("(cherry picked from")
    }.joined(separator: "\n")
  }
}

/// Words for the full-text index, with a bound on how often each counts.
struct Words {
  private let repeats: Int
  private let limit: Int
  private var counts: [[UInt8]: Int] = [:]
  private var bytes: [UInt8] = []

  init(repeats: Int, limit: Int) {
    self.repeats = repeats
    self.limit = limit
  }

  mutating func add(_ text: ArraySlice<UInt8>) {
    CodeTokens.forEach(in: text) { token in
      let count = counts[token, default: 0]
      guard count < repeats, count > 0 || counts.count < limit else { return }
      counts[token] = count + 1
      bytes += token
      bytes.append(UInt8(ascii: " "))
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The words of a title or a description, each as often as it stands there.
  static func text(_ prose: String) -> String {
    var words = Words(repeats: .max, limit: 4_000)
    words.add(Array(prose.utf8.prefix(64 << 10))[...])
    return words.text
  }
}
