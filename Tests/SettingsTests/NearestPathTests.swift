import Testing

@testable import Settings

@Suite struct NearestPathTests {
  private let paths = ["group/project", "group/profile", "gnome/nautilus", "GNOME/glib", "a/b"]

  @Test(arguments: [
    ("group/projet", "group/project"), ("gruop/project", "group/project"),
    ("GROUP/PROJECT", "group/project"), ("group/projects", "group/project"),
    ("gnome/nautlius", "gnome/nautilus"), ("gnome/glib", "GNOME/glib"),
    ("nautilus", "gnome/nautilus"), ("nautlius", "gnome/nautilus"), ("glb", "GNOME/glib"),
    ("group/profit", "group/profile"),
  ])
  func `a slip finds its path`(text: String, path: String) {
    #expect(NearestPath.suggest(for: text, among: paths) == path)
  }

  @Test(arguments: ["", "something/else", "x", "zzzz", String(repeating: "a", count: 5000)])
  func `what is far from all finds none`(text: String) {
    #expect(NearestPath.suggest(for: text, among: paths) == nil)
  }

  @Test func `of equally near ones the first is taken`() {
    #expect(NearestPath.suggest(for: "aaaa/x", among: ["aaaa/z", "aaaa/y"]) == "aaaa/y")
    #expect(NearestPath.suggest(for: "aaaa/x", among: [String]()) == nil)
  }

  @Test func `the bounded distance is the full one where it is below the limit`() {
    let words = [
      "", "a", "b", "ab", "ba", "abc", "acb", "cab", "abcd", "badc", "abdc", "dcba", "xabcdy",
    ]
    for left in words {
      for right in words {
        let full = Self.full(Array(left.utf8), Array(right.utf8))
        for limit in 0...6 {
          let bounded = NearestPath.distance(Array(left.utf8), Array(right.utf8), atMost: limit)
          #expect(bounded == (full <= limit ? full : nil), "\(left) \(right) \(limit)")
        }
      }
    }
  }

  /// The textbook's whole table.
  private static func full(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var table = Array(repeating: Array(0...right.count), count: left.count + 1)
    for row in 0...left.count { table[row][0] = row }
    for row in 0..<left.count {
      for column in 0..<right.count {
        var value = min(
          table[row][column] + (left[row] == right[column] ? 0 : 1),
          table[row][column + 1] + 1, table[row + 1][column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          value = min(value, table[row - 1][column - 1] + 1)
        }
        table[row + 1][column + 1] = value
      }
    }
    return table[left.count][right.count]
  }
}
