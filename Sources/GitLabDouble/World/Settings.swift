/// A GitLab version, such as `18.1.1-ee`, as far as behaviour depends on it.
struct GitLabVersion: Comparable, Sendable {
  let major: Int
  let minor: Int

  init(_ text: String) {
    let numbers = text.split(whereSeparator: { $0 == "." || $0 == "-" }).map { Int($0) ?? 0 }
    major = numbers.first ?? 0
    minor = numbers.count > 1 ? numbers[1] : 0
  }

  init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  static func < (left: GitLabVersion, right: GitLabVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

/// How large a merge request's diff GitLab stores and shows.
public struct DiffLimits: Sendable {
  /// Files of one diff; the rest is not stored.
  public var files: Int
  /// Lines of one diff; the rest is not stored.
  public var lines: Int
  /// Bytes of one file's patch; a larger one is `too_large`.
  public var patchBytes: Int
  /// Whether files past a tenth of the limits come `collapsed`.
  public var collapses: Bool

  /// Sets limits; the defaults are those of a self-managed GitLab.
  public init(
    files: Int = 1000, lines: Int = 50000, patchBytes: Int = 200 * 1024, collapses: Bool = true
  ) {
    self.files = files
    self.lines = lines
    self.patchBytes = patchBytes
    self.collapses = collapses
  }
}

/// What a GitLab administrator, or the age of the server, decides.
public struct Settings: Sendable {
  /// The version told and acted upon, such as `18.1.1-ee`; older ones lack endpoints and filters.
  public var version = "18.1.1-ee"
  /// The scheme, host and port put into links and URLs; nil = those that are called.
  public var externalURL: String?
  /// Whether `POST /api/graphql` exists.
  public var graphQL = true
  /// The limits of stored diffs.
  public var diffLimits = DiffLimits()
  /// Whether git is served over HTTP at all.
  public var gitOverHTTP = true
  /// Whether git's protocol v2 is honoured; v0 is spoken otherwise.
  public var gitProtocolV2 = true
  /// Rows above which totals and the last page are no longer told.
  public var totalCountLimit = 10_000
  /// The number told in `RateLimit-Limit`; nil sends no such headers on ordinary answers.
  public var rateLimit: Int?
  /// The largest complexity of a GraphQL query: without and with a token.
  public var graphQLComplexity = (anonymous: 200, authenticated: 250)
  /// The lifetime of an OAuth access token in seconds.
  public var oauthTokenLifetime = 7200
  /// Seconds by which the `Date` of its answers is ahead of the true time.
  public var clockSkew = 0.0
  /// The lifetime of a device code in seconds.
  public var deviceCodeLifetime = 300
  /// The seconds between two polls of a device code.
  public var devicePollInterval = 5

  /// The defaults: a recent self-managed GitLab.
  public init() {}

  func atLeast(_ major: Int, _ minor: Int) -> Bool {
    GitLabVersion(version) >= GitLabVersion(major, minor)
  }
}
