/// Draws churn by directory and file: a rectangle each, as large as the lines that changed.
struct ChurnTreemap {
  let tree: ChurnTree

  private static let heading = 18.0
  private static let gap = 2.0

  func chart(of place: String) -> Chart {
    let first = tree.groups.first.map {
      " Most lie in \($0.name): \(Words.percent(Double($0.churn) / Double(max(1, tree.churn))))."
    }
    return Chart(
      id: "treemap", title: "Changed lines by directory and file in \(place)",
      summary: "\(Words.count(tree.churn, "changed line")).\(first ?? "")", heights: (370, 440)
    ) { draw(in: $0) }
  }

  /// The rectangles of the directories and, in each, of the files.
  func boxes(in box: Box) -> [(group: Box, leaves: [Box])] {
    let groups = Treemap.divide(box, among: tree.groups.map { Double($0.churn) })
    return zip(tree.groups, groups).map { group, box in
      (box, Treemap.divide(Self.inner(box), among: group.leaves.map { Double($0.churn) }))
    }
  }

  private static func hasHeading(_ box: Box) -> Bool { box.width >= 44 && box.height >= 36 }

  private static func inner(_ box: Box) -> Box {
    box.inset(top: hasHeading(box) ? heading : gap, sides: gap)
  }

  func draw(in box: Box) -> HTML {
    let most = tree.groups.flatMap(\.leaves).compactMap(\.mergeRequests).max() ?? 0
    return HTML.join(
      zip(tree.groups, boxes(in: box)).map { group, boxes in
        """
        <g><rect class="dir" \(Chart.place(boxes.group))><title>\(words(group))</title></rect>\
        \(heading(group, boxes.group))\(zip(group.leaves, boxes.leaves).map { leaf($0, in: $1, of: group, most: most) })</g>

        """
      })
  }

  private func words(_ group: ChurnTree.Group) -> String {
    "\(group.name): \(Words.count(group.churn, "changed line"))"
  }

  private func heading(_ group: ChurnTree.Group, _ box: Box) -> HTML {
    guard Self.hasHeading(box), let text = Chart.fitting(group.name, width: box.width - 10) else {
      return ""
    }
    return """
      <text class="dirname" x="\(Chart.tenths(box.x + 5))" y="\(Chart.tenths(box.y + 13))">\(text)</text>
      """
  }

  /// A path, or its last part where all of it has no room: `catalogues/re…` could be any of ten.
  private static func label(_ path: String, width: Double) -> String? {
    guard Chart.width(path) > width else { return path }
    let end = path.dropLast().lastIndex(of: "/").map { path.index(after: $0) }
    return Chart.fitting(String(path[(end ?? path.startIndex)...]), width: width)
  }

  private func leaf(
    _ leaf: ChurnTree.Leaf, in box: Box, of group: ChurnTree.Group, most: Int
  ) -> HTML {
    let shown = box.inset(top: 0.5, sides: 0.5)
    guard shown.width >= 1, shown.height >= 1 else { return "" }
    let touched = leaf.mergeRequests.map { " in \(Words.count($0, "merge request"))" } ?? ""
    let label: HTML
    if box.height >= 17, let text = Self.label(leaf.name, width: box.width - 8) {
      label = """
        <text x="\(Chart.tenths(box.x + 4))" y="\(Chart.tenths(box.y + 13))">\(text)</text>
        """
    } else {
      label = ""
    }
    return """
      <g class="t\(Self.heat(leaf.mergeRequests, most: most))"><rect \(Chart.place(shown))>\
      <title>\(leaf.name) in \(group.name): \(Words.count(leaf.churn, "changed line"))\(touched)</title></rect>\(label)</g>
      """
  }

  /// How dark a file is, 0 to 4: by how many merge requests touched it.
  private static func heat(_ mergeRequests: Int?, most: Int) -> Int {
    guard let mergeRequests, most > 1 else { return 0 }
    let share = Double(mergeRequests - 1) / Double(most - 1)
    return min(4, Int(share.squareRoot() * 5))
  }
}
