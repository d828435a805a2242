import ArgumentParser
import Cache
import Credentials
import Dashboard
import Foundation
import HTTP
import Reports
import Settings

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the dashboard and the /v1 API",
    discussion: """
      Only this machine can reach it, unless --listen or --public-url says otherwise; then a login is needed, whose \
      token is printed at the start or taken from --auth-token-env.

      GitLab's webhooks bring along the token of SIGSENTRY_WEBHOOK_TOKEN, or an API key with the permission webhook.
      """)

  @Option(help: "Where to listen.")
  var listen = "127.0.0.1:8787"
  @Option(help: "The address that people use, behind a reverse proxy.")
  var publicURL: String?
  @Option(help: "Take the login's token from this environment variable.")
  var authTokenEnv: String?
  @Option(help: "From the start of one round of syncs to the next, as 90s, 15m or 2h.")
  var every = "15m"
  @Flag(inversion: .prefixedNo, help: "Sync all repositories again and again.")
  var schedule = true
  @Option(help: "The most syncs at once.")
  var jobs = 4
  @Option(help: "Requests a minute that one API key may make.")
  var rateLimit = 600
  @OptionGroup var options: CommonOptions

  func validate() throws {
    guard ListenAddress(listen) != nil else {
      throw ValidationError("--listen takes ADDRESS:PORT, as 127.0.0.1:8787 or [::1]:8787.")
    }
    guard TimeExpression.seconds(every).map({ 10...604_800 ~= $0 }) ?? false else {
      throw ValidationError("--every takes 10s to 7d, as 90s, 15m or 2h.")
    }
    guard 1...64 ~= jobs else { throw ValidationError("--jobs takes 1 to 64.") }
    guard 1...1_000_000 ~= rateLimit else {
      throw ValidationError("--rate-limit takes 1 to 1000000.")
    }
  }

  func run() async throws {
    guard let address = ListenAddress(listen) else { return }
    var serving = Dashboard.Options(listen: address)
    serving.publicURL = try publicURL.map { try PublicURL($0) }
    serving.requestsPerMinute = rateLimit
    serving.syncInterval = schedule ? TimeExpression.seconds(every) : nil
    serving.jobs = jobs
    serving.isOffline = options.offline
    let environment = ProcessInfo.processInfo.environment
    if let token = environment["SIGSENTRY_WEBHOOK_TOKEN"], !token.isEmpty {
      serving.webhookToken = Secret(token)
    }
    serving.loginToken = try loginToken(isExposed: serving.isExposed)
    let workspace = try Workspace(options)
    let cache = try options.offline ? options.openCache() : options.openCacheForWriting()
    let dashboard = Dashboard(
      options: serving, store: workspace.store, cache: cache, vault: workspace.vault,
      provider: workspace.provider, cancellation: Interruption.cancellation,
      wait: Interruption.wait
    ) { [options, serving, authTokenEnv] port in
      let host = address.host.contains(":") ? "[\(address.host)]" : address.host
      options.inform("The dashboard is at \(serving.publicURL?.origin ?? "http://\(host):\(port)")")
      if let token = serving.loginToken, authTokenEnv == nil {
        options.tell("The token to log in with is \(token.reveal())")
      }
    }
    do {
      try await dashboard.runUntilSignalled()
    } catch let error as DashboardError {
      throw CommandFailure(error.summary, hint: error.hint)
    }
  }

  private func loginToken(isExposed: Bool) throws -> Secret? {
    guard let authTokenEnv else {
      return isExposed ? Secret(RandomText.hexadecimal(bytes: 16)) : nil
    }
    guard let token = ProcessInfo.processInfo.environment[authTokenEnv], token.utf8.count >= 16
    else {
      throw CommandFailure.usage(
        "The environment variable \(authTokenEnv) holds no token of 16 characters or more.",
        hint: "'openssl rand -hex 32' prints one.")
    }
    return Secret(token)
  }
}
