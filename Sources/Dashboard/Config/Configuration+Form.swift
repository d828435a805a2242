import Credentials
import Foundation
import GitLab
import Pages
import Reports
import Settings
import Sync

extension Configuration {
  /// Saves what is right of a form, and says of the rest what is wrong.
  ///
  /// As long as a line is wrong nothing is removed: the line may be a repository that is there, with a slip of the finger.
  /// Asks GitLab about lines that are new.
  func save(_ form: ConnectionForm, to id: Connection.ID) throws -> SaveOutcome {
    let item = try item(id)
    var outcome = SaveOutcome()
    outcome.before = item.repositories
    outcome.rows = form.rows
    if let version = form.version, version != item.version {
      outcome.errors[.repositories] = Self.changedElsewhere(item, form)
      outcome.after = item.repositories
      return outcome
    }
    guard let days = form.days else {
      outcome.errors[.lookbackDays] = "The lookback is 1 to 365 days."
      outcome.after = item.repositories
      return outcome
    }
    guard form.lines.count <= ConfigChange.maximumRepositories else {
      outcome.errors[.repositories] =
        "At most \(ConfigChange.maximumRepositories) repositories can be saved at once."
      outcome.after = item.repositories
      return outcome
    }
    let kept = try saveRepositories(form.lines, of: item, days: days, to: &outcome)
    let now = Date()
    if outcome.checks.allSatisfy({ $0.mark != .failed }) {
      for repository in item.repositories where !kept.contains(repository.id) {
        let mappings = try store.removeRepository(repository.id)
        outcome.changes.append(
          "Removed \(repository.path)"
            + (mappings.isEmpty
              ? "." : " and the mappings of \(mappings.map(\.service).joined(separator: ", ")).")
        )
      }
    }
    try saveSwitches(of: id, days: days, isActive: form.isActive, at: now, to: &outcome)
    try saveMappings(of: id, to: &outcome)
    outcome.after = try self.item(id).repositories
    return outcome
  }

  /// What to say where the form was made of another state than is stored now: saved as it is, it would take away what came
  /// from elsewhere.
  private static func changedElsewhere(_ item: ConfigItem, _ form: ConnectionForm) -> String {
    let lines = Set(form.lines.map { $0.lowercased() })
    let services = Set(form.rows.map(\.service))
    let missing =
      item.repositories.map(\.path).filter { !lines.contains($0.lowercased()) }
      + item.mappings.map(\.service).filter { !services.contains($0) }
    var text = "This was changed elsewhere since the page was opened, so nothing is saved."
    if !missing.isEmpty {
      text += " Stored, and not in this form: \(missing.prefix(20).joined(separator: ", "))"
      text += missing.count > 20 ? " and \(missing.count - 20) more." : "."
    }
    return text + " Saving once more saves this form."
  }

  /// - Returns: The repositories that lines name.
  private func saveRepositories(
    _ lines: [String], of item: ConfigItem, days: Int, to outcome: inout SaveOutcome
  ) throws -> Set<RepositorySetting.ID> {
    var kept: Set<RepositorySetting.ID> = []
    for line in lines {
      let check: ConnectionPage.RepositoryCheck
      do {
        let (setting, isNew, words) = try saveRepository(line, of: item, days: days)
        if !kept.insert(setting.id).inserted {
          check = .init(line: line, mark: .warning, reason: "named twice")
        } else {
          if isNew { outcome.changes.append("Added \(setting.path).") }
          check = .init(line: line, mark: words == nil ? .ok : .warning, reason: words ?? "found")
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        check = .init(line: line, mark: .failed, reason: WebFailure(error).sentence)
      }
      outcome.checks.append(check)
    }
    return kept
  }

  private func saveRepository(
    _ line: String, of item: ConfigItem, days: Int
  ) throws -> (setting: RepositorySetting, isNew: Bool, words: String?) {
    let connection = item.connection
    let reference = try RepositoryReference.parse(line, defaultBaseURL: connection.baseURL)
    if let existing = try store.repository(reference) {
      if existing.connectionID == connection.id { return (existing, false, nil) }
      guard existing.connectionID == nil else {
        throw SettingsError.duplicateRepository(path: existing.path)
      }
      let adopted = try store.editRepository(existing.id, at: Date()) {
        $0.connectionID = connection.id
      }
      return (adopted, true, nil)
    }
    switch try lookup().ask(for: reference, connection: connection) {
    case .found(let project):
      if let moved = try store.repositories().first(where: {
        $0.baseURL == connection.baseURL && $0.projectID == project.id
      }) {
        guard moved.connectionID == connection.id else {
          throw SettingsError.duplicateRepository(path: moved.path)
        }
        return (moved, false, "is \(moved.path) now")
      }
      let added = try store.addRepository(
        RepositoryReference(baseURL: connection.baseURL, path: project.path),
        connection: connection.id, projectID: project.id, lookbackDays: days, at: Date())
      return (added, true, added.path == line ? nil : "found as \(added.path)")
    case .unreachable(let error):
      let added = try store.addRepository(
        reference, connection: connection.id, lookbackDays: days, at: Date())
      return (added, true, "not checked: \(error). \(Trouble(error).remedy())")
    }
  }

  private func saveSwitches(
    of id: Connection.ID, days: Int, isActive: Bool, at now: Date, to outcome: inout SaveOutcome
  ) throws {
    let item = try item(id)
    // The form shows one number and one switch for all; only where it was changed does it count for all.
    let shown = ConfigItem(connection: item.connection, repositories: outcome.before, mappings: [])
    let changesDays = days != shown.lookbackDays
    let changesActive = isActive != shown.isActive
    guard changesDays || changesActive, !item.repositories.isEmpty else { return }
    for repository in item.repositories {
      try store.editRepository(repository.id, at: now) {
        if changesDays { $0.lookbackDays = days }
        if changesActive { $0.isActive = isActive }
      }
    }
    if changesDays, !outcome.before.isEmpty {
      outcome.changes.append(
        "The lookback is \(Count.of(days, "day")) now; it was \(shown.lookbackDays).")
    }
    if changesActive {
      outcome.changes.append(isActive ? "Syncs are resumed." : "Syncs are paused.")
    }
  }

  private func saveMappings(of id: Connection.ID, to outcome: inout SaveOutcome) throws {
    let item = try item(id)
    let wanted = outcome.rows.map {
      ConfigChange.Mapping(
        service: $0.service, repository: $0.repository, pathPrefix: $0.pathPrefix,
        branch: $0.branch)
    }
    for failure in try mappingFailures(wanted, paths: item.repositories.map(\.path), item: item) {
      outcome.rows[failure.row].errors[failure.column] = failure.failure.sentence
    }
    guard outcome.rows.allSatisfy(\.errors.isEmpty) else { return }
    let before = Dictionary(
      item.mappings.map { ($0.service, $0) }, uniquingKeysWith: { first, _ in first })
    try applyMappings(wanted, to: item)
    let after = try self.item(id).mappings
    for mapping in after where before[mapping.service] != mapping {
      outcome.changes.append("Mapped the service \(mapping.service).")
    }
    let left = Set(after.map(\.service))
    for service in before.keys.sorted() where !left.contains(service) {
      outcome.changes.append("Removed the mapping of the service \(service).")
    }
  }
}
