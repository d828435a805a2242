import ArgumentParser
import Cache
import Correlation
import Foundation
import Reports
import Settings

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze", abstract: "Name the merge requests that may have broken it",
    discussion: """
      The symptom is a file with stack traces, log lines, paths or prose, '-' for standard input, or --description. \
      The answer comes from disk.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

  @Argument(help: "The symptom's file, or '-'.")
  var file: String?
  @Option(
    help:
      "Look in this repository; can be given again (default: where the services lead, else all).")
  var repo: [String] = []
  @Option(help: "Look where this service is built from; can be given again.")
  var service: [String] = []
  @Option(help: "The symptom in words.")
  var description: String?
  @Option(help: "When it was seen, as '2h ago' or '2026-04-25 09:00' (default: now).")
  var at: String?
  @Option(help: "Days before that in which a merge may lie, 1 to 365 (default: 30).")
  var lookbackDays: Int?
  @Option(help: "The revision that ran (default: the branch's tip).")
  var revision: String?
  @Option(help: "text, json or html (default: text).")
  var format: Format?
  @Option(help: "The most suspects to name.")
  var limit = 10
  @Option(help: "Also write the question, the answer and what it stood on to this file.")
  var capsule: String?
  @Option(
    help: "Answer the question of this capsule again, and tell whether the answer is the same.")
  var replay: String?
  @OptionGroup var options: CommonOptions

  func validate() throws {
    try ReposCommand.check(lookbackDays: lookbackDays)
    guard limit > 0 else { throw ValidationError("--limit takes 1 or more.") }
    if replay != nil {
      guard file == nil, description == nil, capsule == nil else {
        throw ValidationError("--replay takes its symptom from the capsule.")
      }
      return
    }
    guard file != nil || description != nil else {
      throw ValidationError("Give a symptom: a file, '-' or --description.")
    }
  }

  func run() throws {
    let cache = try options.openCache()
    if let replay {
      try prove(replay, in: cache)
      return
    }
    let bytes = try readSymptom()
    let symptom = Symptom.parse(bytes)
    let time = try at.map { try TimeExpression($0, now: Date()) }
    var days = lookbackDays ?? RepositorySetting.defaultLookbackDays
    if lookbackDays == nil, let time, let start = time.start {
      days = max(1, Int((time.end.timeIntervalSince(start) / 86400).rounded(.up)))
    }
    // Whole seconds, as the answer tells them; upwards, so that what was merged in this one counts.
    let end = Date(
      timeIntervalSince1970: (time?.end ?? Date()).timeIntervalSince1970.rounded(.up))
    let query = AnalysisQuery(
      symptom: symptom, scopes: try scopes(for: symptom, in: cache), at: end,
      lookbackDays: days, revision: revision, limit: limit)
    let analysis = try Analyzer(cache: cache).analyze(query)
    let report = AnalysisReport(analysis, answeredOffline: true)
    if let capsule {
      let packed = AnalysisCapsule(
        symptom: bytes, query: query, analysis: analysis, answer: report.json.line)
      do {
        try packed.bytes().write(to: URL(fileURLWithPath: capsule), options: .atomic)
      } catch {
        throw CommandFailure(
          "The capsule \(capsule) cannot be written: \(error.localizedDescription)")
      }
    }
    write(report)
  }

  private func write(_ report: AnalysisReport) {
    let output: [UInt8] =
      if options.json || format == .json {
        report.json.line
      } else if format == .html {
        Array(report.html.utf8)
      } else {
        Array(report.text.utf8)
      }
    StandardOutput().write(output)
  }

  /// Answers the question of a capsule again.
  private func prove(_ path: String, in cache: CacheStore) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw CommandFailure.usage("The capsule \(path) cannot be read.")
    }
    let packed: AnalysisCapsule
    let query: AnalysisQuery
    do {
      packed = try AnalysisCapsule(bytes: bytes)
      query = try packed.query(in: cache)
    } catch AnalysisCapsule.Failure.unreadable {
      throw CommandFailure("The file \(path) is no capsule of this version.")
    } catch AnalysisCapsule.Failure.unknownProject(let project) {
      throw CommandFailure.notCached(project, nearest: nil)
    }
    let analysis = try Analyzer(cache: cache).analyze(query)
    let report = AnalysisReport(analysis, answeredOffline: true)
    let again = AnalysisCapsule(
      symptom: [UInt8](packed.symptom), query: query, analysis: analysis, answer: report.json.line)
    write(report)
    let differences = packed.differences(from: again)
    guard differences.isEmpty else {
      throw CommandFailure(
        "The answer is not that of the capsule: \(differences.joined(separator: "; ")).")
    }
    options.inform("The answer is that of the capsule, byte by byte.")
  }

  /// The symptom's bytes; of a larger file the parser would not read more.
  private static let maximumBytes = 256 << 20

  private func readSymptom() throws -> [UInt8] {
    var bytes = description.map { Array(($0 + "\n\n").utf8) } ?? []
    guard let file else { return bytes }
    let handle: FileHandle
    if file == "-" {
      handle = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: file) else {
        throw CommandFailure.usage("The symptom file \(file) cannot be read.")
      }
      handle = opened
    }
    while bytes.count < Self.maximumBytes, let piece = try handle.read(upToCount: 1 << 20),
      !piece.isEmpty
    {
      bytes += piece
    }
    return bytes
  }

  private func scopes(for symptom: Symptom, in cache: CacheStore) throws -> [AnalysisScope] {
    let store = try? SettingsStore(directory: options.configDirectory, access: .readOnly)
    let finder = ScopeFinder(cache: cache, settings: store)
    do {
      return try finder.scopes(repositories: repo, services: service, symptom: symptom)
    } catch let error as ScopeFinder.NotCached {
      let nearest =
        error.isService
        ? nil : NearestPath.suggest(for: error.name, among: try cache.projects().map(\.path))
      throw CommandFailure.notCached(error.name, nearest: nearest)
    }
  }
}
