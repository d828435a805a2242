import Foundation

/// The three commits that define a merge request's diff.
public struct DiffRefs: Sendable, Equatable, Decodable {
  /// The merge base of target and source.
  public var base: String?
  /// The tip of the source branch.
  public var head: String?
  /// The tip of the target branch when this version was made.
  public var start: String?

  /// Makes refs of their parts.
  public init(base: String?, head: String?, start: String?) {
    self.base = base
    self.head = head
    self.start = start
  }

  private enum CodingKeys: String, CodingKey {
    case base = "base_sha"
    case head = "head_sha"
    case start = "start_sha"
  }
}

/// A merge request, as GitLab's list gives it; `diffRefs` only as the single answer does.
///
/// Nearly everything is optional: fields come and go with versions and rights. Unknown keys are ignored.
public struct MergeRequest: Decodable, Sendable, Equatable {
  /// A user, as far as it is shown. A deleted account leaves none.
  public struct User: Decodable, Sendable, Equatable {
    /// The handle.
    public var username: String?
    /// The display name.
    public var name: String?
  }

  /// GitLab's number for it on the instance.
  public var id: Int64
  /// Its number in the project, as in `!123`.
  public var iid: Int64
  /// One line.
  public var title: String
  /// Markdown.
  public var description: String?
  /// `opened`, `closed`, `locked` or `merged`.
  public var state: String
  /// When it was opened.
  public var createdAt: Date
  /// When GitLab last changed it, as far as GitLab notes it: a push may not count.
  public var updatedAt: Date
  /// When it was merged.
  public var mergedAt: Date?
  /// When it was closed without a merge.
  public var closedAt: Date?
  /// Where it goes.
  public var targetBranch: String
  /// Where it comes from.
  public var sourceBranch: String
  /// The project of the source branch; absent when that fork is deleted.
  public var sourceProjectID: Int64?
  /// Who opened it.
  public var author: User?
  /// Labels, in GitLab's order.
  public var labels: [String]
  /// Whether it is a draft.
  public var isDraft: Bool
  /// The tip of its diff.
  public var sha: String?
  /// The merge commit, where there is one.
  public var mergeCommitSHA: String?
  /// The squash commit, where there is one.
  public var squashCommitSHA: String?
  /// The page for people.
  public var webURL: String?
  /// Only in the answer for a single merge request.
  public var diffRefs: DiffRefs?

  private enum CodingKeys: String, CodingKey {
    case id, iid, title, description, state, author, labels, sha
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case mergedAt = "merged_at"
    case closedAt = "closed_at"
    case targetBranch = "target_branch"
    case sourceBranch = "source_branch"
    case sourceProjectID = "source_project_id"
    case isDraft = "draft"
    case mergeCommitSHA = "merge_commit_sha"
    case squashCommitSHA = "squash_commit_sha"
    case webURL = "web_url"
    case diffRefs = "diff_refs"
  }

  /// A label is text, or an object where details were asked for.
  private struct Label: Decodable {
    var name: String

    private enum CodingKeys: String, CodingKey { case name }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        name = text
      } else {
        name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
      }
    }
  }

  /// Reads one of GitLab's objects.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func time(_ key: CodingKeys) throws -> Date? {
      guard let text = try values.decodeIfPresent(String.self, forKey: key) else { return nil }
      guard let date = Timestamp.parse(text) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values, debugDescription: "no ISO 8601 time")
      }
      return date
    }
    func requiredTime(_ key: CodingKeys) throws -> Date {
      guard let date = try time(key) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values, debugDescription: "the time is missing")
      }
      return date
    }
    id = try values.decode(Int64.self, forKey: .id)
    iid = try values.decode(Int64.self, forKey: .iid)
    title = try values.decode(String.self, forKey: .title)
    description = try values.decodeIfPresent(String.self, forKey: .description)
    state = try values.decode(String.self, forKey: .state)
    createdAt = try requiredTime(.createdAt)
    updatedAt = try requiredTime(.updatedAt)
    mergedAt = try time(.mergedAt)
    closedAt = try time(.closedAt)
    targetBranch = try values.decode(String.self, forKey: .targetBranch)
    sourceBranch = try values.decode(String.self, forKey: .sourceBranch)
    sourceProjectID = try values.decodeIfPresent(Int64.self, forKey: .sourceProjectID)
    author = try values.decodeIfPresent(User.self, forKey: .author)
    labels = try values.decodeIfPresent([Label].self, forKey: .labels)?.map(\.name) ?? []
    isDraft = try values.decodeIfPresent(Bool.self, forKey: .isDraft) ?? false
    sha = try values.decodeIfPresent(String.self, forKey: .sha)
    mergeCommitSHA = try values.decodeIfPresent(String.self, forKey: .mergeCommitSHA)
    squashCommitSHA = try values.decodeIfPresent(String.self, forKey: .squashCommitSHA)
    webURL = try values.decodeIfPresent(String.self, forKey: .webURL)
    diffRefs = try values.decodeIfPresent(DiffRefs.self, forKey: .diffRefs)
  }
}
