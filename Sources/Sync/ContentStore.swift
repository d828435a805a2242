import Cache
import Foundation
import Mirror
import Synchronization

/// Keeps comparisons of contents in the cache: what a rebased merge request, a revert or the same change on another
/// branch compares again is then looked up. Serves many threads.
public final class ContentStore: ContentMemory {
  /// Pairs that are held before they are stored, some 100 bytes each.
  private static let batch = 50_000

  private struct State {
    var fresh: [ContentPair: ContentFacts] = [:]
    var hasStored: Bool
    var stored = 0
    var recalled = 0
    var failure: (any Error)?

    mutating func take() -> [ContentPair: ContentFacts] {
      defer { fresh.removeAll() }
      stored += fresh.count
      return fresh
    }
  }

  private let cache: CacheStore
  private let clock: (@Sendable () -> Date)?
  private let state: Mutex<State>

  /// - Parameter clock: What day it is; without it nothing is stored.
  public init(_ cache: CacheStore, clock: (@Sendable () -> Date)?) throws {
    self.cache = cache
    self.clock = clock
    state = Mutex(State(hasStored: try cache.hasPairs()))
  }

  /// How many comparisons were known already.
  public var recalled: Int { state.withLock { $0.recalled } }

  /// Looks pairs up among those of this run and those of the cache.
  public func recall(_ pairs: [ContentPair]) -> [ContentPair: ContentFacts] {
    var (found, hasStored) = state.withLock { state in
      var found: [ContentPair: ContentFacts] = [:]
      if !state.fresh.isEmpty {
        for pair in pairs {
          if let facts = state.fresh[pair] {
            found[pair] = facts
          } else if let facts = state.fresh[pair.reversed]?.reversed {
            found[pair] = facts
          }
        }
      }
      return (found, state.hasStored)
    }
    if hasStored {
      let unknown = pairs.filter { found[$0] == nil }
      // A cache that cannot be read is met again where it matters.
      let rows =
        (try? cache.pairs(unknown.map(\.key), algorithm: DiffEngine.algorithmVersion)) ?? []
      for (pair, row) in zip(unknown, rows) {
        if let facts = row.flatMap({ ContentFacts($0, for: pair) }) { found[pair] = facts }
      }
    }
    let differences = found.values.count { $0.difference != nil }
    if differences > 0 { state.withLock { $0.recalled += differences } }
    return found
  }

  /// Holds what was found until there is a batch to store.
  public func learn(_ facts: [ContentPair: ContentFacts]) {
    guard clock != nil else { return }
    let full = state.withLock { state -> [ContentPair: ContentFacts]? in
      // A run that finds more than half of what is kept would drive out everything else.
      guard state.stored < CacheStore.maximumPairs / 2 else { return nil }
      for (pair, facts) in facts { state.fresh[pair, default: ContentFacts()].add(facts) }
      return state.fresh.count >= Self.batch ? state.take() : nil
    }
    if let full { store(full) }
  }

  /// Stores what is left. What the cache refused before is thrown now.
  func finish() throws {
    store(state.withLock { $0.take() })
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func store(_ facts: [ContentPair: ContentFacts]) {
    guard let clock, !facts.isEmpty else { return }
    do {
      try cache.storePairs(
        facts.map { CachedPair($0.key, $0.value) }, algorithm: DiffEngine.algorithmVersion,
        at: clock())
      state.withLock { $0.hasStored = true }
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
  }
}

extension ContentPair {
  fileprivate var reversed: ContentPair { ContentPair(old: new, new: old) }

  fileprivate var isSorted: Bool { old < new }

  /// The bytes by which the cache knows the pair, whichever way it is compared.
  fileprivate var key: Data {
    Data(isSorted ? old.bytes + new.bytes : new.bytes + old.bytes)
  }
}

extension ContentFacts {
  /// What they tell of the way back.
  fileprivate var reversed: ContentFacts? {
    var back = self
    if case .lines(let additions, let deletions, let isReversible) = difference {
      back.difference =
        isReversible
        ? .lines(additions: deletions, deletions: additions, isReversible: true) : nil
    }
    return back.difference == nil && back.similarity == nil ? nil : back
  }

  fileprivate mutating func add(_ other: ContentFacts) {
    difference = other.difference ?? difference
    similarity = other.similarity ?? similarity
  }

  fileprivate init?(_ row: CachedPair, for pair: ContentPair) {
    self.init(similarity: row.similarity)
    if row.isBinary {
      difference = .binary
    } else {
      let back = row.isReversible ? row.forward?.swapped : row.backward
      difference = (pair.isSorted ? row.forward : back).map {
        .lines(additions: $0.additions, deletions: $0.deletions, isReversible: row.isReversible)
      }
    }
    if difference == nil && similarity == nil { return nil }
  }
}

extension CachedPair {
  fileprivate init(_ pair: ContentPair, _ facts: ContentFacts) {
    self.init(key: pair.key, similarity: facts.similarity)
    switch facts.difference {
    case nil: break
    case .binary: isBinary = true
    case .lines(let additions, let deletions, let isReversible):
      let lines = Lines(additions: additions, deletions: deletions)
      self.isReversible = isReversible
      if pair.isSorted {
        forward = lines
      } else if isReversible {
        forward = lines.swapped
      } else {
        backward = lines
      }
    }
  }
}

extension CachedPair.Lines {
  fileprivate var swapped: CachedPair.Lines {
    CachedPair.Lines(additions: deletions, deletions: additions)
  }
}
