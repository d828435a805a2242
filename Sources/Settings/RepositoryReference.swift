/// A project on an instance, read from whatever a person pastes.
public struct RepositoryReference: Sendable, Hashable {
  /// The instance.
  public let baseURL: BaseURL
  /// The full path, `group/subgroup/project`, in the case it was given.
  public let path: String

  /// The longest text read, in bytes.
  static let maximumLength = 8192

  /// Checks a path against GitLab's rules.
  ///
  /// - Throws: ``RepositoryReferenceError``.
  public init(baseURL: BaseURL, path: String) throws(RepositoryReferenceError) {
    try RepositoryPath.check(path)
    self.baseURL = baseURL
    self.path = path
  }

  /// Reads a path, a web address or a clone address.
  ///
  /// Understood are `group/project`, pages of a project (`https://host/group/project/-/tree/main`),
  /// https clone addresses, `git@host:group/project.git` and `ssh://git@host:22/group/project.git`,
  /// also without a scheme where a known host leads. A web address belongs to the known instance
  /// with the longest matching path prefix; an ssh address tells only the host. The port of an ssh
  /// address is ignored, and `altssh.gitlab.com` stands for `gitlab.com`.
  ///
  /// - Parameters:
  ///   - defaultBaseURL: The instance of a bare path; known without being listed.
  ///   - knownBaseURLs: The other instances that an address may name.
  /// - Throws: ``RepositoryReferenceError``; none repeats what may be a secret.
  public static func parse(
    _ text: String, defaultBaseURL: BaseURL, knownBaseURLs: [BaseURL] = []
  ) throws(RepositoryReferenceError) -> RepositoryReference {
    guard text.utf8.count <= maximumLength else { throw .tooLong }
    let text = text.trimmed
    guard !text.isEmpty else { throw .empty }
    let reader = Reader(defaultBaseURL: defaultBaseURL, others: knownBaseURLs)
    if let (scheme, _) = URLText.cutScheme(of: text) {
      switch scheme {
      case "https", "http": return try reader.readWeb(text)
      case "ssh": return try reader.readSSH(text)
      default: throw .unsupportedScheme
      }
    }
    let lead = text[..<(text.firstIndex(of: "/") ?? text.endIndex)]
    if reader.names(lead) { return try reader.readWeb("https://\(lead)" + text[lead.endIndex...]) }
    if lead.contains(":") { return try reader.readSCP(text) }
    return try reader.read(path: text, on: defaultBaseURL)
  }
}

extension RepositoryReference {
  private struct Reader {
    let defaultBaseURL: BaseURL
    let others: [BaseURL]

    private var known: [BaseURL] { [defaultBaseURL] + others }

    /// Whether the lead of an address without a scheme is the host (and port) of an instance.
    func names(_ lead: Substring) -> Bool {
      let lead = lead.lowercased()
      return known.contains { $0.host == lead || "\($0.host):\($0.effectivePort)" == lead }
    }

    func readWeb(_ text: some StringProtocol) throws(RepositoryReferenceError)
      -> RepositoryReference
    {
      let url = try takeApart(text)
      guard url.userinfo == nil else { throw .userinfo }
      guard let host = Host(url.host) else { throw .invalidURL(.invalidHost) }
      let port = url.port ?? BaseURL.defaultPort(of: url.scheme)
      let sameHost = known.filter { $0.host == host.text }
      var instances = sameHost.filter { $0.effectivePort == port }
      // An address without a port says little about TLS: http://host is how people write it.
      if instances.isEmpty, url.port == nil { instances = sameHost.filter { $0.port == nil } }
      let match = instances.filter { url.path.starts(withPrefix: $0.pathPrefix) }
        .max { $0.pathPrefix.utf8.count < $1.pathPrefix.utf8.count }
      guard let match else {
        throw .unknownHost(url.port.map { "\(host.text):\($0)" } ?? host.text)
      }
      return try read(path: url.path.dropFirst(match.pathPrefix.count), on: match)
    }

    func readSSH(_ text: some StringProtocol) throws(RepositoryReferenceError)
      -> RepositoryReference
    {
      let url = try takeApart(text)
      if let user = url.userinfo { try checkUser(user) }
      guard let host = Host(url.host) else { throw .invalidURL(.invalidHost) }
      return try read(path: url.path, on: instance(reachedBySSH: host))
    }

