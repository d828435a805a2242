import Foundation

/// All that the stand-in GitLab knows; ``GitLabDouble`` guards it with a lock.
struct World: Sendable {
  var settings: Settings
  var users: [Int: User] = [:]
  var tokens: [String: AccessToken] = [:]
  var projects: [Int: Project] = [:]
  /// By project id, then by iid.
  var mergeRequests: [Int: [Int: MergeRequest]] = [:]
  var nextID = 1
  /// By the path in lower case, as GitLab compares.
  private var paths: [String: Int] = [:]
  private var oldPaths: [String: Int] = [:]
  private var byName: [String: Int] = [:]
  private var usernames: Set<String> = []

  init(settings: Settings) {
    self.settings = settings
  }

  mutating func makeID() -> Int {
    defer { nextID += 1 }
    return nextID
  }

  func project(at path: String) -> Project? {
    paths[path.lowercased()].flatMap { projects[$0] }
  }

  func project(formerlyAt path: String) -> Project? {
    oldPaths[path.lowercased()].flatMap { projects[$0] }
  }

  mutating func insert(_ project: Project) {
    projects[project.id] = project
    paths[project.path.lowercased()] = project.id
    oldPaths[project.path.lowercased()] = nil
    for path in project.oldPaths { oldPaths[path.lowercased()] = project.id }
  }

  mutating func move(_ id: Int, to path: String) {
    guard var project = projects[id] else { return }
    paths[project.path.lowercased()] = nil
    project.oldPaths.append(project.path)
    project.oldPaths.removeAll { $0.lowercased() == path.lowercased() }
    project.path = path
    insert(project)
  }

  mutating func remove(_ id: Int) {
    guard let project = projects.removeValue(forKey: id) else { return }
    paths[project.path.lowercased()] = nil
    for path in project.oldPaths { oldPaths[path.lowercased()] = nil }
    mergeRequests[id] = nil
  }

  mutating func add(_ user: User) {
    users[user.id] = user
    byName[user.name] = user.id
    usernames.insert(user.username)
  }

  /// The user of that name, made where there is none yet; the username is a wish.
  mutating func user(named name: String, email: String? = nil, username: String = "") -> User {
    if let known = byName[name].flatMap({ users[$0] }) { return known }
    let ascii = name.lowercased().unicodeScalars.map { scalar -> Character in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        ? Character(scalar) : "-"
    }
    let slug =
      username.isEmpty ? String(ascii).split(separator: "-").joined(separator: "-") : username
    let taken = usernames.contains(slug)
    let id = makeID()
    let user = User(
      id: id, username: slug.isEmpty || taken ? "\(slug)\(id)" : slug, name: name, email: email)
    add(user)
    return user
  }

  /// Whether the caller sees the project at all.
  func canSee(_ project: Project, _ caller: Caller) -> Bool {
    if project.visibility == .public { return true }
    guard case .token(let token, let user) = caller else { return false }
    switch token.kind {
    case .project(let id):
      return id == project.id
    case .group(let path):
      return project.path.lowercased().hasPrefix(path.lowercased() + "/")
    case .personal, .oauth, .deploy:
      if project.visibility == .internal { return true }
      return project.members?.contains(user.id) ?? true
    }
  }

  /// Whether the caller may read the code of a project it sees.
  func canReadCode(_ project: Project, _ caller: Caller) -> Bool {
    guard case .token(_, let user) = caller else { return project.visibility == .public }
    return !project.guests.contains(user.id)
  }
}

/// Who makes a request.
enum Caller: Sendable {
  case anonymous
  case token(AccessToken, User)

  var user: User? {
    if case .token(_, let user) = self { user } else { nil }
  }
}
