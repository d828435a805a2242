import ArgumentParser
import Foundation
import Reports
import Settings

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is cached and how fresh it is")

  @OptionGroup var options: CommonOptions

  func run() throws {
    let statuses = try options.statuses()
    let repositories = try statuses.all()
    let connections = try statuses.store.connections()
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
