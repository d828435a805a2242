extension Repository {
  /// Lists commits that a server is likely to know too, to be offered in a fetch: the tips of all branches, and behind
  /// each its first parents at growing distance, for the case that the tip itself was thrown away on the server.
  ///
  /// - Parameter limit: The most commits; one offered in vain costs 50 bytes.
  public func haves(limit: Int = 256) throws(GitError) -> [ObjectID] {
    var result: [ObjectID] = []
    var seen: Set<ObjectID> = []
    let tips = try references(below: "refs/heads").map(\.id).sorted()
    for id in tips where seen.insert(id).inserted { result.append(id) }
    for tip in tips {
      var id = tip
      for distance in 1...Self.furthestHave {
        guard result.count < limit, let parent = try commit(id).parents.first else { break }
        id = parent
        if distance & (distance - 1) == 0, seen.insert(id).inserted { result.append(id) }
      }
    }
    return Array(result.prefix(limit))
  }

  private static let furthestHave = 512
}
