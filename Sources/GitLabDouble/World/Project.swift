import Foundation

/// A project of the stand-in GitLab.
public struct Project: Sendable {
  /// Who may see a project.
  public enum Visibility: String, Sendable {
    /// Members only.
    case `private`
    /// Every user who is signed in.
    case `internal`
    /// Everybody.
    case `public`
  }

  /// The numeric id, stable across renames.
  public internal(set) var id: Int
  /// The full path, such as `group/subgroup/project`; change it with `moveProject`.
  public internal(set) var path: String
  /// Former full paths that still lead here.
  public internal(set) var oldPaths: [String] = []
  /// The bare repository served; nil where none was ever created.
  public var repository: String?
  /// Who may see the project.
  public var visibility: Visibility
  /// The default branch, also of an empty repository.
  public var defaultBranch: String
  /// Users who may read a private project; nil = every user.
  public var members: Set<Int>?
  /// Users who see the project but not its code.
  public var guests: Set<Int> = []
  /// The display name.
  public var name: String
  /// A free text.
  public var projectDescription: String?
  /// `merge`, `rebase_merge` or `ff`.
  public var mergeMethod = "merge"
  /// Whether merge requests are switched on; their endpoints answer 403 otherwise.
  public var mergeRequestsEnabled = true
  /// Whether the project is archived.
  public var archived = false
  /// When the project was made.
  public var createdAt: Date
  /// GitLab's coarse time of the last activity.
  public var lastActivityAt: Date
  /// The project this one was forked from.
  public var forkedFrom: Int?
  /// Members set or replaced in the project's JSON.
  public var extra: [JSON.Member] = []

  /// The namespace's full path.
  var namespace: String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// The last part of the path.
  var slug: String {
    path.split(separator: "/").last.map { String($0) } ?? path
  }
}
