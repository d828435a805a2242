import ArgumentParser
import Cache
import Foundation
import Reports
import Settings
import Sync

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Find out why something does not work, and what to do",
    discussion: """
      Goes through this machine, the way to each GitLab, the token, and the repositories: a line each. With a path only \
      through what that repository needs. With --explain it prints the table of all troubles and their remedies.
      """)

  @Argument(help: "A repository, by path or address (default: all connections).")
  var path: String?
  @Flag(help: "Print every trouble with its remedy, and look at nothing.")
  var explain = false
  @OptionGroup var options: CommonOptions

  /// The most repositories of one connection that are looked at without being named.
  private static let repositoriesPerConnection = 5

  func run() async throws {
    Interruption.install()
    if explain {
      printTable()
      return
    }
    let output = StandardOutput()
    var findings: [Finding] = []
    try examine { finding in
      findings.append(finding)
      if !options.json {
        output.write(finding.line.terminalText)
        output.flush()
      }
    }
    if options.json { output.write(JSONValue.array(findings.map(\.line.json)).line) }
    output.flush()
    let failures = findings.filter { $0.state == .failed }
    guard !failures.isEmpty else { return }
    let needsPerson = failures.contains {
      $0.trouble == .needsReauthorization || $0.trouble == .unauthorized
    }
    throw ExitCode(
      (needsPerson ? CommandFailure.Code.needsReauthorization : .failed).rawValue)
  }

  private func examine(_ report: @escaping (Finding) -> Void) throws {
    let workspace: Workspace
    do throws(SettingsError) {
      workspace = try self.workspace()
    } catch {
      Doctor.examineMachine(
        without: error, configDirectory: options.configDirectory,
        cacheDirectory: options.cacheDirectory, report: report)
      return
    }
    let doctor = Doctor(
      store: workspace.store, provider: workspace.provider,
      cacheDirectory: options.cacheDirectory, wait: Interruption.wait, report: report)
    try doctor.examineMachine()
    guard !options.offline else { return }
    let patients = try patients(in: workspace)
    if patients.isEmpty {
      options.inform("sigsentry: There is no connection yet. Run 'sigsentry connect' first.")
    }
    for patient in patients { try doctor.examine(patient) }
  }

  /// Opens the settings; those that cannot be written, to be read.
  private func workspace() throws(SettingsError) -> Workspace {
    do throws(SettingsError) {
      return try Workspace(options)
    } catch {
      guard case .readOnly = error else { throw error }
      do throws(SettingsError) {
        return try Workspace(options, access: .readOnly)
      } catch .notFound {
        // None can be made.
        throw error
      }
    }
  }

  private func patients(in workspace: Workspace) throws -> [Doctor.Patient] {
    let connections = try workspace.store.connections()
    if let path { return [try patient(path, connections, workspace)] }
    let repositories = try workspace.store.repositories(activeOnly: true)
    let names = try workspace.names()
    let subject = { Self.subject($0, names) }
    var patients = connections.map { connection in
      let own = repositories.filter { $0.connectionID == connection.id }
      if own.count > Self.repositoriesPerConnection {
        options.inform(
          "sigsentry: Of the \(own.count) repositories of \(connection.name) the first "
            + "\(Self.repositoriesPerConnection) are looked at; name another to have it looked at.")
      }
      return Doctor.Patient(
        connection: connection, baseURL: connection.baseURL,
        repositories: own.prefix(Self.repositoriesPerConnection).map(subject))
    }
    let anonymous = Dictionary(grouping: repositories.filter { $0.connectionID == nil }) {
      $0.baseURL
    }
    for (baseURL, own) in anonymous.sorted(by: { "\($0.key)" < "\($1.key)" }) {
      patients.append(
        Doctor.Patient(
          connection: nil, baseURL: baseURL,
          repositories: own.prefix(Self.repositoriesPerConnection).map(subject)))
    }
    return patients
  }

  /// A path need not be among the repositories yet: the reason may be why it cannot be added.
  private func patient(
    _ path: String, _ connections: [Connection], _ workspace: Workspace
  ) throws -> Doctor.Patient {
    do {
      let setting = try workspace.repository(path)
      return Doctor.Patient(
        connection: connections.first { $0.id == setting.connectionID }, baseURL: setting.baseURL,
        repositories: [Self.subject(setting, try workspace.names())])
    } catch RepositoryLookupError.unknown {
      // It may be looked at all the same.
    }
    let reference: RepositoryReference
    do {
      reference = try workspace.lookup.reference(path, connection: nil)
    } catch let error as RepositoryLookupError {
      throw CommandFailure.usage(
        error.summary,
        hint: try workspace.lookup.nearest(to: path).map { "Did you mean \($0)?" }
          ?? "Give the project's web address.")
    }
    return Doctor.Patient(
      connection: connections.first { $0.baseURL == reference.baseURL },
      baseURL: reference.baseURL, repositories: [.init(path: reference.path)])
  }

  private static func subject(
    _ setting: RepositorySetting, _ names: RepositoryNames
  ) -> Doctor.Patient.Subject {
    .init(path: setting.path, projectID: setting.projectID, name: names.name(of: setting))
  }

  private func printTable() {
    let output = StandardOutput()
    if options.json {
      output.write(
        JSONValue.array(
          Trouble.allCases.map {
            .object([
              ("trouble", .string($0.rawValue)), ("sign", .string($0.sign)),
              ("remedy", .string($0.remedy)),
            ])
          }
        ).line)
    } else {
      output.write(
        DoctorReport.table(Trouble.allCases.map { ($0.rawValue, $0.sign, $0.remedy) }))
    }
  }
}

extension Finding {
  var line: DoctorReport.Line {
    DoctorReport.Line(
      part: part.rawValue, subject: subject, state: state.rawValue, text: text,
      trouble: trouble?.rawValue, remedy: remedy)
  }
}
