import Foundation

extension GitLabDouble {
  /// Adds a project.
  ///
  /// - Parameters:
  ///   - path: The full path, such as `group/subgroup/project`.
  ///   - repository: The bare repository to serve as it stands, and in which refs of merge requests
  ///     are made; nil for a project without one.
  ///   - id: The numeric id; nil chooses one.
  /// - Returns: The project's id.
  @discardableResult
  public func addProject(
    path: String, repository: String? = nil, visibility: Project.Visibility = .private,
    defaultBranch: String = "main", id: Int? = nil, name: String? = nil
  ) -> Int {
    core.withWorld { world in
      let now = core.now()
      let project = Project(
        id: id ?? world.makeID(), path: path, repository: repository, visibility: visibility,
        defaultBranch: defaultBranch,
        name: name ?? path.split(separator: "/").last.map { String($0) } ?? path, createdAt: now,
        lastActivityAt: now)
      world.nextID = max(world.nextID, project.id + 1)
      world.insert(project)
      return project.id
    }
  }

  /// Adds a project that serves a view of a repository which is itself never written to.
  ///
  /// The view is a bare repository of the double's own with the original's objects as alternates
  /// and a copy of its branches and tags. The default branch is the original's.
  @discardableResult
  public func addProject(
    path: String, viewOf original: String, visibility: Project.Visibility = .private, id: Int? = nil
  ) async throws -> Int {
    let view = try await RepositoryView.make(
      of: original, named: path, in: try workFolder, git: core.git)
    return addProject(
      path: path, repository: view.path, visibility: visibility,
      defaultBranch: view.defaultBranch, id: id)
  }

  /// Adds a project with a repository that has no commit yet.
  @discardableResult
  public func addEmptyProject(path: String, visibility: Project.Visibility = .private) async throws
    -> Int
  {
    let repository = try workFolder + "/" + RepositoryView.folderName(path)
    try await core.git.run(["init", "--quiet", "--bare", repository])
    return addProject(path: path, repository: repository, visibility: visibility)
  }

  /// The project of that id.
  public func project(_ id: Int) -> Project? {
    core.withWorld { $0.projects[id] }
  }

  /// Changes a project; for its path see ``moveProject(_:to:)``.
  public func update(project id: Int, _ change: (inout Project) -> Void) {
    core.withWorld { world in
      guard var project = world.projects[id] else { return }
      change(&project)
      world.projects[id] = project
    }
  }

  /// Renames or transfers a project; the old path leads to it until another project takes it.
  public func moveProject(_ id: Int, to path: String) {
    core.withWorld { $0.move(id, to: path) }
  }

  /// Deletes a project, but not its repository on disk.
  public func deleteProject(_ id: Int) {
    core.withWorld { $0.remove(id) }
  }

  /// The project and its repository.
  func served(_ id: Int) throws -> (Project, repository: String) {
    guard let project = project(id) else { throw GitLabDoubleError.noProject(id) }
    guard let repository = project.repository else {
      throw GitLabDoubleError.noRepository(project: id)
    }
    return (project, repository)
  }
}
