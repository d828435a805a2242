import ArgumentParser
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
      abstract: "Add repositories",
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
      for text in texts {
        do {
          let setting = try add(text, with: connection, to: workspace)
          added.append(setting)
          options.inform("Added \(TerminalText.safe(setting.path)), \(setting.lookbackDays) days.")
        } catch {
          guard var failure = CommandFailure(error) else { throw error }
          failure.summary = "\(text): \(failure.summary)"
          StandardError.write(failure.text)
          failures.append(failure)
        }
      }
      if options.json {
        StandardOutput().write(
          JSONValue.object([("added", .array(added.map { .string($0.path) }))]).line)
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
        while let line = readLine() {
          let text = line.trimmingCharacters(in: .whitespaces)
          if !text.isEmpty && !text.hasPrefix("#") { texts.append(text) }
        }
      }
      return texts
    }

    private func add(
      _ text: String, with given: Connection?, to workspace: Workspace
    ) throws -> RepositorySetting {
      let reference = try workspace.reference(text, connection: given)
      let connection = try given ?? connection(for: reference.baseURL, in: workspace)
      if try workspace.store.repository(reference) != nil {
        throw SettingsError.duplicateRepository(path: reference.path)
      }
      let project = options.offline ? nil : try look(up: reference, connection, workspace)
      return try workspace.store.addRepository(
        RepositoryReference(baseURL: reference.baseURL, path: project?.path ?? reference.path),
        connection: connection?.id, projectID: project?.id, lookbackDays: lookbackDays, at: Date())
    }

    private func connection(
      for baseURL: BaseURL, in workspace: Workspace
    ) throws -> Connection? {
      let matches = try workspace.store.connections().filter { $0.baseURL == baseURL }
      guard matches.count <= 1 else {
        throw CommandFailure.usage(
          "Several connections lead to \(baseURL).",
          hint: "Choose one with --connection: \(matches.map(\.name).joined(separator: ", ")).")
      }
      return matches.first
    }

    /// Asks GitLab for the project. Where GitLab cannot be reached the repository is added all the same: the next sync
    /// will tell.
    private func look(
      up reference: RepositoryReference, _ connection: Connection?, _ workspace: Workspace
    ) throws -> Project? {
      let tokens: any TokenSource =
        try connection.map {
          try workspace.provider.source(of: $0)
        } ?? AnonymousAccess()
      let client = workspace.client(
        of: reference.baseURL, tokens: tokens, caFile: connection?.caFile)
      do {
        return try client.project(path: reference.path)
      } catch GitLabError.http(let error) {
        if case .cancelled = error { throw CancellationError() }
        options.inform(
          "sigsentry: \(reference.path) is not checked: \(TerminalText.safe("\(error)"))")
        return nil
      } catch GitLabError.notFound {
        var failure = CommandFailure(SyncError.gitlab(.notFound))
        let known =
          try workspace.store.repositories().map(\.path)
          + ((try? client.searchProjects(like: reference.path)) ?? [])
        if let nearest = NearestPath.suggest(for: reference.path, among: known) {
          failure.hint = "Did you mean \(nearest)? " + (failure.hint ?? "")
        }
        if connection == nil {
          failure.hint =
            (failure.hint.map { $0 + " " } ?? "")
            + "A private project needs a connection: 'sigsentry connect'."
        }
        throw failure
      }
    }
  }
}
