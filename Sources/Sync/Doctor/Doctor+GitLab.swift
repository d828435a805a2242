import Credentials
import Foundation
import GitLab
import HTTP
import Settings

extension Doctor {
  /// The most seconds that this machine's clock and GitLab's may differ.
  private static let clockTolerance = 60.0
  /// Days before a token's expiry from which on a person should know.
  private static let warningDays = 14.0

  /// Looks at the way to a GitLab, the token and the repositories there; what cannot be looked at because something before
  /// it failed is left out.
  ///
  /// - Throws: `CancellationError`.
  public func examine(_ patient: Patient) throws {
    let name = patient.connection?.name ?? "\(patient.baseURL)"
    let network = provider.network(patient.connection?.caFile)
    let http = HTTPClient(configuration: network, cancellation: provider.cancellation)
    guard try examineNetwork(of: patient.baseURL, network, name),
      try examineAnswer(of: patient.baseURL, http, network, name)
    else { return }

    let tokens: any TokenSource
    do {
      tokens = try source(of: patient.connection)
    } catch {
      add(.failure(.token, name, error, name: patient.connection?.name))
      return
    }
    let client = GitLabClient(
      baseURL: patient.baseURL.description, http: http, tokens: tokens, wait: wait)
    if let connection = patient.connection {
      guard try examineToken(of: connection, client, tokens, network) else { return }
      try examineVersion(client, name)
    } else {
      add(.skipped(.token, name, "no connection leads there; public projects need none"))
    }
    for repository in patient.repositories {
      try examine(repository, of: patient, client, tokens, http)
    }
  }

  // MARK: - The way

  private func examineNetwork(
    of baseURL: BaseURL, _ network: HTTPConfiguration, _ name: String
  ) throws -> Bool {
    do {
      if let proxy = try network.proxyName(for: baseURL.description) {
        add(.skipped(.dns, name, "the proxy \(proxy) looks it up"))
        add(.skipped(.tcp, name, "the proxy \(proxy) connects"))
        return true
      }
    } catch {
      add(.failure(.dns, name, GitLabError.http(error)))
      return false
    }
    let port = baseURL.port ?? (baseURL.scheme == "https" ? 443 : 80)
    let probe = NetworkProbe(
      host: baseURL.host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port: port,
      cancellation: provider.cancellation)
    guard case .found(let addresses) = probe.resolve(), !addresses.isEmpty else {
      try checkCancellation()
      add(.trouble(.dns, name, .hostUnknown, "\(baseURL.host) has no address"))
      return false
    }
    add(.ok(.dns, name, "\(baseURL.host) is \(addresses.prefix(3).joined(separator: ", "))"))
    switch probe.connect(to: addresses) {
    case .found(let used):
      add(.ok(.tcp, name, "\(used.joined()) takes connections at port \(port)"))
      return true
    case .failed(let reason):
      let trouble: Trouble = reason.contains("refused") ? .connectionRefused : .unreachable
      add(.trouble(.tcp, name, trouble, "no connection to port \(port): \(reason)"))
      return false
    case .cancelled: throw CancellationError()
    }
  }

