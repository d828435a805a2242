import Cache
import Settings

/// Finds the project of a cache that a person means: by a path that only one instance has, by `host/path`, or by any
/// address of it.
public enum CachedProjectLookup {
  /// Why it is not clear which project is meant.
  public enum Failure: Error, Sendable, Equatable {
    /// The cache has none.
    case unknown(String, nearest: String?)
    /// Several instances have a project of that path.
    case severalInstances(path: String, names: [String])

    /// What is wrong, a sentence.
    public var summary: String {
      switch self {
      case .unknown(let text, _): "The repository \(text) is not in the cache."
      case .severalInstances(let path, _): "The repository \(path) is on several instances."
      }
    }

    /// What to do, a sentence.
    public var hint: String {
      switch self {
      case .unknown(let text, let nearest):
        nearest.map { "Did you mean \($0)?" }
          ?? "Run 'sigsentry repos add \(text)' and 'sigsentry sync'."
      case .severalInstances(_, let names): "Give one of: \(names.joined(separator: ", "))."
      }
    }
  }

  /// The project that a text means.
  ///
  /// - Throws: ``Failure``, with a hint at the nearest one for a typo; `CacheError`.
  public static func project(_ text: String, in cache: CacheStore) throws -> CachedProject {
    let found = try cache.projects(path: text.split(separator: "/").joined(separator: "/"))
    if found.count == 1 { return found[0] }
    if let first = found.first {
      throw Failure.severalInstances(
        path: first.path, names: found.map { RepositoryNames.address(of: $0.path, at: $0.baseURL) })
    }
    let all = try cache.projects()
    if let project = try project(addressed: text, among: all, in: cache) { return project }
    let nearest = NearestPath.suggest(for: text, among: all.map(\.path))
    throw Failure.unknown(
      text,
      nearest: nearest.map {
        RepositoryNames.choices(of: $0, among: all.map { ($0.baseURL, $0.path) })
      })
  }

  private static func project(
    addressed text: String, among all: [CachedProject], in cache: CacheStore
  ) throws -> CachedProject? {
    // An instance that a bare path would belong to, and that no address names.
    let none = try BaseURL("https://gitlab.invalid")
    let known = Set(all.map(\.baseURL)).sorted().compactMap { try? BaseURL($0) }
    guard
      let reference = try? RepositoryReference.parse(
        text, defaultBaseURL: none, knownBaseURLs: known)
    else { return nil }
    return try cache.project(path: reference.path, host: reference.baseURL.hostKey)
  }
}
