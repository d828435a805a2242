import ArgumentParser
import Cache
import Foundation
import Reports

extension CacheStore.HotspotGrouping: ExpressibleByArgument {}

struct HotspotsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hotspots", abstract: "Show where merged merge requests changed most")

  @Argument(help: "The repository's path.")
  var path: String
  @Option(help: "Sum up by file, directory or author.")
  var by = CacheStore.HotspotGrouping.file
  @Option(help: "Only what was merged since then (default: the lookback before the last sync).")
  var since: String?
  @Option(help: "The most to list.")
  var limit = 20
  @OptionGroup var options: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit takes 1 or more.") }
  }

  func run() throws {
    let cache = try options.openCache()
    let project = try options.project(path, in: cache)
    let start = try since.map { try options.since($0) } ?? project.windowStart
    let hotspots = Array(
      try cache.hotspots(project: project.id, mergedSince: start, by: by).prefix(limit))
    let output = StandardOutput()
    if options.json {
      output.write(
        HotspotReport.json(
          hotspots, by: by, repository: project.path, baseURL: project.baseURL
        ).line)
    } else if hotspots.isEmpty {
      output.write("Nothing was merged in the window.\n")
    } else {
      output.write(HotspotReport.text(hotspots, by: by))
    }
  }
}
