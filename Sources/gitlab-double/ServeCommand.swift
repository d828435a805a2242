import ArgumentParser
import Dispatch
import Foundation
import GitLabDouble
import Glibc

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve repositories and merge requests until interrupted")

  @Option(help: "Port on 127.0.0.1 (default: a free one)") var port = 0
  @Option(help: "Path under which everything lies, such as /gitlab") var prefix = ""
  @Option(help: "A project and its bare repository, served as a view: group/project=/path/to.git")
  var repository: [Pair] = []
  @Option(help: "A project's merge requests, one JSON object a line: group/project=FILE.jsonl")
  var mergeRequests: [Pair] = []
  @Flag(help: "Take the merge requests of projects without a list from their history")
  var harvest = false
  @Option(help: "A token: NAME=VALUE:scope,scope (default scopes: read_api,read_repository)")
  var token: [String] = []
  @Option(help: "A project with a made-up history, such as acme/shop/checkout")
  var generate: [String] = []
  @Option(help: "Seed of made-up histories") var seed: UInt64 = 1
  @Option(help: "The time at which made-up histories end, ISO 8601 (default: now)") var now: String?
  @Flag(help: "Leave the one very large merge request out of made-up histories") var small = false
  @Option(help: "A public OAuth application: its id; codes go to http://127.0.0.1/callback")
  var application: [String] = []
  @Option(help: "Serve HTTPS with a new private authority, whose authority.pem is put there")
  var httpsAuthority: String?
  @Option(help: "GitLab version to behave like") var version = "18.1.1-ee"
  @Option(help: "Scheme, host and port put into links (default: those served)")
  var externalURL: String?
  @Option(help: ArgumentHelp("Who may see the projects", valueName: "private|internal|public"))
  var visibility = "private"
  @Option(
    help: """
      Something to go wrong: EFFECT[@PATTERN][xTIMES], with EFFECT one of 401, 403, 404, 500, 502, \
      503, 429[:SECONDS], html, malformed, stall, hang-up, cut:BYTES, stall-after:BYTES, trickle:BYTES, \
      flip:BYTE, git-error:TEXT; PATTERN a path with * (default: all)
      """)
  var fault: [String] = []

  func validate() throws {
    guard prefix.isEmpty || (prefix.hasPrefix("/") && !prefix.hasSuffix("/")) else {
      throw ValidationError("--prefix begins with a slash and does not end with one.")
    }
    guard Project.Visibility(rawValue: visibility) != nil else {
      throw ValidationError("--visibility takes private, internal or public.")
    }
    for text in fault {
      guard FaultSpecification(text) != nil else {
        throw ValidationError("--fault '\(text)' is not understood.")
      }
    }
    if let now, (try? Date(now, strategy: .iso8601)) == nil {
      throw ValidationError("--now takes a time such as 2026-04-25T09:00:00Z.")
    }
  }

  func run() async throws {
    // Waiting for the signals begins before the address is told, so that none comes too early.
    let signals = AsyncStream<Void>.makeStream()
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { signals.continuation.yield() }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    var settings = Settings()
    settings.version = version
    settings.externalURL = externalURL
    var options = GitLabDouble.Options()
    options.port = port
    options.prefix = prefix
    if let folder = httpsAuthority {
      options.certificate = try await ServerCertificate.make(in: folder).certificate
    }
    let double = try await GitLabDouble.start(settings, options: options)
    do {
      try await fill(double)
      FileHandle.standardOutput.write(Data("listening on \(double.baseURL)\n".utf8))
      for await _ in signals.stream { break }
    } catch {
      await double.stop()
      throw error
    }
    await double.stop()
  }

  private func fill(_ double: GitLabDouble) async throws {
    // Who comes before everything is there must not be told that their token is revoked.
    for text in token {
      let parts = text.split(separator: "=", maxSplits: 1).map { String($0) }
      guard parts.count == 2 else { throw ValidationError("--token takes NAME=VALUE:scopes.") }
      let value = parts[1].split(separator: ":", maxSplits: 1).map { String($0) }
      let scopes = value.count > 1 ? value[1] : "read_api,read_repository"
      double.addToken(
        value[0], name: parts[0],
        scopes: scopes.split { $0 == "," || $0 == " " }.map { String($0) })
    }
    let visibility = Project.Visibility(rawValue: visibility) ?? .private
    var ids: [String: Int] = [:]
    for pair in repository {
      ids[pair.name] = try await double.addProject(
        path: pair.name, viewOf: pair.value, visibility: visibility)
    }
    for pair in mergeRequests {
      guard let id = ids[pair.name] else {
        throw ValidationError("--merge-requests \(pair.name): no --repository of that name.")
      }
      let count = try await double.addMergeRequests(file: pair.value, in: id)
      report("\(pair.name): \(count) merge requests from \(pair.value)")
    }
    let listed = Set(mergeRequests.map(\.name))
    for (name, id) in ids where harvest && !listed.contains(name) {
      let count = try await double.harvestMergeRequests(in: id)
      report("\(name): \(count) merge requests from its history")
    }
    for path in generate {
      let time = try now.map { try Date($0, strategy: .iso8601) } ?? Date()
      let history = try await double.addDemo(
        path: path, now: time, seed: seed, size: small ? .small : .full, visibility: visibility)
      report("\(path): \(history.mergeRequests.count) merge requests made up")
      report("a symptom of !\(history.symptom.culprit):\n\(history.symptom.text)")
    }
    for id in application { double.addApplication(id: id) }
    for text in fault {
      if let wanted = FaultSpecification(text) {
        double.inject(wanted.effect, on: wanted.target, times: wanted.times)
      }
    }
  }

  private func report(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}

/// NAME=VALUE.
struct Pair: ExpressibleByArgument {
  var name: String
  var value: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1).map { String($0) }
    guard parts.count == 2 else { return nil }
    name = parts[0]
    value = parts[1]
  }
}

/// `EFFECT[@PATTERN][xTIMES]`.
struct FaultSpecification {
  var effect: Fault.Effect
  var target = Fault.Target.any
  var times: Int?

  init?(_ text: String) {
    var rest = text[...]
    if let mark = rest.lastIndex(of: "x"), let count = Int(rest[rest.index(after: mark)...]) {
      times = count
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: "@") {
      target = .path(String(rest[rest.index(after: mark)...]))
      rest = rest[..<mark]
    }
    let parts = rest.split(separator: ":", maxSplits: 1).map { String($0) }
    let number = parts.count > 1 ? Int(parts[1]) : nil
    switch (parts.first ?? "", number) {
    case ("html", _): effect = .html(200)
    case ("malformed", _): effect = .malformedJSON
    case ("stall", _): effect = .stall
    case ("hang-up", _): effect = .hangUp
    case ("429", .some(let seconds)):
      effect = .rateLimited(retryAfter: seconds, headers: true)
    case ("cut", .some(let bytes)): effect = .cut(afterBytes: bytes)
    case ("stall-after", .some(let bytes)): effect = .stallAfter(bytes: bytes)
    case ("trickle", .some(let rate)): effect = .trickle(bytesPerSecond: rate)
    case ("flip", .some(let position)): effect = .flippedPackByte(at: position)
    case ("git-error", _) where parts.count > 1: effect = .gitError(parts[1])
    case (let code, _):
      guard let status = Int(code), 400..<600 ~= status else { return nil }
      effect = .status(status)
    }
  }
}
