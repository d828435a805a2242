import ArgumentParser
import Cache
import Foundation
import Mirror
import Reports
import Settings
import Sync

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Show per-file diff stats, as git counts them",
    discussion: """
      numstat gives the bytes of 'git diff --numstat -M' (with -z, of '-z'); over several merge requests or commits, \
      those of 'git diff-tree --stdin --root -r -M --numstat'.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, jsonl, numstat }

  @Argument(help: "The repository's path.")
  var path: String
  @Option(help: "One merge request.")
  var mr: String?
  @Flag(help: "All merge requests of the window, last changed first.")
  var mrs = false
  @Option(help: "One commit, against its first parent.")
  var commit: String?
  @Flag(help: "All commits of the window that are no merges, newest first.")
  var commits = false
  @Option(help: "Two commits, as A..B; with A...B from their merge base to B.")
  var range: String?
  @Option(
    name: .customLong("path"),
    help: ArgumentHelp(
      """
      With --mrs or --commits: only this file, followed back through its renames, or what lies below this directory.
      """, valueName: "path"))
  var filterPath: String?
  @Option(help: "The window's start (default: the lookback before the last sync).")
  var since: String?
  @Option(help: "table, json, jsonl or numstat.")
  var format: Format?
  @Flag(name: .short, help: "With numstat: raw paths and NUL in place of line feeds.")
  var z = false
  @OptionGroup var options: CommonOptions

  func validate() throws {
    let chosen = [mr != nil, mrs, commit != nil, commits, range != nil].filter { $0 }.count
    guard chosen == 1 else {
      throw ValidationError("Give one of --mr IID, --mrs, --commit REV, --commits, --range A..B.")
    }
    if filterPath != nil && !mrs && !commits {
      throw ValidationError("--path goes with --mrs or --commits.")
    }
    if options.json, let format, [.table, .numstat].contains(format) {
      throw ValidationError("--json and --format \(format.rawValue) contradict each other.")
    }
    if z && format != .numstat { throw ValidationError("-z goes with --format numstat.") }
  }

  func run() throws {
    let cache = try options.openCache()
    let project = try options.project(path, in: cache)
    let writer = StatsWriter(
      format: format ?? (options.json ? .json : .table), nullTerminated: z, isList: mrs || commits,
      baseURL: project.baseURL)
    let start = try since.map { try options.since($0) } ?? project.windowStart
    let filter = filterPath.flatMap(Self.filter)
    if mrs {
      try cache.forEachMergeRequest(project: project.id, since: start, path: filter) {
        writer.write(FileStats(repository: project.path, $0, $1), title: "!\($0.iid) \($0.title)")
      }
    } else if commits {
      try cache.forEachCommit(project: project.id, since: start, path: filter) {
        writer.write(
          FileStats(repository: project.path, $0, $1), title: "\($0.sha.prefix(12)) \($0.title)")
      }
    } else if let mr {
      let request = try cache.mergeRequest(numbered: mr, of: project)
      let files = try request.diffID.map { try cache.files(diff: $0) } ?? []
      writer.write(
        FileStats(repository: project.path, request, files),
        title: "!\(request.iid) \(request.title)")
      if let reason = request.incomplete, writer.format == .numstat {
        throw CommandFailure("!\(request.iid) has no diff: \(reason).")
      }
    } else {
      let stats = try MirrorStats(
        project, cacheDirectory: options.cacheDirectory, memory: ContentStore(cache, clock: nil)
      ) {
        try options.contentDownload(for: project)
      }
      if let commit {
        let found = try naming(commit, of: project) { try stats.commit(commit) }
        writer.write(
          FileStats(
            repository: project.path, subject: .commit(sha: found.head, parent: found.base),
            files: found.files, incomplete: nil), title: commit)
      } else if let range {
        let found = try naming(range, of: project) { try compare(range, stats) }
        writer.write(
          FileStats(
            repository: project.path, subject: .range(base: found.base ?? "", head: found.head),
            files: found.files, incomplete: nil), title: range)
      }
    }
    writer.finish()
  }
}

extension StatsCommand {
  /// The path to look for; `nil` where it is the root of the repository.
  private static func filter(_ text: String) -> [UInt8]? {
    var path = Array(text.utf8)
    while path.starts(with: "./".utf8) { path.removeFirst(2) }
    while path.last == UInt8(ascii: "/") { path.removeLast() }
    return path.isEmpty || path == Array(".".utf8) ? nil : path
  }

  private func compare(_ range: String, _ stats: MirrorStats) throws -> MirrorStats.Comparison {
    for (separator, isSymmetric) in [("...", true), ("..", false)] {
      guard let dots = range.firstRange(of: separator) else { continue }
      let ends = [String(range[..<dots.lowerBound]), String(range[dots.upperBound...])]
        .map { $0.isEmpty ? "HEAD" : $0 }
      guard isSymmetric else { return try stats.commits(from: ends[0], to: ends[1]) }
      guard let found = try stats.commits(fromMergeBaseOf: ends[0], to: ends[1]) else {
        throw CommandFailure("\(ends[0]) and \(ends[1]) have no common ancestor.")
      }
      return found
    }
    throw CommandFailure.usage("'\(range)' is no range.", hint: "Give A..B or A...B.")
  }

  /// Words the errors of a revision that the mirror does not have.
  private func naming<Value>(
    _ revision: String, of project: CachedProject, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as GitError
      where [.notFound, .invalid, .ambiguous].contains(error.code)
    {
      let mirror = MirrorDirectory(
        cache: options.cacheDirectory, host: project.host, projectID: project.projectID)
      if let pack = mirror.damagedPacks.first {
        throw CommandFailure(
          "The mirror of \(path) is damaged: \(pack) is cut short or does not fit its index.",
          hint: Trouble.mirrorDamaged.remedy())
      }
      throw CommandFailure(
        "The mirror of \(path) knows no commit \(revision).",
        hint: "Give a branch, a tag, a commit's id (whole or its first 7 digits) or a range"
          + (options.offline
            ? "; without --offline the server is asked for what 'sigsentry sync' did not bring."
            : "."),
        code: error.code == .notFound ? .notCached : .usage)
    } catch let error as UnknownRevision {
      throw CommandFailure(
        "The mirror of \(path) knows no commit \(error.revision), and the server could not be asked for it: \(error.reason)",
        hint: "Give a branch, a tag, an id or a range of those that 'sigsentry sync' brought.",
        code: .notCached)
    }
  }
}

/// Writes stats one after the other in the chosen form.
private final class StatsWriter {
  let format: StatsCommand.Format
  private let nullTerminated: Bool
  private let isList: Bool
  private let baseURL: String
  private let output = StandardOutput()
  private var count = 0

  init(format: StatsCommand.Format, nullTerminated: Bool, isList: Bool, baseURL: String) {
    self.format = format
    self.baseURL = baseURL
    self.nullTerminated = nullTerminated
    self.isList = isList
  }

  func write(_ stats: FileStats, title: String) {
    var stats = stats
    stats.baseURL = baseURL
    switch format {
    case .table:
      if isList { output.write((count > 0 ? "\n" : "") + TerminalText.safe(title) + "\n") }
      output.write(stats.text())
    case .jsonl: output.write(stats.json.line)
    case .json:
      if isList { output.write(count == 0 ? "[" : ",") }
      var bytes = stats.json.line
      if isList { bytes.removeLast() }
      output.write(bytes)
    case .numstat:
      output.write(
        isList
          ? stats.numstatEntry(nullTerminated: nullTerminated)
          : stats.numstat(nullTerminated: nullTerminated))
    }
    count += 1
  }

  func finish() {
    if format == .json && isList { output.write(count == 0 ? "[]\n" : "]\n") }
    if format == .table && isList && count == 0 { output.write("Nothing in the window.\n") }
    output.flush()
  }
}
