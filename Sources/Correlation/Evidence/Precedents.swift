import Glibc
import Mirror
import SourceCode

/// The commits of the past that speak of the same as some prose, and the files that they changed.
///
/// Who reports what they see has other words than who changes code, but has them in common with those who worked on the
/// same before: their commits lead from the words to the files.
struct Precedents: Sendable {
  /// How much of what such commits changed is each file; all together 1.
  let shares: [[UInt8]: Double]
  /// The first line of the message that is most alike, of those commits that changed a file.
  let titles: [[UInt8]: String]

  /// So many commits are looked through, and of many projects together so many.
  private static let (mostCommits, mostTogether) = (5_000, 20_000)
  /// But of each project so many.
  private static let fewestCommits = 200
  /// So many of those that are most alike count.
  private static let mostAlike = 20
  /// Commits that changed more files tell nothing of one.
  private static let mostFiles = 30
  /// More bytes of a message are not read.
  private static let mostBytes = 4_000
  /// A commit that is twice as much alike counts so many doublings more.
  private static let steepness = 3.0
  /// Of two commits that are equally alike, the one of fewer files tells more of each.
  private static let dilution = 0.7
  /// More bytes of a title are not told.
  private static let mostTitleBytes = 80

  private struct Message {
    var commit: PastCommit
    var counts: [Int: Int]
    var length: Int
    var title: String
  }

  /// Looks through the commits behind a revision that are older than a time.
  ///
  /// - Parameters:
  ///   - time: Seconds since 1970.
  ///   - tokens: The words of the prose.
  ///   - projects: How many projects are asked the same.
  init(
    _ history: HistoryReader, behind revision: ObjectID, before time: Int64, tokens: [String],
    projects: Int
  ) {
    var words = SoughtWords(tokens)
    var messages: [Message] = []
    var (all, length) = (0, 0)
    var holders = [Int](repeating: 0, count: words.count)
    history.forEachChange(behind: revision, before: time, limit: Self.commits(of: projects)) {
      commit, text in
      var message = Message(commit: commit, counts: [:], length: 0, title: "")
      let text = text.extracting(first: Self.mostBytes)
      CodeTokens.forEach(in: text) { token in
        message.length += 1
        if let word = words.number(of: token) { message.counts[word, default: 0] += 1 }
      }
      all += 1
      length += message.length
      guard !message.counts.isEmpty else { return }
      for word in message.counts.keys { holders[word] += 1 }
      message.title = Self.title(text)
      messages.append(message)
    }
    let fit = BM25(holders: holders, of: all)
    let most = fit.rarity.reduce(0, +)
    let mean = max(1, Double(length) / Double(max(1, all)))
    let alike = messages.map { message in
      fit.score(
        message.counts.keys.sorted(), { Double(message.counts[$0] ?? 0) }, length: message.length,
        mean: mean) / max(1, most)
    }
    // Of equals the newer comes first.
    let order = alike.indices.sorted { (alike[$1], $0) < (alike[$0], $1) }
    var shares: [[UInt8]: Double] = [:]
    var titles: [[UInt8]: String] = [:]
    var counted = 0
    for index in order.prefix(2 * Self.mostAlike) where counted < Self.mostAlike {
      guard let paths = try? history.changedPaths(of: messages[index].commit), !paths.isEmpty,
        paths.count <= Self.mostFiles
      else { continue }
      counted += 1
      let weight = pow(alike[index], Self.steepness) / pow(Double(paths.count), Self.dilution)
      for path in paths {
        shares[path, default: 0] += weight
        if titles[path] == nil { titles[path] = messages[index].title }
      }
    }
    let sum = shares.sorted { $0.key.lexicographicallyPrecedes($1.key) }.reduce(0) { $0 + $1.value }
    self.shares = sum > 0 ? shares.mapValues { $0 / sum } : [:]
    self.titles = titles
  }

  /// How many commits of each project are looked through where several are asked the same.
  static func commits(of projects: Int) -> Int {
    min(mostCommits, max(fewestCommits, mostTogether / max(1, projects)))
  }

  private static func title(_ message: Span<UInt8>) -> String {
    message.withUnsafeBufferPointer { message in
      let line = message.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first ?? []
      return String(decoding: line.wholeScalars(atMost: mostTitleBytes), as: UTF8.self)
    }
  }
}
