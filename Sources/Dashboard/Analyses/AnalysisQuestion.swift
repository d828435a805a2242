import Correlation
import Foundation
import Reports

/// What somebody asks over the API or the form.
///
/// Its times are of whole seconds, outwards: so they are stored, and so they are told.
struct AnalysisQuestion: Sendable {
  var description: String
  /// When it began to be seen.
  let timeStart: Date
  /// When it was last seen: later merges are no suspects.
  let timeEnd: Date
  var metadata = JSONValue.object([])
  /// Stack traces, log lines, paths: whatever there is.
  var symptom: [UInt8] = []
  var repositories: [String] = []
  var services: [String] = []
  var revision: String?
  /// Days before the end in which a merge may lie; nil takes the repositories' own.
  var lookbackDays: Int?
  var limit = 10

  static let descriptionRange = 1...5000
  static let maximumSymptomBytes = 8 << 20
  static let maximumMetadataBytes = 16 << 10
  /// The most repositories or services named.
  static let maximumNames = 100
  /// Seconds that the end may lie ahead, for clocks that differ.
  static let maximumAhead = 60.0
  static let maximumLimit = 100
  /// The span where no start is given, in seconds.
  static let defaultSpan = 3600.0

  /// The question without the symptom, as it is stored and told.
  var json: JSONValue {
    .object([
      ("description", .string(description)), ("timeStart", .time(timeStart)),
      ("timeEnd", .time(timeEnd)), ("metadata", metadata),
      ("repositories", .array(repositories.map(JSONValue.string))),
      ("services", .array(services.map(JSONValue.string))), ("revision", .optional(revision)),
      ("lookbackDays", .optional(lookbackDays)), ("limit", .integer(limit)),
    ])
  }

  /// Reads a question that was stored.
  init?(stored text: String, symptom: [UInt8]) {
    guard let json = try? JSONValue(parsing: Array(text.utf8)),
      let description = json["description"]?.text,
      let start = json["timeStart"]?.text.flatMap(APITime.parse),
      let end = json["timeEnd"]?.text.flatMap(APITime.parse)
    else { return nil }
    self.init(description: description, timeStart: start, timeEnd: end)
    metadata = json["metadata"] ?? .object([])
    self.symptom = symptom
    repositories = json["repositories"]?.elements?.compactMap(\.text) ?? []
    services = json["services"]?.elements?.compactMap(\.text) ?? []
    revision = json["revision"]?.text
    lookbackDays = json["lookbackDays"]?.integer.map(Int.init)
    limit = json["limit"]?.integer.map(Int.init) ?? 10
  }

  init(description: String, timeStart: Date, timeEnd: Date) {
    self.description = description
    self.timeStart = Date(
      timeIntervalSince1970: timeStart.timeIntervalSince1970.rounded(.down))
    self.timeEnd = Date(timeIntervalSince1970: timeEnd.timeIntervalSince1970.rounded(.up))
  }

  /// What the symptom's parser reads.
  var text: [UInt8] { Symptom.text(symptom, describedAs: description) }
}

/// Times as RFC 3339 writes them.
enum APITime {
  /// A time that there is: the format would take February 30 for a day in March.
  static func parse(_ text: String) -> Date? {
    let clock = String(text.prefix(dateAndTime)).uppercased()
    let plain = Date.ISO8601FormatStyle()
    guard text.utf8.count <= 40, let shown = try? plain.parse(clock + "Z"),
      plain.format(shown) == clock + "Z"
    else { return nil }
    for fractions in [false, true] {
      let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fractions)
      if let date = try? style.parse(text.uppercased()) { return date }
    }
    return nil
  }

  /// The characters of a date and a time without its zone.
  private static let dateAndTime = 19
}
