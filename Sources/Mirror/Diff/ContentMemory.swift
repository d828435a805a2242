/// Two contents that are compared, by the ids of their blobs.
public struct ContentPair: Hashable, Sendable {
  /// The older content.
  public var old: ObjectID
  /// The newer content.
  public var new: ObjectID

  /// Makes a pair of two different blobs.
  public init(old: ObjectID, new: ObjectID) {
    self.old = old
    self.new = new
  }
}

/// What a comparison of two contents found, whatever trees hold them. It never changes under one
/// ``DiffEngine/algorithmVersion``.
public struct ContentFacts: Hashable, Sendable {
  /// How the contents differ.
  public enum Difference: Hashable, Sendable {
    /// One of them is binary.
    case binary
    /// The lines of texts. The way back has the same counts, swapped, where `isReversible` says so.
    case lines(additions: Int, deletions: Int, isReversible: Bool)
  }

  /// How they differ; `nil` where that was not asked for.
  public var difference: Difference?
  /// How similar git finds them, 0 to 60,000 and alike both ways; `nil` where that was not asked for.
  public var similarity: Int?

  /// Makes facts of their parts.
  public init(difference: Difference? = nil, similarity: Int? = nil) {
    self.difference = difference
    self.similarity = similarity
  }
}

/// Keeps what comparisons of contents found, beyond one engine and one run.
public protocol ContentMemory: Sendable {
  /// Tells what is known of some pairs. Asked at most a few times in a comparison of trees, on the thread that makes it.
  func recall(_ pairs: [ContentPair]) -> [ContentPair: ContentFacts]

  /// Takes in what a comparison of trees found.
  func learn(_ facts: [ContentPair: ContentFacts])
}

/// What one comparison of trees knows and learns of pairs of contents.
final class Recollection {
  /// Similarities are kept where sources x destinations of renames are at most this many.
  static let similarities = 64

  private let memory: any ContentMemory
  private var known: [ContentPair: ContentFacts] = [:]
  private var learned: [ContentPair: ContentFacts] = [:]

  init(_ memory: any ContentMemory) { self.memory = memory }

  /// Begins a comparison of trees: asks for all pairs of it at once.
  func begin(_ changes: [TreeChange]) {
    known.removeAll(keepingCapacity: true)
    learned.removeAll(keepingCapacity: true)
    var pairs: [ContentPair] = []
    var sources: [TreeChange] = []
    var destinations: [TreeChange] = []
    for change in changes {
      if let pair = change.contentPair {
        pairs.append(pair)
      } else if change.newMode.isNone {
        sources.append(change)
      } else if change.oldMode.isNone {
        destinations.append(change)
      }
    }
    if sources.count * destinations.count <= Self.similarities {
      for source in sources where source.oldMode.isRegular {
        for destination in destinations
        where destination.newMode.isRegular && destination.newID != source.oldID {
          pairs.append(ContentPair(old: source.oldID, new: destination.newID))
        }
      }
    }
    if !pairs.isEmpty { known = memory.recall(pairs) }
  }

  /// Asks for pairs that turned out later.
  func add(_ pairs: [ContentPair]) {
    let unknown = pairs.filter { known[$0] == nil }
    guard !unknown.isEmpty else { return }
    known.merge(memory.recall(unknown)) { first, _ in first }
  }

  /// The same memory for engines that do a part of this comparison: what was asked for is not asked for again.
  var shared: any ContentMemory { Shared(known: known, memory: memory) }

  private struct Shared: ContentMemory {
    let known: [ContentPair: ContentFacts]
    let memory: any ContentMemory

    func recall(_ pairs: [ContentPair]) -> [ContentPair: ContentFacts] { known }
    func learn(_ facts: [ContentPair: ContentFacts]) { memory.learn(facts) }
  }

  subscript(pair: ContentPair) -> ContentFacts? { known[pair] }

  func note(_ pair: ContentPair, difference: ContentFacts.Difference) {
    learned[pair, default: ContentFacts()].difference = difference
  }

  func note(_ pair: ContentPair, similarity: Int) {
    learned[pair, default: ContentFacts()].similarity = similarity
  }

  /// Ends a comparison of trees, also one that failed.
  func end() {
    if !learned.isEmpty { memory.learn(learned) }
  }
}

extension TreeChange {
  /// The pair of contents that is compared, where there are two different blobs.
  var contentPair: ContentPair? {
    guard !oldMode.isNone, !newMode.isNone, !oldMode.isSubmodule, !newMode.isSubmodule,
      oldID != newID
    else { return nil }
    return ContentPair(old: oldID, new: newID)
  }
}
