import ArgumentParser
import Cache
import Foundation
import HTTP
import Mirror
import Reports
import Sync

extension CacheCommand {
  struct Maintain: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "maintain",
      abstract: "Let old rows and refs go, join small packs, and give space back")

    @Option(
      help: """
        Keep rows of so many days, 1 to 3650; those of the window that read commands answer over stay in any case.
        """)
    var keepDays = 365
    @OptionGroup var options: CommonOptions

    func validate() throws {
      guard 1...3650 ~= keepDays else { throw ValidationError("--keep-days takes 1 to 3650.") }
    }

    func run() throws {
      Interruption.install()
      // Opened for reading first: where there is no cache none is made.
      _ = try options.openCache()
      let cache = try options.openCacheForWriting()
      let maintenance = CacheMaintenance(cache: cache)
      let projects = try cache.projects()
      let names = RepositoryNames(projects.map { ($0.baseURL, $0.path) })
      var rows: [Row] = []
      for project in projects {
        if Interruption.cancellation.isCancelled { throw CancellationError() }
        let name = names.name(of: project)
        do {
          let outcome = try maintenance.maintain(project, keepDays: keepDays)
          rows.append(Row(name: name, project: project, result: .success(outcome)))
        } catch let error where error is GitError || error is MirrorError {
          let failure = CommandFailure(damaged: name, CommandFailure(error)?.summary ?? "\(error)")
          rows.append(Row(name: name, project: project, result: .failure(failure)))
        }
      }
      let freed = try maintenance.maintainDatabase()
      let output = StandardOutput()
      output.write(
        options.json
          ? Self.json(rows, databaseBytes: freed).line
          : Array(Self.text(rows, databaseBytes: freed).utf8))
      output.flush()
      let failures = rows.compactMap(\.failure)
      for failure in failures { StandardError.write(failure.text) }
      guard !failures.isEmpty else { return }
      throw ExitCode(
        (failures.count < rows.count ? CommandFailure.Code.partlyDone : .failed).rawValue)
    }

    /// What was done for one project.
    private struct Row {
      let name: String
      let project: CachedProject
      let result: Result<CacheMaintenance.Outcome, CommandFailure>

      var failure: CommandFailure? {
        if case .failure(let failure) = result { failure } else { nil }
      }

      var json: JSONValue {
        let subject: [(String, JSONValue)] = [
          ("repository", .string(project.path)), ("baseUrl", .string(project.baseURL)),
        ]
        switch result {
        case .success(let outcome):
          return .object(
            subject + [
              ("rows", .integer(outcome.rows)), ("references", .integer(outcome.references)),
              ("packs", .integer(outcome.packs)), ("bytesFreed", .integer(outcome.bytesFreed)),
              ("skipped", .optional(outcome.skipped)),
            ])
        case .failure(let failure): return .object(subject + [("error", failure.json)])
        }
      }

      var text: String {
        let name = TerminalText.safe(name)
        switch result {
        case .failure: return "\(name): failed\n"
        case .success(let outcome):
          if let reason = outcome.skipped {
            return "\(name): skipped: \(TerminalText.safe(reason))\n"
          }
          return
            "\(name): \(Count.of(outcome.rows, "old row")) and \(Count.of(outcome.references, "ref")) removed, "
            + "\(Count.of(outcome.packs, "pack")) joined, \(bytes(outcome.bytesFreed))\n"
        }
      }
    }

    private static func json(_ rows: [Row], databaseBytes: Int64) -> JSONValue {
      .object([
        ("databaseBytesFreed", .integer(databaseBytes)), ("repositories", .array(rows.map(\.json))),
      ])
    }

    private static func text(_ rows: [Row], databaseBytes: Int64) -> String {
      rows.map(\.text).joined() + "database: \(bytes(databaseBytes))\n"
    }

    private static func bytes(_ freed: Int64) -> String {
      freed < 0
        ? "\(SyncOutput.bytes(Int(-freed))) more" : "\(SyncOutput.bytes(Int(freed))) freed"
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Carry the cache to another machine, in one file",
      discussion: "A file of that name is replaced. There are no tokens and no settings in it.")

    @Argument(help: "The file to write.")
    var file: String
    @OptionGroup var options: CommonOptions

    func run() throws {
      Interruption.install()
      let cache = try options.openCache()
      let summary = try interruptibly {
        try CacheExport(cache: cache).write(
          to: file, at: Date(), isCancelled: { Interruption.cancellation.isCancelled },
          progress: { options.inform("sigsentry: \(TerminalText.safe($0))") })
      }
      let names = RepositoryNames(try cache.projects().map { ($0.baseURL, $0.path) })
      let failures = summary.withoutMirror.map {
        CommandFailure(
          damaged: names.name(of: $0.path, at: $0.baseURL),
          "The archive has no mirror of it: \($0.reason).")
      }
      let output = StandardOutput()
      if options.json {
        output.write(Self.json(summary, failures, file: file).line)
      } else {
        output.write(
          "\(file): \(Count.of(summary.projects, "repository", "repositories")), \(SyncOutput.bytes(summary.byteCount))"
            + (failures.isEmpty ? "\n" : ", \(failures.count) of them without a mirror\n"))
      }
      output.flush()
      for failure in failures { StandardError.write(failure.text) }
      if !failures.isEmpty { throw ExitCode(CommandFailure.Code.partlyDone.rawValue) }
    }

    private static func json(
      _ summary: CacheExport.Summary, _ failures: [CommandFailure], file: String
    ) -> JSONValue {
      let leftOut = zip(summary.withoutMirror, failures).map { project, failure in
        JSONValue.object([
          ("repository", .string(project.path)), ("baseUrl", .string(project.baseURL)),
          ("error", failure.json),
        ])
      }
      return .object([
        ("file", .string(file)), ("repositories", .integer(summary.projects)),
        ("bytes", .integer(summary.byteCount)), ("mirrorsLeftOut", .array(leftOut)),
      ])
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: "Make a cache of a file that 'cache export' wrote",
      discussion: "Every object is checked. The cache takes its place in one step, at the end.")

    @Argument(help: "The file to read.")
    var file: String
    @Flag(help: "Replace the cache that is there.")
    var replace = false
    @OptionGroup var options: CommonOptions

    func run() throws {
      Interruption.install()
      let summary = try interruptibly {
        try CacheImport(directory: options.cacheDirectory).read(
          from: file, replaces: replace,
          isCancelled: { Interruption.cancellation.isCancelled },
          progress: { options.inform("sigsentry: \(TerminalText.safe($0))") })
      }
      let output = StandardOutput()
      if options.json {
        output.write(
          JSONValue.object([
            ("cache", .string(options.cacheDirectory)),
            ("repositories", .integer(summary.projects)), ("objects", .integer(summary.objects)),
          ]).line)
      } else {
        output.write(
          "\(options.cacheDirectory): \(Count.of(summary.projects, "repository", "repositories")), "
            + "\(Count.of(summary.objects, "object"))\n"
        )
      }
    }
  }
}

extension CommandFailure {
  /// A mirror that cannot be worked on.
  fileprivate init(damaged repository: String, _ reason: String) {
    self.init(
      "\(repository): \(reason)",
      hint:
        "'sigsentry cache clear \(repository)' and 'sigsentry sync \(repository)' build it anew.")
  }

  fileprivate var json: JSONValue {
    .object([("message", .string(summary)), ("hint", .optional(hint))])
  }
}

/// Runs work on an archive, where an interruption is no failure.
private func interruptibly<Value>(_ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch ArchiveError.cancelled {
    throw CancellationError()
  }
}
