extension Repository {
  /// The most commits that are read to find which ones lie in a range.
  private static let mostRangeSteps = 20_000
  /// How many more commits are read when all has been found: clocks of committers differ. As many as git reads.
  private static let rangeSlop = 5

  /// Lists the commits that a head reaches and a base does not, newest first, as `git rev-list base..head` does.
  ///
  /// A base is not always on the first parents of its head: a branch that has merged its target since has its merge base
  /// beside them.
  ///
  /// - Parameter limit: The most commits listed.
  /// - Returns: Nothing where the range spans more than 20,000 commits.
  /// - Throws: ``GitError`` where a commit cannot be read.
  public func commits(
    from base: ObjectID, to head: ObjectID, atMost limit: Int
  ) throws(GitError) -> [Commit] {
    var pending = RangeQueue()
    var isBelowBase: Set<ObjectID> = [base]
    var seen: Set<ObjectID> = [base, head]
    for id in seen { pending.insert(try commit(id)) }
    var found: [Commit] = []
    var oldest = Int64.max
    var slop = Self.rangeSlop
    // How many of the pending are not known to be below the base.
    var open = base == head ? 0 : 1
    for _ in 0..<Self.mostRangeSteps {
      let mayLeadThere = open > 0 || pending.newestTime >= oldest
      slop = mayLeadThere ? Self.rangeSlop : slop - 1
      guard slop > 0, let next = pending.popNewest() else {
        return Array(found.lazy.filter { !isBelowBase.contains($0.id) }.prefix(limit))
      }
      let isBelow = isBelowBase.contains(next.id)
      if !isBelow {
        open -= 1
        found.append(next)
        oldest = min(oldest, next.committer.time)
      }
      for parent in next.parents {
        let isNew = seen.insert(parent).inserted
        let isNewBelow = isBelow && isBelowBase.insert(parent).inserted
        if isNew {
          pending.insert(try commit(parent))
          if !isBelow { open += 1 }
        } else if isNewBelow {
          if pending.contains(parent) { open -= 1 } else { pending.insert(try commit(parent)) }
        }
      }
    }
    return []
  }
}

/// Commits to go on from, the newest first.
private struct RangeQueue {
  /// Sorted, the newest last.
  private var commits: [Commit] = []
  private var ids: Set<ObjectID> = []

  var newestTime: Int64 { commits.last?.committer.time ?? .min }

  func contains(_ id: ObjectID) -> Bool { ids.contains(id) }

  mutating func insert(_ commit: Commit) {
    var (low, high) = (0, commits.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.key(commits[middle]) < Self.key(commit) { low = middle + 1 } else { high = middle }
    }
    commits.insert(commit, at: low)
    ids.insert(commit.id)
  }

  mutating func popNewest() -> Commit? {
    guard let commit = commits.popLast() else { return nil }
    ids.remove(commit.id)
    return commit
  }

  private static func key(_ commit: Commit) -> (Int64, ObjectID) {
    (commit.committer.time, commit.id)
  }
}
