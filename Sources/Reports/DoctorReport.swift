import Foundation

/// The forms of `doctor`: a line a part for people, an object each for `--json`.
public enum DoctorReport {
  /// One finding in the plain terms of a report.
  public struct Line: Sendable {
    /// The part that was looked at, such as `tls`.
    public var part: String
    /// What it was looked at for; empty for this machine.
    public var subject: String
    /// `ok`, `warning`, `failed` or `skipped`.
    public var state: String
    /// What was found.
    public var text: String
    /// The name of the trouble in the table of explanations.
    public var trouble: String?
    /// What to do.
    public var remedy: String?

    /// Takes the parts together.
    public init(
      part: String, subject: String, state: String, text: String, trouble: String?, remedy: String?
    ) {
      self.part = part
      self.subject = subject
      self.state = state
      self.text = text
      self.trouble = trouble
      self.remedy = remedy
    }

    /// One line for a terminal, with a line feed.
    public var terminalText: String {
      let mark = state == "skipped" ? "-" : state == "ok" ? "ok" : state.uppercased()
      let place = subject.isEmpty ? "" : "\(subject): "
      let remedy = remedy.map { ". \($0)" } ?? ""
      return Self.pad(mark, 8) + Self.pad(part, 11)
        + TerminalText.safe("\(place)\(text)\(remedy)") + "\n"
    }

    /// The JSON object.
    public var json: JSONValue {
      .object([
        ("part", .string(part)), ("subject", .string(subject)), ("state", .string(state)),
        ("text", .string(text)), ("trouble", .optional(trouble)), ("remedy", .optional(remedy)),
      ])
    }

    private static func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
  }

  /// The table of explanations: what one sees, and what to do.
  public static func table(_ rows: [(name: String, sign: String, remedy: String)]) -> String {
    rows.map { "\($0.name): \($0.sign)\n    \($0.remedy)\n" }.joined()
  }
}
