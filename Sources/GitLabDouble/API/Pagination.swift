/// GitLab's offset paging: a page of rows and the headers that lead on.
struct Page<Row: Sendable>: Sendable {
  var rows: ArraySlice<Row>
  var headers: [(String, String)]

  /// Cuts the page a query asks for out of all rows.
  ///
  /// - Parameter address: The endpoint's address without a query, as links have it.
  /// - Throws: The 400 for a page that is no number, the 405 for keyset paging.
  init(
    of rows: [Row], query: Parameters, address: String, identifier: (String, String)?,
    totalLimit: Int
  ) throws(Answer) {
    if query["pagination"] == "keyset" {
      throw Answer.error(
        "Keyset pagination is not yet available for this type of request", status: 405)
    }
    let page = try Self.number("page", in: query) ?? 1
    let perPage = min(try Self.number("per_page", in: query) ?? 20, 100)
    let pages = max(1, (rows.count + perPage - 1) / perPage)
    let start = min((page - 1).multipliedReportingOverflow(by: perPage).partialValue, rows.count)
    let end = min(start + perPage, rows.count)
    self.rows = rows[max(0, start)..<max(0, start, end)]

    let large = rows.count > totalLimit
    func link(_ number: Int, _ relation: String) -> String {
      var changes = [("page", String(number)), ("per_page", String(perPage))]
      if let identifier { changes.insert(identifier, at: 0) }
      return "<\(address)?\(query.encoded(setting: changes))>; rel=\"\(relation)\""
    }
    var links: [String] = []
    if page > 1 { links.append(link(min(page - 1, pages), "prev")) }
    if page < pages { links.append(link(page + 1, "next")) }
    links.append(link(1, "first"))
    if !large { links.append(link(pages, "last")) }
    headers = [
      ("Link", links.joined(separator: ", ")),
      ("X-Next-Page", page < pages ? String(page + 1) : ""), ("X-Page", String(page)),
      ("X-Per-Page", String(perPage)), ("X-Prev-Page", page > 1 ? String(page - 1) : ""),
    ]
    if !large {
      headers += [("X-Total", String(rows.count)), ("X-Total-Pages", String(pages))]
    }
  }

  static func number(_ name: String, in query: Parameters) throws(Answer) -> Int? {
    guard let text = query[name], !text.isEmpty else { return nil }
    guard let value = Int(text), value < 1 << 40 else {
      throw Answer.error("\(name) is invalid", status: 400)
    }
    guard value > 0 else {
      if name == "page" { return 1 }
      throw Answer.error("\(name) does not have a valid value", status: 400)
    }
    return value
  }
}
