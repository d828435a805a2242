import Cache

/// Hotspots in the forms of `hotspots`.
public enum HotspotReport {
  /// The JSON object.
  public static func json(
    _ hotspots: [CacheStore.Hotspot], by grouping: CacheStore.HotspotGrouping, repository: String,
    baseURL: String
  ) -> JSONValue {
    .object([
      ("repository", .string(repository)), ("baseUrl", .string(baseURL)),
      ("by", .string(grouping.rawValue)),
      (
        "hotspots",
        .array(
          hotspots.map { hotspot in
            .object([
              (grouping.rawValue, .string(String(decoding: hotspot.name, as: UTF8.self))),
              ("mergeRequests", .integer(hotspot.mergeRequests)),
              ("additions", .integer(hotspot.additions)),
              ("deletions", .integer(hotspot.deletions)), ("churn", .integer(hotspot.churn)),
            ])
          })
      ),
    ])
  }

  /// A table, a line a place.
  public static func text(
    _ hotspots: [CacheStore.Hotspot], by grouping: CacheStore.HotspotGrouping
  ) -> String {
    var table = TextTable(columns: [
      .right("churn"), .right("+"), .right("-"), .right("MRs"), .left(grouping.rawValue),
    ])
    for hotspot in hotspots {
      table.add([
        "\(hotspot.churn)", "\(hotspot.additions)", "\(hotspot.deletions)",
        "\(hotspot.mergeRequests)",
        TerminalText.safe(String(decoding: hotspot.name, as: UTF8.self)),
      ])
    }
    return table.text
  }
}