    /// `user@host:path`, as scp writes it.
    func readSCP(_ text: Substring) throws(RepositoryReferenceError) -> RepositoryReference {
      var rest = text
      if let colon = text.firstIndex(of: ":"), let at = text.firstIndex(of: "@") {
        guard at < colon else { throw .userinfo }
        try checkUser(text[..<at])
        rest = text[text.index(after: at)...]
      }
      let bracket = rest.firstIndex(of: "]") ?? rest.startIndex
      guard let colon = rest[bracket...].firstIndex(of: ":"), let host = Host(rest[..<colon]) else {
        throw .invalidURL(.invalidHost)
      }
      let path = rest[rest.index(after: colon)...]
      guard !path.contains("@") else { throw .userinfo }
      return try read(path: path, on: instance(reachedBySSH: host))
    }

    func read(
      path: Substring, on baseURL: BaseURL
    ) throws(RepositoryReferenceError) -> RepositoryReference {
      var path = path
      if path.hasPrefix("/") { path = path.dropFirst() }
      if let page = path.firstRange(of: "/-/") { path = path[..<page.lowerBound] }
      if path.hasSuffix("/-") { path = path.dropLast(2) }
      if path.hasSuffix("/") { path = path.dropLast() }
      if path.lowercased().hasSuffix(".git") { path = path.dropLast(4) }
      guard !path.isEmpty else { throw .noGroup }
      return try RepositoryReference(baseURL: baseURL, path: String(path))
    }

    private func takeApart(
      _ text: some StringProtocol
    ) throws(RepositoryReferenceError) -> URLText {
      do {
        return try URLText(String(text), defaultScheme: "https")
      } catch {
        throw .invalidURL(error)
      }
    }

    private func instance(reachedBySSH host: Host) throws(RepositoryReferenceError) -> BaseURL {
      let name = host.text == "altssh.gitlab.com" ? "gitlab.com" : host.text
      if defaultBaseURL.host == name { return defaultBaseURL }
      let matches = Set(others.filter { $0.host == name })
      guard let match = matches.first else { throw .unknownHost(name) }
      guard matches.count == 1 else { throw .ambiguousHost(name) }
      return match
    }

    private func checkUser(_ user: Substring) throws(RepositoryReferenceError) {
      guard !user.contains(":"), !user.contains("@") else { throw .userinfo }
    }
  }
}

extension Substring {
  /// Whether whole path segments of this begin with the prefix.
  fileprivate func starts(withPrefix prefix: String) -> Bool {
    hasPrefix(prefix) && (count == prefix.count || dropFirst(prefix.count).hasPrefix("/"))
  }
}

/// Why a text names no project. No case repeats userinfo.
public enum RepositoryReferenceError: Error, Hashable, Sendable {
  /// Nothing was given.
  case empty
  /// Longer or deeper than GitLab allows.
  case tooLong
  /// Only one name, or none, where a group and a project are needed.
  case noGroup
  /// A character that no project path holds.
  case forbiddenCharacters
  /// A name that GitLab forbids: empty, beginning with `-` or `.`, ending in `.git` or `.atom`.
  case forbiddenName
  /// A page of GitLab's own, such as a group's page.
  case notAProject
  /// The host, with the port where one is given, belongs to no known instance.
  case unknownHost(String)
  /// Several known instances share the host, and an ssh address cannot tell which.
  case ambiguousHost(String)
  /// A user name or a password stands before the host.
  case userinfo
  /// Neither https, http nor ssh.
  case unsupportedScheme
  /// It looks like an address and is none.
  case invalidURL(BaseURLError)

  /// One sentence: what is wrong.
  public var summary: String {
    switch self {
    case .empty: "The repository is empty."
    case .tooLong: "The repository's path is longer than GitLab allows."
    case .noGroup: "The repository's path has no group."
    case .forbiddenCharacters: "The repository's path holds a character that GitLab forbids."
    case .forbiddenName: "The repository's path holds a name that GitLab forbids."
    case .notAProject: "This is a page of GitLab's, not a project."
    case .unknownHost(let host): "No connection is known for \(host)."
    case .ambiguousHost(let host): "Several connections share the host \(host)."
    case .userinfo: "The repository's address holds a user name or a password."
    case .unsupportedScheme: "The repository's address begins with neither https, http nor ssh."
    case .invalidURL: "The repository's address is not a valid URL."
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .empty, .noGroup, .notAProject, .unsupportedScheme:
      "Give it like group/project or https://gitlab.com/group/project."
    case .tooLong: "Copy the path from the project's page."
    case .forbiddenCharacters:
      "Names are made of letters, digits, '_', '.' and '-'; copy the path from the project's page."
    case .forbiddenName:
      "A name begins with neither '-' nor '.', ends in neither '.git' nor '.atom'; no '..', no '//'."
    case .unknownHost(let host): "Run 'sigsentry connect --base-url https://\(host)' first."
    case .ambiguousHost: "Give the project's web address instead of the ssh one."
    case .userinfo: "Leave it out; 'sigsentry connect' asks for the token, unseen."
    case .invalidURL(let error): error.hint
    }
  }
}
