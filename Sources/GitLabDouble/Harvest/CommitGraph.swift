/// The commits of a history with their parents and times, and what lies between two of them.
struct CommitGraph: Sendable {
  /// A SHA-1 object id.
  private struct Key: Hashable {
    var high: UInt64
    var middle: UInt64
    var low: UInt32
  }

  private var index: [Key: Int32] = [:]
  private var hashes: [UInt8]
  private var parentStart: [Int32] = [0]
  private var parents: [Int32] = []
  /// Seconds since 1970.
  private(set) var authored: [Int] = []
  /// Seconds since 1970.
  private(set) var committed: [Int] = []
  private var names: [String] = []
  private var nameIndex: [Int32] = []

  /// The arguments of `git` whose output the initializer reads.
  static let logArguments = [
    "log", "--topo-order", "--encoding=UTF-8", "--format=%H %at %ct %P%x09%an",
  ]

  /// Reads the output of ``logArguments``: every commit before its parents.
  init(log: [UInt8]) {
    hashes = []
    var known: [ArraySlice<UInt8>: Int32] = [:]
    var pending: [(child: Int, keys: [Key])] = []
    var position = 0
    while position < log.count {
      let end = log[position...].firstIndex(of: UInt8(ascii: "\n")) ?? log.count
      let tab = log[position..<end].firstIndex(of: UInt8(ascii: "\t")) ?? end
      let words = log[position..<tab].split(separator: UInt8(ascii: " "))
      let name = log[min(tab + 1, end)..<end]
      position = end + 1
      guard words.count >= 3, let key = Self.key(words[0]) else { continue }
      index[key] = Int32(committed.count)
      pending.append((committed.count, words.dropFirst(3).compactMap { Self.key($0) }))
      authored.append(Self.number(words[1]))
      committed.append(Self.number(words[2]))
      hashes.append(contentsOf: words[0])
      if known[name] == nil {
        known[name] = Int32(names.count)
        names.append(String(decoding: name, as: UTF8.self))
      }
      nameIndex.append(known[name] ?? 0)
    }
    for (_, keys) in pending {
      parents.append(contentsOf: keys.compactMap { index[$0] })
      parentStart.append(Int32(parents.count))
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int {
    digits.reduce(0) { $0 &* 10 &+ Int($1 &- 48) }
  }

  private static func key(_ hex: ArraySlice<UInt8>) -> Key? {
    guard hex.count == 40 else { return nil }
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    for (offset, byte) in hex.enumerated() {
      let digit: UInt64
      switch byte {
      case 48...57: digit = UInt64(byte - 48)
      case 97...102: digit = UInt64(byte - 87)
      default: return nil
      }
      if offset < 16 {
        words.0 = words.0 << 4 | digit
      } else if offset < 32 {
        words.1 = words.1 << 4 | digit
      } else {
        words.2 = words.2 << 4 | digit
      }
    }
    return Key(high: words.0, middle: words.1, low: UInt32(words.2))
  }

  /// The position of a commit, smaller than that of its ancestors; nil where it is not in the log.
  func position(of hash: some StringProtocol) -> Int? {
    Self.key(Array(hash.utf8)[...]).flatMap { index[$0] }.map { Int($0) }
  }

  func hash(at position: Int) -> String {
    String(decoding: hashes[position * 40..<position * 40 + 40], as: UTF8.self)
  }

  func author(at position: Int) -> String {
    names[Int(nameIndex[position])]
  }

  func parents(of position: Int) -> [Int] {
    parents[Int(parentStart[position])..<Int(parentStart[position + 1])].map { Int($0) }
  }

  /// Marks on commits, kept between walks so that each costs only what it visits.
  struct Walker {
    fileprivate static let left: UInt8 = 1
    fileprivate static let right: UInt8 = 2
    fileprivate static let stale: UInt8 = 4
    fileprivate static let queued: UInt8 = 8
    private let graph: CommitGraph
    private var marks: [UInt8]

    init(_ graph: CommitGraph) {
      self.graph = graph
      marks = Array(repeating: 0, count: graph.committed.count)
    }

    /// The best common ancestor of two commits, and the commits that only the second reaches.
    ///
    /// The log's order is topological, so each commit is taken up once, after all its descendants.
    mutating func compare(_ left: Int, _ right: Int) -> (base: Int?, ahead: [Int]) {
      var touched: [Int] = []
      var heap: [Int] = []
      var fresh = 0
      func push(_ value: Int) {
        heap.append(value)
        var child = heap.count - 1
        while child > 0, heap[(child - 1) / 2] > heap[child] {
          heap.swapAt(child, (child - 1) / 2)
          child = (child - 1) / 2
        }
      }
      func pop() -> Int? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
          var least = parent
          for child in [2 * parent + 1, 2 * parent + 2]
          where child < heap.count && heap[child] < heap[least] {
            least = child
          }
          guard least != parent else { return first }
          heap.swapAt(parent, least)
          parent = least
        }
      }
      func mark(_ commit: Int, _ flags: UInt8) {
        let old = marks[commit]
        marks[commit] = old | flags | Self.queued
        if old & Self.queued == 0 {
          touched.append(commit)
          push(commit)
          if flags & Self.stale == 0 { fresh += 1 }
        } else if old & Self.stale == 0, flags & Self.stale != 0 {
          fresh -= 1
        }
      }
      mark(left, Self.left)
      mark(right, Self.right)
      var bases: [Int] = []
      var ahead: [Int] = []
      while fresh > 0, let commit = pop() {
        var flags = marks[commit] & (Self.left | Self.right | Self.stale)
        if flags & Self.stale == 0 {
          fresh -= 1
          if flags == Self.left | Self.right {
            bases.append(commit)
            flags |= Self.stale
          } else if flags == Self.right {
            ahead.append(commit)
          }
        }
        for parent in graph.parents(of: commit) { mark(parent, flags) }
      }
      for commit in touched { marks[commit] = 0 }
      return (bases.max { graph.committed[$0] < graph.committed[$1] }, ahead)
    }
  }
}
