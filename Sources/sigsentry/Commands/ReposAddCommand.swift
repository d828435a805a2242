import ArgumentParser
import Cache
import Credentials
import Foundation
import GitLab
import HTTP
import Reports
import Settings
import Sync

extension ReposCommand {
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Add repositories",
      discussion: """
        A path is group/project, with subgroups where there are any; the address of a page or a clone address is \
        understood too. Each is looked up on GitLab before it is added, unless --offline is given.
        """)

    @Argument(help: "Repositories, by path or address; '-' reads one a line from standard input.")
    var paths: [String]
    @Option(help: "The connection to read them with (default: the one to their GitLab).")
    var connection: String?
    @Option(help: ReposCommand.lookbackHelp)
    var lookbackDays = RepositorySetting.defaultLookbackDays
    @OptionGroup var options: CommonOptions

    func validate() throws { try ReposCommand.check(lookbackDays: lookbackDays) }

    func run() throws {
      Interruption.install()
      let workspace = try Workspace(options)
      let connection = try connection.map { try workspace.connection(named: $0) }
      var added: [RepositorySetting] = []
      var failures: [CommandFailure] = []
      let texts = try givenPaths()
      guard !texts.isEmpty else {
        throw CommandFailure.usage("Standard input names no repository.", hint: "Give one a line.")
      }
      let instances = options.cachedInstances()
      for text in texts {
        do {
          let setting = try add(text, with: connection, among: instances, to: workspace)
          added.append(setting)
          let name = TerminalText.safe(try workspace.names().name(of: setting))
          options.inform("Added \(name), \(Count.of(setting.lookbackDays, "day")).")
        } catch {
          guard var failure = CommandFailure(error) else { throw error }
          failure.summary = "\(text): \(failure.summary)"
          StandardError.write(failure.text)
          failures.append(failure)
        }
      }
      if options.json {
        let names = try workspace.names()
        StandardOutput().write(
          JSONValue.object([("added", .array(added.map { .string(names.name(of: $0)) }))]).line)
      }
      guard let first = failures.first else { return }
      throw ExitCode(added.isEmpty ? first.code.rawValue : CommandFailure.Code.partlyDone.rawValue)
    }

    /// Lines of standard input may be empty or comments.
    private func givenPaths() throws -> [String] {
      var texts: [String] = []
      for path in paths {
        guard path == "-" else {
          texts.append(path)
          continue
        }
        while let line = Interruption.endingProcess({ readLine() }) {
          let text = line.trimmingCharacters(in: .whitespaces)
          if !text.isEmpty && !text.hasPrefix("#") { texts.append(text) }
        }
      }
      return texts
    }

    private func add(
      _ text: String, with given: Connection?, among instances: [BaseURL], to workspace: Workspace
    ) throws -> RepositorySetting {
      let lookup = workspace.lookup
      let reference = try lookup.reference(
        text, connection: given, instances: instances)
      let connection = try given ?? lookup.connection(to: reference.baseURL)
      if try workspace.store.repository(reference) != nil {
        throw SettingsError.duplicateRepository(path: reference.path)
      }
      // Where GitLab cannot be reached the repository is added all the same: the next sync will tell.
      var project: Project?
      if !options.offline {
        switch try lookup.ask(for: reference, connection: connection) {
        case .found(let found): project = found
        case .unreachable(let error):
          options.inform(
            "sigsentry: \(reference.path) is not checked: \(TerminalText.safe("\(error)"))")
        }
      }
      return try workspace.store.addRepository(
        RepositoryReference(baseURL: reference.baseURL, path: project?.path ?? reference.path),
        connection: connection?.id, projectID: project?.id, lookbackDays: lookbackDays, at: Date())
    }
  }
}
