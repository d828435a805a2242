/// Finds the name that a person most likely meant.
public enum NearestPath {
  /// The longest text compared, in bytes; longer ones are never suggested.
  static let maximumLength = 512

  /// The nearest candidate, or nil where none is near enough to be a slip of the finger.
  ///
  /// Distance is Damerau–Levenshtein's in its restricted form (optimal string alignment) on bytes,
  /// without regard to ASCII case. One edit is allowed for each four bytes, at least one and at most
  /// four; none in texts shorter than three. A text without a slash is compared with the candidates' last segments too. Of equally
  /// near ones the first in order of bytes is taken. Costs O(length × edits) for a candidate.
  public static func suggest(for text: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(text.lowercased().utf8)
    guard !wanted.isEmpty, wanted.count <= maximumLength else { return nil }
    let limit = wanted.count < 3 ? 0 : min(4, max(1, wanted.count / 4))
    let comparesNames = !text.contains("/")
    var best: (distance: Int, path: String)?
    for path in candidates where path.utf8.count <= maximumLength {
      let bytes = Array(path.lowercased().utf8)
      var distance = distance(wanted, bytes, atMost: limit)
      if comparesNames, let slash = bytes.lastIndex(of: UInt8(ascii: "/")) {
        let nameDistance = Self.distance(wanted, Array(bytes[(slash + 1)...]), atMost: limit)
        distance = [distance, nameDistance].compactMap(\.self).min()
      }
      guard let distance else { continue }
      if let found = best, (found.distance, found.path) <= (distance, path) { continue }
      best = (distance, path)
    }
    return best?.path
  }

  /// The restricted Damerau–Levenshtein distance, or nil where it is above the limit.
  static func distance(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    guard !right.isEmpty else { return left.count }
    let far = limit + 1
    let width = right.count + 1
    var beforeLast = [Int](repeating: far, count: width)
    var last = (0..<width).map { min($0, far) }
    for row in 0..<left.count {
      var current = [Int](repeating: far, count: width)
      current[0] = min(row + 1, far)
      var least = current[0]
      for column in max(0, row - limit)..<min(right.count, row + limit + 1) {
        let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
        var value = min(substitution, last[column + 1] + 1, current[column] + 1, far)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          value = min(value, beforeLast[column - 1] + 1)
        }
        current[column + 1] = value
        least = min(least, value)
      }
      // Two rows above the limit leave no way back below it: a transposition skips one row only.
      if least > limit, last.allSatisfy({ $0 > limit }) { return nil }
      (beforeLast, last) = (last, current)
    }
    return last[right.count] <= limit ? last[right.count] : nil
  }
}
