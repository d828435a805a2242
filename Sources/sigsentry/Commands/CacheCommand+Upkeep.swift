import ArgumentParser
import Cache
import Foundation
import HTTP
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
      var outcomes: [(name: String, outcome: CacheMaintenance.Outcome)] = []
      for project in projects {
        if Interruption.cancellation.isCancelled { throw CancellationError() }
        outcomes.append(
          (
            names.name(of: project.path, at: project.baseURL),
            try maintenance.maintain(project, keepDays: keepDays)
          ))
      }
      let freed = try maintenance.maintainDatabase()
      StandardOutput().write(
        options.json
          ? Self.json(outcomes, databaseBytes: freed).line
          : Array(Self.text(outcomes, databaseBytes: freed).utf8))
    }

    private static func json(
      _ outcomes: [(name: String, outcome: CacheMaintenance.Outcome)], databaseBytes: Int64
    ) -> JSONValue {
      .object([
        ("databaseBytesFreed", .integer(databaseBytes)),
        (
          "repositories",
          .array(
            outcomes.map { _, outcome in
              .object([
                ("repository", .string(outcome.path)), ("rows", .integer(outcome.rows)),
                ("references", .integer(outcome.references)), ("packs", .integer(outcome.packs)),
                ("bytesFreed", .integer(outcome.bytesFreed)),
                ("skipped", .optional(outcome.skipped)),
              ])
            })
        ),
      ])
    }

    private static func text(
      _ outcomes: [(name: String, outcome: CacheMaintenance.Outcome)], databaseBytes: Int64
    ) -> String {
      outcomes.map { name, outcome in
        let name = TerminalText.safe(name)
        if let reason = outcome.skipped {
          return "\(name): skipped: \(TerminalText.safe(reason))\n"
        }
        return "\(name): \(outcome.rows) old rows and \(outcome.references) refs removed, "
          + "\(outcome.packs) packs joined, \(bytes(outcome.bytesFreed))\n"
      }.joined() + "database: \(bytes(databaseBytes))\n"
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
      let output = StandardOutput()
      if options.json {
        output.write(
          JSONValue.object([
            ("file", .string(file)), ("repositories", .integer(summary.projects)),
            ("bytes", .integer(summary.byteCount)),
          ]).line)
      } else {
        output.write(
          "\(file): \(summary.projects) repositories, \(SyncOutput.bytes(summary.byteCount))\n")
      }
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
          "\(options.cacheDirectory): \(summary.projects) repositories, \(summary.objects) objects\n"
        )
      }
    }
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
