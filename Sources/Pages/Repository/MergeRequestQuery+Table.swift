extension MergeRequestQuery {
  /// Reads a query; what it does not know, or what is too long, is left out.
  package init(_ items: some Sequence<(name: String, value: String)>) {
    self.init()
    for (name, value) in items where !value.isEmpty && value.utf8.count <= 4_096 {
      switch name {
      case "state" where Self.states.contains(value): state = value
      case "author": author = value
      case "q": text = value
      case "sort": sort = Sort(rawValue: value) ?? sort
      case "order": isAscending = value == "asc"
      case "page": page = min(max(Int(value) ?? 1, 1), 1_000_000)
      case "dir": directory = value
      default: break
      }
    }
  }

  /// The states that can be asked for.
  static let states = ["merged", "opened", "closed", "locked"]

  /// The query of an address that asks the same; what is as usual is left out.
  package var items: [(name: String, value: String)] {
    var items: [(name: String, value: String)] = []
    if let state { items.append(("state", state)) }
    if let author { items.append(("author", author)) }
    if !text.isEmpty { items.append(("q", text)) }
    if sort != .merged { items.append(("sort", sort.rawValue)) }
    if isAscending { items.append(("order", "asc")) }
    if page > 1 { items.append(("page", String(page))) }
    if let directory { items.append(("dir", directory)) }
    return items
  }

  /// The same with other values.
  func with(_ change: (inout MergeRequestQuery) -> Void) -> MergeRequestQuery {
    var query = self
    change(&query)
    return query
  }

  /// Filters and orders rows. Rows without a value come last in either order.
  package func apply(to rows: [MergeRequestRow]) -> [MergeRequestRow] {
    let words = text.lowercased().split(separator: " ")
    let found = rows.filter { row in
      if let state, row.state != state { return false }
      if let author, row.author != author { return false }
      guard !words.isEmpty else { return true }
      let title = row.title.lowercased()
      return words.allSatisfy { title.contains($0) || $0 == "!\(row.iid)" || $0 == "\(row.iid)" }
    }
    switch sort {
    case .merged: return ordered(found) { $0.mergedAt }
    case .updated: return ordered(found) { $0.updatedAt }
    case .number: return ordered(found) { $0.iid }
    case .title: return ordered(found) { $0.title.lowercased() }
    case .author: return ordered(found) { $0.author?.lowercased() }
    case .files: return ordered(found) { $0.files }
    case .additions: return ordered(found) { $0.files == nil ? nil : $0.additions }
    case .deletions: return ordered(found) { $0.files == nil ? nil : $0.deletions }
    case .churn: return ordered(found) { $0.files == nil ? nil : $0.churn }
    }
  }

  private func ordered<Key: Comparable>(
    _ rows: [MergeRequestRow], by key: (MergeRequestRow) -> Key?
  ) -> [MergeRequestRow] {
    let keyed = rows.map { (key: key($0), row: $0) }
    return keyed.sorted { left, right in
      guard let one = left.key else { return right.key == nil && left.row.iid > right.row.iid }
      guard let two = right.key else { return true }
      guard one != two else { return left.row.iid > right.row.iid }
      return isAscending ? one < two : one > two
    }.map(\.row)
  }
}
