import ArgumentParser
import Cache
import Correlation
import Foundation
import Reports
import Settings

#if canImport(Glibc)
  import Glibc
#endif

struct BacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Tell how often 'analyze' would have been right on a repository's past",
    discussion: """
      Finds commits and merge requests that say which commit or merge request they repair (reverts, 'Fixes: <commit>', \
      'regression from !12'), hides the answer, and ranks the merge requests before them. Symptoms are made of what the \
      repairs changed and said, which makes them easier than real ones.
      """)

  @Argument(help: "The repository, by full path.")
  var path: String
  @Option(help: "Days before a repair in which a culprit may lie, 1 to 365 (default: 30).")
  var lookbackDays: Int?
  @Flag(
    help:
      "Also fit weights to this repository; they are kept, and used by 'analyze', if they do better on cases that they have not seen."
  )
  var fit = false
  @Flag(help: "Forget the weights that an earlier --fit kept, and do nothing else.")
  var reset = false
  @OptionGroup var options: CommonOptions

  func validate() throws {
    try ReposCommand.check(lookbackDays: lookbackDays)
    if fit, reset { throw ValidationError("--fit and --reset contradict each other.") }
  }

  func run() throws {
    let cache = try options.openCache()
    let project = try options.project(path, in: cache)
    let file = FittedWeightsFile(cache: cache.directory, project: project)
    if reset {
      try forget(file, project)
      return
    }
    let report = try Backtest(
      directory: cache.directory, project: project,
      workers: ProcessInfo.processInfo.activeProcessorCount
    ).run(
      lookbackDays: lookbackDays ?? RepositorySetting.defaultLookbackDays, fits: fit, at: Date(),
      progress: progress)
    if StandardError.isTerminal, !options.quiet { StandardError.write("\r\u{1B}[K") }
    if case .judged(let heldOut) = report.fit {
      try Self.changing(file.path) {
        if let weights = heldOut.weights {
          try file.write(weights)
        } else {
          _ = try file.remove()
        }
      }
    }
    let stored = read(file, project).flatMap { $0.isUsable ? $0 : nil }
    let output = BacktestReport(
      report, repository: project.path, baseURL: project.baseURL,
      name: try options.name(of: project, in: cache), stored: stored)
    StandardOutput().write(options.json ? output.json.line : Array(output.text.utf8))
  }

  private func read(_ file: FittedWeightsFile, _ project: CachedProject) -> FittedWeights? {
    do {
      return try file.read()
    } catch {
      options.inform(
        "sigsentry: the weights that were fitted to \(project.path) cannot be read and do not count"
      )
      return nil
    }
  }

  private func forget(_ file: FittedWeightsFile, _ project: CachedProject) throws {
    let hadWeights = try Self.changing(file.path) { try file.remove() }
    if options.json {
      StandardOutput().write(
        JSONValue.object([
          ("repository", .string(project.path)), ("baseUrl", .string(project.baseURL)),
          ("forgotten", .bool(hadWeights)),
        ]).line)
    } else {
      options.inform(
        hadWeights
          ? "Forgot the weights that were fitted to \(TerminalText.safe(project.path))."
          : "There were no weights fitted to \(TerminalText.safe(project.path)).")
    }
  }

  private static func changing<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
      throw CommandFailure(
        "The weights \(path) cannot be written: "
          + (code.map { String(cString: strerror(Int32($0))) } ?? error.localizedDescription) + ".")
    }
  }

  /// One line that is rewritten, on a terminal alone.
  private var progress: @Sendable (Int, Int) -> Void {
    guard StandardError.isTerminal, !options.quiet else { return { _, _ in } }
    return { done, all in StandardError.write("\r\(done) of \(all) cases") }
  }
}
