import Foundation
import TestSupport
import Testing

@testable import Pages

@Suite struct ChartTests {
  @Test func `a treemap's areas are in proportion and fill the box`() {
    var random = SeededGenerator(seed: 3)
    for round in 0..<200 {
      let count = Int.random(in: 1...(round + 1), using: &random)
      let values = (0..<count)
        .map { _ in pow(10, Double.random(in: 0...6, using: &random)) }.sorted(by: >)
      let box = Box(
        x: 3, y: 5, width: .random(in: 1...2_000, using: &random),
        height: .random(in: 1...2_000, using: &random))
      let boxes = Treemap.divide(box, among: values)
      #expect(boxes.count == count)
      let scale = box.area / values.reduce(0, +)
      #expect(abs(boxes.reduce(0) { $0 + $1.area } - box.area) < box.area * 1e-9)
      for (value, part) in zip(values, boxes) {
        #expect(abs(part.area - value * scale) <= box.area * 1e-9)
        #expect(part.width >= 0 && part.height >= 0)
        #expect(part.x >= box.x - 1e-6 && part.x + part.width <= box.x + box.width + 1e-6)
        #expect(part.y >= box.y - 1e-6 && part.y + part.height <= box.y + box.height + 1e-6)
      }
    }
  }

  @Test func `boxes of a treemap do not overlap`() {
    let values = (1...40).map { 400.0 / Double($0) }
    let boxes = Treemap.divide(Box(x: 0, y: 0, width: 300, height: 200), among: values)
    for (index, one) in boxes.enumerated() {
      for two in boxes[(index + 1)...] {
        let width = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
        let height = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
        #expect(min(width, height) < 1e-6)
      }
    }
  }

  @Test func `a treemap of nothing has no area`() {
    let box = Box(x: 0, y: 0, width: 0, height: 10)
    #expect(Treemap.divide(box, among: [2, 1]).allSatisfy { $0.area == 0 })
    #expect(Treemap.divide(box, among: []).isEmpty)
  }

  @Test(arguments: [1, 150, 170, 5_000, 25_000])
  func `all changed lines are in the tree, however many files there are`(count: Int) {
    let files = (1...count).map {
      ChurnRow(
        name: "\($0 % 7)/\($0 % 31)/\($0 % 5 == 0 ? "" : "deep/er/")file\($0).c", mergeRequests: 1,
        additions: 1 + 9_000 / $0, deletions: 1)
    }
    for shown in [files, SamplePages().churn(count)] {
      let tree = ChurnTree(files: shown, directory: nil)
      #expect(tree.churn == shown.reduce(0) { $0 + $1.churn })
      #expect(tree.churn == tree.groups.reduce(0) { $0 + $1.churn })
      for group in tree.groups {
        #expect(group.churn == group.leaves.reduce(0) { $0 + $1.churn })
        #expect(group.leaves.map(\.churn) == group.leaves.map(\.churn).sorted(by: >))
      }
      let leaves = tree.groups.reduce(0) { $0 + $1.leaves.count }
      #expect(leaves <= ChurnTree.maximumLeaves + ChurnTree.maximumGroups)
      #expect(leaves >= min(count, tree.groups.count))
    }
  }

  @Test func `a large file is seen beside a directory of many small ones`() {
    let small = (0..<4_000).map {
      ChurnRow(name: "data/a/\($0).csv", mergeRequests: 1, additions: 10, deletions: 0)
    }
    let large = ChurnRow(name: "data/b/large.csv", mergeRequests: 3, additions: 900, deletions: 0)
    let top = ChurnRow(name: "src/main.c", mergeRequests: 3, additions: 9, deletions: 0)
    let tree = ChurnTree(files: [large] + small + [top], directory: nil)
    #expect(tree.groups.map(\.name) == ["data/", "src/"])
    #expect(tree.groups[0].leaves.map(\.name) == ["a/", "b/large.csv"])
    #expect(tree.groups[0].leaves.map(\.churn) == [40_000, 900])
  }

  @Test func `directories that all files share are no box of their own`() {
    let files = [
      "src/main/java/a/One.java", "src/main/java/b/Two.java", "src/main/java/Three.java",
    ]
    .map { ChurnRow(name: $0, mergeRequests: 1, additions: 5, deletions: 0) }
    let tree = ChurnTree(files: files, directory: nil)
    #expect(Set(tree.groups.map(\.name)) == ["a/", "b/", "src/main/java/"])
    #expect(ChurnTree(files: files, directory: "src/main/java/a").churn == 5)
    #expect(ChurnTree(files: files, directory: "src/ma").churn == 0)
  }

  @Test func `no two labels of a picture lie on each other`() {
    for layout in Chart.Layout.allCases {
      let box = Box(x: 0, y: 0, width: layout.width, height: 300)
      let days = (0..<365).map {
        ChurnDay(
          day: Date(timeIntervalSince1970: Double($0) * 86_400), mergeRequests: 1,
          additions: $0 * $0, deletions: $0 * 3)
      }
      for count in [1, 2, 7, 30, 92, 93, 365] {
        Self.expectApart(ChurnTimeline(Array(days.prefix(count))).chart(of: "x").draw(box).text)
      }
      for count in [1, 10, 300] {
        let tree = ChurnTree(files: SamplePages().churn(count), directory: nil)
        Self.expectApart(ChurnTreemap(tree: tree).chart(of: "x").draw(box).text)
      }
    }
  }

  /// Takes each label for as wide as its letters may be, and 12 high.
  private static func expectApart(_ drawing: String) {
    let labels = drawing.matches(
      of:
        /<text [^>]*?(?:text-anchor="(?<anchor>[a-z]+)" )?x="(?<x>[-0-9.]+)" y="(?<y>[-0-9.]+)">(?<text>[^<]*)<\/text>/
    ).map { match -> Box in
      let width = Chart.width(match.text)
      let x = Double(match.x) ?? 0
      let left = match.anchor == "middle" ? x - width / 2 : match.anchor == "end" ? x - width : x
      return Box(x: left, y: (Double(match.y) ?? 0) - 10, width: width, height: 12)
    }
    for (index, one) in labels.enumerated() {
      #expect(one.x >= -1)
      for two in labels[(index + 1)...] {
        let width = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
        let height = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
        #expect(min(width, height) <= 0)
      }
    }
  }

  @Test func `churn over time has every day once, and weeks where there are many`() {
    let day = Date(timeIntervalSince1970: 1_777_107_600)
    func churn(_ days: [Double]) -> ChurnTimeline {
      ChurnTimeline(
        days.map {
          ChurnDay(
            day: day.addingTimeInterval(-$0 * 86_400), mergeRequests: 1, additions: 2, deletions: 1)
        })
    }
    #expect(churn([3, 0]).buckets.map(\.additions) == [2, 0, 0, 2])
    #expect(churn([200, 0]).span == 7)
    #expect(churn([200, 0]).buckets.reduce(0) { $0 + $1.deletions } == 2)
    #expect(churn([4_000_000, 0]).buckets.count <= 58)
    #expect(churn([]).buckets.isEmpty)
  }
}
