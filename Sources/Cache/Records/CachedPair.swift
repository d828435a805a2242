import Foundation
import GRDB

/// What is known of two contents.
public struct CachedPair: Sendable, Equatable {
  /// Lines that were added and removed.
  public struct Lines: Sendable, Equatable {
    /// Lines added.
    public var additions: Int
    /// Lines removed.
    public var deletions: Int

    /// Makes counts of their parts.
    public init(additions: Int, deletions: Int) {
      self.additions = additions
      self.deletions = deletions
    }
  }

  /// The bytes of the two ids, the smaller one first.
  public var key: Data
  /// Whether one of the two is binary.
  public var isBinary: Bool
  /// Whether the way back has the same counts, swapped.
  public var isReversible: Bool
  /// What leads from the first to the second.
  public var forward: Lines?
  /// What leads back, where that is not the same swapped.
  public var backward: Lines?
  /// How similar git finds them.
  public var similarity: Int?

  /// Makes a pair of its parts.
  public init(
    key: Data, isBinary: Bool = false, isReversible: Bool = false, forward: Lines? = nil,
    backward: Lines? = nil, similarity: Int? = nil
  ) {
    self.key = key
    self.isBinary = isBinary
    self.isReversible = isReversible
    self.forward = forward
    self.backward = backward
    self.similarity = similarity
  }
}
