import Foundation
import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Why a double could not start or do what was asked.
public enum GitLabDoubleError: Error, CustomStringConvertible {
  /// The port could not be bound; the text says why.
  case cannotListen(String)
  /// No project has this id.
  case noProject(Int)
  /// The project has no merge request with this number.
  case noMergeRequest(Int, project: Int)
  /// The project has no repository on disk.
  case noRepository(project: Int)
  /// The `openssl` command failed.
  case noCertificate(reason: String)
  /// A file could not be read as what it should be.
  case unreadable(String, reason: String)

  /// The error in words.
  public var description: String {
    switch self {
    case .cannotListen(let reason): "the double cannot listen: \(reason)"
    case .noProject(let id): "the double has no project \(id); add it first"
    case .noMergeRequest(let iid, let project): "project \(project) has no merge request !\(iid)"
    case .noRepository(let project): "project \(project) has no repository; set one first"
    case .noCertificate(let reason): "no certificate could be made: \(reason)"
    case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)"
    }
  }
}

/// A stand-in GitLab on 127.0.0.1: REST, GraphQL, OAuth and git over HTTP.
public final class GitLabDouble: Sendable {
  /// How the double is run.
  public struct Options: Sendable {
    /// The port; 0 takes a free one.
    public var port = 0
    /// A path under which everything lies, such as `/gitlab`; empty for none.
    public var prefix = ""
    /// The `git` command.
    public var git = "/usr/bin/git"
    /// Where private repositories are made; nil = a temporary folder, removed at the stop.
    public var workDirectory: String?
    /// Serves HTTPS with this certificate.
    public var certificate: ServerCertificate?
    /// The clock, for expiry and for defaults.
    public var now: @Sendable () -> Date = { Date() }

    /// The defaults: HTTP on a free port.
    public init() {}
  }

  let core: Core
  private let task: Task<Void, Never>
  private let folder: WorkFolder

  /// The address, such as `http://127.0.0.1:49152/gitlab`, without a slash at the end.
  public var baseURL: String { core.base.withLock { $0 } }

  /// The port on 127.0.0.1.
  public let port: Int

  /// The requests that arrived.
  public var log: RequestLog { core.log }

  private init(core: Core, task: Task<Void, Never>, folder: WorkFolder, port: Int) {
    self.core = core
    self.task = task
    self.folder = folder
    self.port = port
  }

  /// Starts a double that serves until ``stop()``.
  ///
  /// - Throws: ``GitLabDoubleError/cannotListen(_:)`` where the port is taken,
  ///   ``GitCommandError`` where git is missing.
  public static func start(_ settings: Settings = Settings(), options: Options = Options())
    async throws -> GitLabDouble
  {
    let git = try await Git(executable: options.git)
    let core = Core(settings: settings, git: git, prefix: options.prefix, now: options.now)
    var builder = HTTPServerBuilder.http1()
    if let certificate = options.certificate {
      builder = try .tls(builder, tlsConfiguration: certificate.configuration())
    }
    let started = AsyncStream<Result<Int, any Error>>.makeStream()
    var logger = Logger(label: "gitlab-double") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let server = try builder.buildServer(
      configuration: .init(address: .hostname("127.0.0.1", port: options.port)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
      responder: { request, writer, channel in
        try await core.respond(to: request, writer: writer, channel: channel)
      },
      onServerRunning: { channel in
        started.continuation.yield(.success(channel.localAddress?.port ?? options.port))
      })
    let task = Task {
      do {
        try await server.run()
      } catch {
        started.continuation.yield(.failure(error))
      }
    }
    for await outcome in started.stream {
      switch outcome {
      case .success(let port):
        let scheme = options.certificate == nil ? "http" : "https"
        core.base.withLock { $0 = "\(scheme)://127.0.0.1:\(port)\(options.prefix)" }
        return GitLabDouble(
          core: core, task: task, folder: WorkFolder(given: options.workDirectory), port: port)
      case .failure(let error):
        throw GitLabDoubleError.cannotListen("\(error)")
      }
    }
    throw GitLabDoubleError.cannotListen("the server ended at once")
  }

  /// Ends all connections at once, stalled ones too, and removes what was made on disk.
  public func stop() async {
    task.cancel()
    core.dropConnections()
    await task.value
    folder.remove()
  }

  /// The folder for private repositories.
  var workFolder: String {
    get throws { try folder.path }
  }

  // MARK: The instance

  /// What an administrator decides; may be changed at any time.
  public var settings: Settings {
    get { core.settings }
    set { core.withWorld { $0.settings = newValue } }
  }

  /// Adds a user.
  @discardableResult
  public func addUser(username: String, name: String, email: String? = nil) -> User {
    core.withWorld { world in
      let user = User(id: world.makeID(), username: username, name: name, email: email)
      world.add(user)
      return user
    }
  }

  /// Replaces a user, by id; a user whose state is not `active` is refused.
  public func update(user: User) {
    core.withWorld { $0.add(user) }
  }

  /// The user of that display name, added if there is none.
  public func user(named name: String, email: String? = nil) -> User {
    core.withWorld { $0.user(named: name, email: email) }
  }

  /// Adds a token.
  ///
  /// - Parameters:
  ///   - value: The secret; nil makes one.
  ///   - user: Whom it acts as; nil makes a user named like the token.
  ///   - expiresAt: From when on it is dead; nil = never.
  @discardableResult
  public func addToken(
    _ value: String? = nil, name: String = "token", user: User? = nil,
    kind: AccessToken.Kind = .personal, scopes: [String] = ["read_api", "read_repository"],
    expiresAt: Date? = nil
  ) -> AccessToken {
    core.withWorld { world in
      let owner = user ?? world.user(named: name)
      let token = AccessToken(
        id: world.makeID(), name: name, value: value ?? "glpat-" + Core.randomHex(10),
        userID: owner.id, kind: kind, scopes: scopes, createdAt: core.now(), expiresAt: expiresAt,
        revoked: false)
      world.tokens[token.value] = token
      return token
    }
  }

  /// Revokes a token; it is refused from now on.
  public func revoke(_ token: AccessToken) {
    core.withWorld { $0.tokens[token.value]?.revoked = true }
  }

  /// Changes a token's expiry; a time in the past makes it an expired one.
  public func expire(_ token: AccessToken, at date: Date) {
    core.withWorld { $0.tokens[token.value]?.expiresAt = date }
  }

  // MARK: Faults

  /// Makes something go wrong.
  ///
  /// - Parameters:
  ///   - times: How often; nil = until taken back.
  ///   - skipping: How many matching requests are answered well before.
  @discardableResult
  public func inject(
    _ effect: Fault.Effect, on target: Fault.Target = .any, times: Int? = nil, skipping: Int = 0
  ) -> FaultID {
    core.faults.withLock {
      $0.add(Fault(effect: effect, target: target, remaining: times, skipping: skipping))
    }
  }

  /// Takes one fault back, or all.
  public func clearFault(_ id: FaultID? = nil) {
    core.faults.withLock { $0.remove(id) }
  }
}
