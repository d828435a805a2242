import ArgumentParser
import Cache
import Correlation
import Foundation
import HTTP
import Mirror
import Reports
import Settings
import Sync

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Look after what is stored",
    subcommands: [
      Info.self, Verify.self, Maintain.self, Export.self, Import.self, Clear.self,
    ], defaultSubcommand: Info.self)

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info", abstract: "Show what the cache holds")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let cache = try options.openCache()
      let rows = try cache.projects().map { project in
        (
          project: project, counts: try cache.counts(project: project.id),
          mirror: MirrorDirectory(
            cache: cache.directory, host: project.host, projectID: project.projectID)
        )
      }
      let output = StandardOutput()
      guard !options.json else {
        let projects = rows.map { row in
          JSONValue.object([
            ("repository", .string(row.project.path)),
            ("baseUrl", .string(row.project.baseURL)),
            ("projectId", .integer(row.project.projectID)),
            ("syncedAt", .time(row.project.syncedAt)),
            ("mergeRequests", .integer(row.counts.mergeRequests)),
            ("incomplete", .integer(row.counts.incomplete)),
            ("commits", .integer(row.counts.commits)), ("files", .integer(row.counts.files)),
            ("mirrorBytes", .integer(row.mirror.byteCount)),
            ("contents", .string(row.mirror.isPartial ? "window" : "all")),
          ])
        }
        output.write(
          JSONValue.object([
            ("cache", .string(cache.directory)), ("databaseBytes", .integer(cache.byteCount)),
            ("repositories", .array(projects)),
          ]).line)
        return
      }
      output.write(
        "\(cache.directory): database \(SyncOutput.bytes(Int(cache.byteCount)))\n")
      var table = TextTable(columns: [
        .left("repository"), .right("MRs"), .right("commits"), .right("files"), .right("mirror"),
        .left("synced"),
      ])
      let names = RepositoryNames(rows.map { ($0.project.baseURL, $0.project.path) })
      for row in rows {
        table.add([
          TerminalText.safe(names.name(of: row.project.path, at: row.project.baseURL)),
          "\(row.counts.mergeRequests)",
          "\(row.counts.commits)", "\(row.counts.files)",
          SyncOutput.bytes(Int(row.mirror.byteCount)),
          row.project.syncedAt.map(UTCTime.text) ?? "never",
        ])
      }
      output.write(table.text)
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Read everything stored and check that it is undamaged")

    @OptionGroup var options: CommonOptions

    func run() throws {
      Interruption.install()
      let verification = try CacheVerification(directory: options.cacheDirectory)
      let database = try verification.databaseProblems()
      let findings = try verification.verifyMirrors { _ in
        !Interruption.cancellation.isCancelled
      }
      if Interruption.cancellation.isCancelled { throw CancellationError() }
      let isSound = database.isEmpty && findings.allSatisfy(\.problems.isEmpty)
      let output = StandardOutput()
      if options.json {
        output.write(
          JSONValue.object([
            ("ok", .bool(isSound)), ("database", .array(database.map(JSONValue.string))),
            (
              "repositories",
              .array(
                findings.map {
                  .object([
                    ("repository", .string($0.path)), ("baseUrl", .optional($0.baseURL)),
                    ("objects", .integer($0.objects)),
                    ("problems", .array($0.problems.map(JSONValue.string))),
                  ])
                })
            ),
          ]).line)
      } else {
        output.write(database.isEmpty ? "database: ok\n" : "")
        for problem in database { output.write("database: \(TerminalText.safe(problem))\n") }
        let names = RepositoryNames(findings.map { ($0.baseURL ?? "", $0.path) })
        for finding in findings {
          let name = TerminalText.safe(
            finding.baseURL.map { names.name(of: finding.path, at: $0) } ?? finding.path)
          if finding.problems.isEmpty {
            output.write("\(name): ok, \(Count.of(finding.objects, "object"))\n")
          }
          for problem in finding.problems {
            output.write("\(name): \(TerminalText.safe(problem))\n")
          }
        }
      }
      output.flush()
      guard isSound else {
        throw CommandFailure(
          "The cache is damaged.",
          hint: database.isEmpty
            ? "'sigsentry cache clear PATH' and 'sigsentry sync PATH' build a repository anew."
            : "Move \(options.cacheDirectory)/cache.sqlite and the files beside it named alike away; "
              + "'sigsentry sync' builds the database anew over the mirrors.")
      }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "clear", abstract: "Delete what is cached of repositories; their settings stay")

    @Argument(help: "Repositories, by path.")
    var paths: [String]
    @OptionGroup var options: CommonOptions

    func run() throws {
      let cache = try options.openCacheForWriting()
      var seen: Set<Int64> = []
      let projects = try paths.map { try options.project($0, in: cache) }
        .filter { seen.insert($0.id).inserted }
      let names = RepositoryNames(of: try cache.projects())
      let clearing = CacheClearing(cache: cache)
      for project in projects {
        try clearing.clear(host: project.host, projectID: project.projectID)
        _ = try? FittedWeightsFile(cache: cache.directory, project: project).remove()
        options.inform("Deleted the mirror and the cached data of \(names.name(of: project)).")
      }
      if options.json {
        StandardOutput().write(
          JSONValue.object([("cleared", .array(projects.map { .string(names.name(of: $0)) }))]).line
        )
      }
    }
  }
}
