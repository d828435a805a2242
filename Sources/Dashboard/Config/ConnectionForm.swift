import Foundation
import Pages
import Settings

/// The form of a connection's repositories and mappings, as a person filled it in.
struct ConnectionForm: Sendable {
  var lines: [String]
  var lookbackDays: String
  var isActive: Bool
  var rows: [ConnectionPage.MappingRow]
  /// Of which stored state the page was made; `nil` where the form does not tell.
  var version: String?

  static let maximumRows = 500

  init(_ form: FormFields) {
    typealias Field = ConnectionPage.Field
    lines = (form[Field.repositories.rawValue] ?? "").split(whereSeparator: \.isNewline)
      .map { String($0).trimmingSpaces }.filter { !$0.isEmpty }
    lookbackDays = (form[Field.lookbackDays.rawValue] ?? "").trimmingSpaces
    isActive = form[Field.isActive.rawValue] != nil
    version = form[Field.version.rawValue]
    rows = []
    for row in 0..<Self.maximumRows {
      func value(_ field: ConnectionPage.MappingRow.Field) -> String? {
        form[ConnectionPage.MappingRow.name(field, row: row)]?.trimmingSpaces
      }
      guard let service = value(.service) else { break }
      // Emptying a row's service removes its mapping.
      guard !service.isEmpty else { continue }
      rows.append(
        ConnectionPage.MappingRow(
          service: service, repository: value(.repository) ?? "",
          pathPrefix: value(.pathPrefix) ?? "", branch: value(.branch) ?? ""))
    }
  }

  var days: Int? {
    Int(lookbackDays).flatMap { RepositorySetting.lookbackRange.contains($0) ? $0 : nil }
  }
}

/// What saving a form did.
struct SaveOutcome: Sendable {
  var checks: [ConnectionPage.RepositoryCheck] = []
  var rows: [ConnectionPage.MappingRow] = []
  var errors: [ConnectionPage.Field: String] = [:]
  /// What changed, sentences.
  var changes: [String] = []
  var before: [RepositorySetting] = []
  var after: [RepositorySetting] = []

  var isClean: Bool {
    errors.isEmpty && rows.allSatisfy(\.errors.isEmpty)
      && checks.allSatisfy { $0.mark != .failed }
  }
}
