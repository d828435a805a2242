/// What repositories are called in a list: by their path, and with their instance where two have the same path.
public struct RepositoryNames: Sendable {
  private let shared: Set<String>

  /// - Parameter repositories: The addresses of the instances and the paths of all in the list.
  public init(_ repositories: some Sequence<(baseURL: String, path: String)>) {
    var seen: Set<String> = []
    var shared: Set<String> = []
    for (_, path) in repositories where !seen.insert(path.lowercased()).inserted {
      shared.insert(path.lowercased())
    }
    self.shared = shared
  }

  /// Takes the projects of a list; one that is in it more than once counts once.
  public init(of projects: some Sequence<CachedProject>) {
    var seen: Set<Int64> = []
    self.init(projects.filter { seen.insert($0.id).inserted }.map { ($0.baseURL, $0.path) })
  }

  /// - Parameter shared: The paths that more than one repository of the list has.
  public init(shared: some Sequence<String>) {
    self.shared = Set(shared.map { $0.lowercased() })
  }

  /// Whether more than one repository of the list has a path.
  public func isShared(_ path: String) -> Bool { shared.contains(path.lowercased()) }

  /// The name of a project.
  public func name(of project: CachedProject) -> String {
    name(of: project.path, at: project.baseURL)
  }

  /// The name of one, which read commands understand.
  public func name(of path: String, at baseURL: String) -> String {
    guard isShared(path) else { return path }
    return Self.address(of: path, at: baseURL)
  }

  /// Names all repositories of a path, to choose from: `gitlab.a/acme/shop or gitlab.b/acme/shop`.
  public static func choices(
    of path: String, among repositories: [(baseURL: String, path: String)]
  ) -> String {
    let names = RepositoryNames(repositories)
    let found = repositories.filter { $0.path.lowercased() == path.lowercased() }
    return found.map { names.name(of: $0.path, at: $0.baseURL) }.joined(separator: " or ")
  }

  /// `host/path`, or the whole address where it is not https.
  public static func address(of path: String, at baseURL: String) -> String {
    let https = "https://"
    return (baseURL.hasPrefix(https) ? String(baseURL.dropFirst(https.count)) : baseURL)
      + "/" + path
  }
}
