import ArgumentParser
import GitLabDouble

@main
struct GitLabDoubleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gitlab-double", abstract: "Stand in for a GitLab, for tests and demonstrations",
    subcommands: [ServeCommand.self, DemoCommand.self])
}
