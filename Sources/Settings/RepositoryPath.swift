/// The rules for a project's full path: `group/project`, with up to 20 groups.
///
/// A segment is 1 to 255 ASCII letters, digits, `_`, `.` and `-`, begins with neither `-` nor `.`,
/// does not end in `.git` or `.atom` and holds no `..`. Letters keep their case.
enum RepositoryPath {
  /// 20 levels of groups, GitLab's limit, and the project.
  static let maximumDepth = 21
  static let maximumSegmentLength = 255

  /// First segments that GitLab keeps for pages of its own, so that no group bears them.
  private static let reserved: Set<String> = [
    "admin", "api", "assets", "dashboard", "explore", "groups", "help", "import", "jwt", "oauth",
    "profile", "projects", "search", "snippets", "uploads", "users",
  ]

  static func check(_ path: String) throws(RepositoryReferenceError) {
    guard !path.isEmpty else { throw .empty }
    guard path.utf8.count <= maximumDepth * (maximumSegmentLength + 1) else { throw .tooLong }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.count <= maximumDepth else { throw .tooLong }
    for segment in segments {
      guard segment.utf8.count <= maximumSegmentLength else { throw .tooLong }
      guard
        segment.utf8.allSatisfy({
          $0.isASCIILetterOrDigit || $0 == .dot || $0 == .hyphen || $0 == .underscore
        })
      else { throw .forbiddenCharacters }
      let lowercased = segment.lowercased()
      guard !segment.isEmpty, !segment.hasPrefix("-"), !segment.hasPrefix("."),
        !lowercased.hasSuffix(".git"), !lowercased.hasSuffix(".atom"), !segment.contains("..")
      else { throw .forbiddenName }
    }
    guard segments.count >= 2 else { throw .noGroup }
    if let first = segments.first, reserved.contains(first.lowercased()) { throw .notAProject }
  }
}
