import ArgumentParser
import Foundation
import Reports
import Settings

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is cached and how fresh it is")

  @OptionGroup var options: CommonOptions

  func run() throws {
    let (store, cache) = try (options.settings(), options.cacheIfAny())
    guard store != nil || cache != nil else {
      throw SettingsError.notFound(path: SettingsStore.file(in: options.configDirectory))
    }
    let statuses = try RepositoryStatuses(store: store, cache: cache)
    let repositories = try statuses.all() + statuses.unwatched()
    let connections = try store?.connections() ?? []
    let now = Date()
    let output = StandardOutput()
    if options.json {
      output.write(StatusReport.json(repositories, connections: connections).line)
    } else {
      output.write(StatusReport.text(repositories, at: now))
      for warning in connections.compactMap({ $0.warning(at: now) }) {
        output.write(warning + "\n")
      }
    }
  }
}
