/// The form of a new analysis. It is sent as `multipart/form-data`, since the symptom may come as a file.
package struct NewAnalysisPage: Sendable {
  /// What the form sends; each is the name of its control.
  package enum Field: String, Sendable, CaseIterable {
    /// 1 to 5,000 characters.
    case description
    /// Log lines or a stack trace, pasted.
    case symptom
    /// The same as a file; what is pasted comes first.
    case symptomFile
    /// ``Window``.
    case window
    /// The start of a custom window, as `2026-04-25T09:00` in UTC.
    case from
    /// Its end, likewise; empty for now.
    case until
    /// A repository's path, once for each that is ticked; none for all.
    case repository
    /// A service's name, once for each that is ticked.
    case service
  }

  /// The windows of time that can be chosen; each is the value of its radio button.
  package enum Window: String, Sendable, CaseIterable {
    case quarter = "15m"
    case half = "30m"
    case hour = "1h"
    case sixHours = "6h"
    case day = "24h"
    case custom

    /// Its length in minutes; nil for a custom one.
    package var minutes: Int? {
      switch self {
      case .quarter: 15
      case .half: 30
      case .hour: 60
      case .sixHours: 360
      case .day: 1440
      case .custom: nil
      }
    }
  }

  /// A box that can be ticked.
  package struct Choice: Sendable {
    /// Its value and words.
    package var name: String
    /// Whether it is ticked.
    package var isChosen: Bool
    /// What is said beside it, as "never synced" or the repository of a service.
    package var note: String?

    /// Makes one of its parts.
    package init(
      name: String, isChosen: Bool = false, note: String? = nil
    ) {
      self.name = name
      self.isChosen = isChosen
      self.note = note
    }
  }

  /// The description as it was given.
  package var description: String
  /// The symptom as it was given.
  package var symptom: String
  /// The window as it was chosen.
  package var window: Window
  /// The custom window's start as it was given.
  package var from: String
  /// The custom window's end as it was given.
  package var until: String
  /// The repositories.
  package var repositories: [Choice]
  /// The services that are mapped.
  package var services: [Choice]
  /// What is wrong at which field.
  package var errors: [Field: String]

  /// Makes one of its parts.
  package init(
    description: String = "", symptom: String = "", window: Window = .hour, from: String = "",
    until: String = "", repositories: [Choice] = [], services: [Choice] = [],
    errors: [Field: String] = [:]
  ) {
    self.description = description
    self.symptom = symptom
    self.window = window
    self.from = from
    self.until = until
    self.repositories = repositories
    self.services = services
    self.errors = errors
  }

  /// The most characters of a description.
  package static let maximumDescription = 5_000
}
