/// A project, as `GET /projects/:id` gives it.
public struct Project: Decodable, Sendable, Equatable {
  /// GitLab's number for it: survives renames and transfers.
  public var id: Int64
  /// The full path of today.
  public var path: String
  /// Absent where the caller may not read code. For an empty repository, the branch that would be.
  public var defaultBranch: String?
  /// The clone URL as the instance believes it to be; it may name another host than the one that was called.
  public var cloneURL: String?
  /// The page for people.
  public var webURL: String?

  private enum CodingKeys: String, CodingKey {
    case id
    case path = "path_with_namespace"
    case defaultBranch = "default_branch"
    case cloneURL = "http_url_to_repo"
    case webURL = "web_url"
  }
}