  /// Asks something that needs no token, to see who answers.
  private func examineAnswer(
    of baseURL: BaseURL, _ http: HTTPClient, _ network: HTTPConfiguration, _ name: String
  ) throws -> Bool {
    var request = HTTPRequest(url: "\(baseURL)/api/v4/version")
    request.followsRedirects = false
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try http.send(request)
    } catch {
      try checkCancellation()
      switch error {
      case .certificateNotTrusted, .caFileUnreadable, .tlsFailed, .proxyFailed:
        add(.failure(.tls, name, GitLabError.http(error)))
      default:
        add(.failure(.api, name, GitLabError.http(error)))
      }
      return false
    }
    if baseURL.scheme == "https" {
      let trust = network.caFile.map { "an authority in \($0) or of the system" } ?? "the system"
      add(.ok(.tls, name, "the certificate is trusted by \(trust)"))
    } else {
      add(.skipped(.tls, name, "plain http, which does not leave this machine"))
    }
    // GitLab asks for a token here; anything but JSON is somebody else.
    let start = response.body.first { $0 > 0x20 }
    guard [200, 401, 403, 429].contains(response.status), start == UInt8(ascii: "{") else {
      let trouble: Trouble = response.status >= 500 ? .serverTrouble : .notGitLab
      add(
        .trouble(
          .api, name, trouble,
          "\(baseURL)/api/v4 answers with status \(response.status), not as GitLab's API"))
      return false
    }
    add(.ok(.api, name, "GitLab's API answers at \(baseURL)/api/v4"))
    examineClock(response, name)
    return true
  }

  private func examineClock(_ response: HTTPResponse, _ name: String) {
    guard let date = response.headers["Date"].flatMap(Self.date) else {
      add(.skipped(.clock, name, "the server tells no time"))
      return
    }
    let skew = provider.clock().timeIntervalSince(date)
    guard abs(skew) > Self.clockTolerance else {
      add(.ok(.clock, name, "this machine's clock and the server's agree"))
      return
    }
    add(
      .trouble(
        .clock, name, .clockSkew,
        "this machine's clock is \(Int(abs(skew))) s \(skew > 0 ? "ahead of" : "behind") the server's",
        state: .warning))
  }

  /// Reads an HTTP date (RFC 9110, 5.6.7).
  static func date(_ text: String) -> Date? {
    let parser = DateFormatter()
    parser.locale = Locale(identifier: "en_US_POSIX")
    parser.timeZone = TimeZone(identifier: "GMT")
    parser.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return parser.date(from: text)
  }

  // MARK: - The token

  /// A token without a refresh is asked about even if GitLab refused it before: only a person at a doctor does that, and
  /// its owner may have mended it on GitLab.
  private func source(of connection: Connection?) throws -> any TokenSource {
    guard let connection else { return AnonymousAccess() }
    guard connection.authentication != .oauth else { return try provider.source(of: connection) }
    return FixedToken(try provider.vault.secrets(of: connection.id).secrets.accessToken)
  }

  private func markAuthorized(_ connection: Connection) throws {
    guard connection.health != .ok, store.access == .readWrite else { return }
    let stored = try provider.vault.secrets(of: connection.id)
    try store.markAuthorized(connection.id, ifGeneration: stored.generation)
  }

  private func examineVersion(_ client: GitLabClient, _ name: String) throws {
    let version: String?
    do {
      version = try client.version()
    } catch {
      try checkCancellation()
      add(.failure(.version, name, error, name: name))
      return
    }
    guard let version else {
      add(.skipped(.version, name, "the server does not tell its version"))
      return
    }
    let missing = GitLabFeature.missing(in: version)
    guard !missing.isEmpty else {
      add(.ok(.version, name, "GitLab \(version)"))
      return
    }
    add(
      .trouble(
        .version, name, .versionOld,
        "GitLab \(version) lacks \(missing.joined(separator: "; "))", state: .warning))
  }

  private func examineToken(
    of connection: Connection, _ client: GitLabClient, _ tokens: any TokenSource,
    _ network: HTTPConfiguration
  ) throws -> Bool {
    let name = connection.name
    do {
      let user = try client.currentUser()
      try markAuthorized(connection)
      add(.ok(.token, name, "speaks for @\(user.username)\(Self.expiry(connection))"))
      if let expiry = connection.expiresAt, connection.authentication != .oauth,
        expiry.timeIntervalSince(provider.clock()) < Self.warningDays * 86400
      {
        add(
          .trouble(
            .token, name, .tokenExpiring, "expires on \(Self.day(expiry))", name: name,
            state: .warning))
      }
    } catch {
      try checkCancellation()
      let error = SyncError(error)
      add(.failure(.token, name, error, name: name))
      // A token without read_api may still be asked about itself.
      if case .gitlab(.insufficientScope) = error {
        try examineScopes(of: connection, client, tokens, network)
      }
      return false
    }
    try examineScopes(of: connection, client, tokens, network)
    return true
  }

  private static func expiry(_ connection: Connection) -> String {
    if connection.authentication == .oauth { return ", renews itself" }
    return connection.expiresAt.map { ", until \(day($0))" } ?? ""
  }

  private static func day(_ date: Date) -> String {
    String(Date.ISO8601FormatStyle().format(date).prefix(10))
  }

  private func examineScopes(
    of connection: Connection, _ client: GitLabClient, _ tokens: any TokenSource,
    _ network: HTTPConfiguration
  ) throws {
    let name = connection.name
    let scopes: [String]
    do {
      if connection.authentication == .oauth, case .bearer(let token) = try tokens.authorization() {
        scopes = try OAuthClient(
          baseURL: connection.baseURL.description,
          application: OAuthApplication(clientID: connection.clientID ?? ""),
          configuration: network, cancellation: provider.cancellation
        ).tokenInfo(token).scopes
      } else {
        scopes = try client.tokenInfo().scopes
      }
    } catch {
      try checkCancellation()
      add(.skipped(.scopes, name, "the server does not tell the token's scopes"))
      return
    }
    let missing = TokenCheck.missingScopes(scopes)
    let excess = TokenCheck.excessScopes(scopes)
    if !missing.isEmpty {
      add(
        .trouble(
          .scopes, name, .insufficientScope, "\(missing.joined(separator: " and ")) missing",
          name: name))
    } else if !excess.isEmpty {
      add(
        .trouble(
          .scopes, name, .excessScopes, "may do more than read: \(excess.joined(separator: ", "))",
          name: name, state: .warning))
    } else {
      add(.ok(.scopes, name, scopes.joined(separator: " ")))
    }
  }
}

/// What came to GitLab with which version, as far as this tool has a use for it (GitLab's API pages).
enum GitLabFeature {
  private static let all: [(major: Int, minor: Int, text: String)] = [
    (15, 5, "scopes and expiry of personal tokens (15.5)"),
    (17, 2, "the device login (17.2)"),
  ]

  /// What a version does not have yet; nothing for one that cannot be read.
  static func missing(in version: String) -> [String] {
    let numbers = version.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
    guard numbers.count == 2 else { return [] }
    return all.filter { (numbers[0], numbers[1]) < ($0.major, $0.minor) }.map(\.text)
  }
}
