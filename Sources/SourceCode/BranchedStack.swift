/// A stack that can go back to what it held where a branch began, for no more than what was taken off since.
struct BranchedStack<Element> {
  private struct Branch {
    /// How many elements there were where it began.
    var count: Int
    /// So many of them were not taken off since.
    var kept: Int
    /// The others, the topmost first.
    var removed: [Element] = []
  }

  private(set) var elements: [Element] = []
  private var branches: [Branch] = []

  var count: Int { elements.count }
  var isEmpty: Bool { elements.isEmpty }
  var last: Element? { elements.last }
  subscript(index: Int) -> Element { elements[index] }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popLast() -> Element? {
    let last = elements.last
    truncate(to: elements.count - 1)
    return last
  }

  /// Takes off what stands above the first `count` elements.
  mutating func truncate(to count: Int) {
    guard count >= 0, count < elements.count else { return }
    if let branch = branches.indices.last, count < branches[branch].kept {
      branches[branch].removed += elements[count..<branches[branch].kept].reversed()
      branches[branch].kept = count
    }
    elements.removeSubrange(count...)
  }

  /// Takes off all, and ends all branches.
  mutating func removeAll() {
    elements.removeAll(keepingCapacity: true)
    branches.removeAll()
  }

  // MARK: Branches

  mutating func beginBranch() {
    branches.append(Branch(count: elements.count, kept: elements.count))
  }

  /// How many elements come back with ``restore()``.
  var missing: Int { branches.last.map { $0.count - $0.kept } ?? 0 }

  /// Holds again what it held where the last branch began.
  mutating func restore() {
    guard let branch = branches.indices.last else { return }
    elements.removeSubrange(branches[branch].kept...)
    elements += branches[branch].removed.reversed()
    branches[branch].removed.removeAll()
    branches[branch].kept = elements.count
  }

  mutating func endBranch() {
    guard let inner = branches.popLast(), let outer = branches.indices.last,
      inner.kept < branches[outer].kept
    else { return }
    branches[outer].removed += inner.removed.suffix(branches[outer].kept - inner.kept)
    branches[outer].kept = inner.kept
  }
}
