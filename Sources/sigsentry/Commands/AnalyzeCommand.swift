import ArgumentParser
import Cache
import Correlation
import Foundation
import Reports
import Sync

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze", abstract: "Name the merge requests that may have broken it",
    discussion: """
      The symptom is a file with stack traces, log lines, paths or prose, '-' for standard input, or --description. \
      The answer comes from disk; only a revision that no sync brought, and its files where a mirror holds its window \
      only, are fetched. Weights that 'backtest --fit' stored for a repository count where it alone is looked at.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

  @Argument(help: "The symptom's file, or '-'.")
  var file: String?
  @Option(
    help:
      "Look in this repository; can be given again (default: where the services lead, else all).")
  var repo: [String] = []
  @Option(
    help:
      "Look where this service is built from: its mapping, else a repository of its name; can be given again."
  )
  var service: [String] = []
  @Option(help: "The symptom in words.")
  var description: String?
  @Option(
    help:
      "When it was seen, as '2h ago' or '2026-04-25 09:00'; of a span as 'since 9am', its end (default: now)."
  )
  var at: String?
  @Option(
    help:
      "Days before that in which a merge may lie, 1 to 365 (default: 30, or a longer span of --at)."
  )
  var lookbackDays: Int?
  @Option(
    help: "The revision that ran: a branch, a tag or a commit (default: the branch as it was then)."
  )
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
    if options.json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) contradict each other.")
    }
    if replay != nil {
      guard file == nil, description == nil, capsule == nil, repo.isEmpty, service.isEmpty,
        at == nil, lookbackDays == nil, revision == nil
      else {
        throw ValidationError("--replay takes its whole question from the capsule.")
      }
      return
    }
    guard file != nil || description != nil else {
      throw ValidationError("Give a symptom: a file, '-' or --description.")
    }
  }

  func run() throws {
    if let replay {
      try prove(replay)
      return
    }
    let time = try at.map { try TimeExpression($0, now: Date()) }
    if let capsule { try Self.checkPlace(ofCapsule: capsule) }
    let cache = try options.openCache()
    let (bytes, readingNotes) = try readSymptom()
    if capsule != nil { try AnalysisCapsule.check(symptom: bytes) }
    let symptom = Symptom.parse(bytes)
    let end = Self.wholeSeconds(time?.end ?? Date())
    let start = time?.start.map(Self.wholeSeconds) ?? end
    var inquiry = AnalysisInquiry(
      symptom: symptom, repositories: repo, services: service, span: start...end,
      lookbackDays: lookbackDays, revision: revision, limit: limit)
    inquiry.notes = readingNotes
    if at == nil, let note = Self.note(on: symptom.times, at: end) { inquiry.notes.append(note) }
    let completion = MirrorCompletion(
      cacheDirectory: options.cacheDirectory, download: options.contentDownload)
    let answer: AnalysisInquiry.Answer
    let basis: AnalysisBasis?
    do {
      (answer, basis) = try cache.onOneState {
        let answer = try inquiry.answer(
          cache: cache, settings: try options.settings(),
          searchRevision: { revision, projects in
            try completion.searchRevision(in: revision, of: projects)
            if let failure = completion.takeFailure(), let explanation = Explanation(failure) {
              options.inform("sigsentry: the revision was not found: \(explanation.summary)")
            }
          }, fetchFiles: completion.fetchFiles,
          reason: { completion.takeFailure().flatMap { Explanation($0) }?.summary })
        guard capsule != nil else { return (answer, nil) }
        return (answer, try AnalysisBasis(answer.query, answer.analysis, in: cache))
      }
    } catch let error as AnalysisError {
      throw completion.takeFailure() ?? error
    }
    let report = AnalysisReport(
      answer.analysis, notes: answer.notes, weights: answer.weights,
      answeredOffline: completion.isOffline)
    var failure: (any Error)?
    if let capsule, let basis {
      do {
        let packed = try AnalysisCapsule(
          symptom: bytes, query: answer.query, analysis: answer.analysis, basis: basis,
          notes: answer.notes, weights: answer.weights, answer: report.json.line)
        try write(packed, to: capsule)
      } catch {
        failure = error
      }
    }
    // The answer is given, whatever becomes of the capsule.
    write(report)
    if let failure { throw failure }
    if answer.leavesOut { throw ExitCode(CommandFailure.Code.partlyDone.rawValue) }
  }

  /// A log that ends sooner before now may be of this incident, in whatever zone its times are.
  private static let leastPastSeconds = 86_400.0
  /// Times before this one, of the year 2000, are those of clocks that were not set.
  private static let earliest = Date(timeIntervalSince1970: 946_684_800)

  /// Tells that a log is old where the question is about now.
  private static func note(on times: ClosedRange<Double>?, at now: Date) -> String? {
    guard let times else { return nil }
    let last = wholeSeconds(Date(timeIntervalSince1970: times.upperBound))
    guard last >= earliest, now.timeIntervalSince(last) >= leastPastSeconds else { return nil }
    let time = UTCTime.text(last)
    return "The log ends at \(time), and this looks at now: '--at \(time)' looks at then."
  }

  /// As the answer tells times; upwards, so that what was merged in this second counts.
  private static func wholeSeconds(_ time: Date) -> Date {
    Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.up))
  }

  func write(_ report: AnalysisReport) {
    let output: [UInt8] =
      switch options.json ? .json : format ?? .text {
      case .json: report.json.line
      case .html: Array(report.html.utf8)
      case .text: Array(report.text.utf8)
      }
    StandardOutput().write(output)
  }

  private func readSymptom() throws -> (bytes: [UInt8], notes: [String]) {
    var bytes: [UInt8] = []
    var notes: [String] = []
    if let file {
      let read = try Interruption.endingProcess { try SymptomFile(file) }
      if read.isCut {
        notes.append(
          "Of the symptom's \(read.total >> 20) MiB the first \(SymptomFile.head >> 20) and the last \(SymptomFile.tail >> 20) were read."
        )
      }
      if read.looksBinary {
        notes.append("The symptom does not look like text: what text it holds was read.")
      }
      bytes = read.bytes
    }
    if let description { bytes = Symptom.text(bytes, describedAs: description) }
    guard bytes.contains(where: { $0 > 0x20 }) else {
      throw CommandFailure.usage(
        "The symptom is empty.", hint: "Give a stack trace, log lines, paths or words.")
    }
    return (bytes, notes)
  }
}
