import ArgumentParser
import Cache
import Correlation
import Foundation
import Reports
import Settings

struct BacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Tell how often 'analyze' would have been right on a repository's past",
    discussion: """
      Finds commits that say which commit or merge request they repair, hides the answer, and ranks the merge requests \
      before them. Symptoms are made of what the repairs changed and said, which makes them easier than real ones.
      """)

  @Argument(help: "The repository, by full path.")
  var path: String
  @Option(help: "Days before a repair in which a culprit may lie, 1 to 365 (default: 30).")
  var lookbackDays: Int?
  @Flag(help: "Also fit weights to half of the cases, and tell how they do on the other half.")
  var fit = false
  @OptionGroup var options: CommonOptions

  func validate() throws { try ReposCommand.check(lookbackDays: lookbackDays) }

  func run() throws {
    let cache = try options.openCache()
    let project = try options.project(path, in: cache)
    let report = try Backtest(cache: cache, project: project).run(
      lookbackDays: lookbackDays ?? RepositorySetting.defaultLookbackDays, fits: fit,
      progress: { _, _ in })
    let output = BacktestReport(report, repository: project.path)
    StandardOutput().write(options.json ? output.json.line : Array(output.text.utf8))
  }
}
