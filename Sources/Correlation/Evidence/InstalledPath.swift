/// Where a file of a project lies when the project is installed as a package.
///
/// A service that pip put into `site-packages`, or a module that Go fetched, is still its own repository's code.
enum InstalledPath {
  /// What of a path the project's repository has, where the path is that of an installed package which may be the
  /// project; `nil` where it is another's.
  ///
  /// - Parameter project: The components of the project's path on its GitLab.
  static func own(_ path: String, _ language: Symptom.Language, of project: [Bytes]) -> [Bytes]? {
    let components = PathQuery(path).components[...]
    guard let name = project.last else { return nil }
    for end in components.indices.reversed() where components[end].elementsEqual(name) {
      // As gitlab.com/group/project, or as a module and its version.
      let start = end + 1 - project.count
      if start >= 0, zip(components[start...], project).allSatisfy({ $0.elementsEqual($1) }) {
        return rest(components[(end + 1)...], atLeast: 1)
      }
    }
    if let mark = components.lastIndex(where: { packageFolders.contains($0.text) }) {
      let inside = components[(mark + 1)...].drop { $0.ends(".egg") }
      if components[mark].ends("-packages") { return rest(inside, atLeast: 2) }
      let package = inside.firstIndex { $0.first != 0x40 }
      return package.flatMap {
        isNamed(inside[$0], name) ? rest(inside[($0 + 1)...], atLeast: 1) : nil
      }
    }
    return language == .jvm ? rest(components, atLeast: 3) : nil
  }

  /// Directories of which each below is a package.
  private static let packageFolders: Set<String> = [
    "site-packages", "dist-packages", "node_modules", "gems", "checkouts",
  ]

  private static func rest(_ components: ArraySlice<Bytes>, atLeast count: Int) -> [Bytes]? {
    components.count >= count ? Array(components) : nil
  }

  /// Whether a package is called as the project, with a version behind it or without.
  private static func isNamed(_ package: Bytes, _ project: Bytes) -> Bool {
    guard package.starts(with: project) else { return false }
    let version = package.dropFirst(project.count)
    return version.isEmpty || version.first == 0x2D && version.dropFirst().first?.isDigit == true
  }
}
