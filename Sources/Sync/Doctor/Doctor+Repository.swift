import Cache
import GitLab
import HTTP
import Mirror
import Settings

extension Doctor {
  /// Looks at a project, its clone and what is cached of it.
  func examine(
    _ repository: Patient.Subject, of patient: Patient, _ client: GitLabClient,
    _ tokens: any TokenSource, _ http: HTTPClient
  ) throws {
    let connection = patient.connection?.name
    let project: Project
    do {
      project =
        try repository.projectID.map { try client.project(id: $0) }
        ?? client.project(path: repository.path)
    } catch {
      try checkCancellation()
      var finding = Finding.failure(.project, repository.name, error, name: connection)
      if case GitLabError.notFound = error,
        let nearest = nearest(to: repository.path, at: patient.baseURL, client)
      {
        finding.remedy = "Did you mean \(nearest)? " + (finding.remedy ?? "")
      }
      add(finding)
      return
    }
    let moved = project.path.lowercased() == repository.path.lowercased() ? "" : ", was renamed"
    add(.ok(.project, repository.name, "project \(project.id), \(project.path)\(moved)"))
    let remote = GitRemote(
      url: "\(patient.baseURL)/\(project.path).git", http: http,
      authorization: { try tokens.authorization().forGit })
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let count = try remote.references(prefixes: ["refs/heads/"]).count
      let milliseconds = Int((clock.now - start) / .milliseconds(1))
      add(.ok(.clone, repository.name, "git may read it"))
      add(
        .ok(
          .references, repository.name,
          "\(count == 1 ? "1 branch" : "\(count) branches") listed in \(milliseconds) ms"))
    } catch {
      try checkCancellation()
      add(cloneFailure(error, repository.name, patient))
    }
    try examineDiffs(of: project, repository, patient)
  }

  private func nearest(
    to path: String, at baseURL: BaseURL, _ client: GitLabClient
  ) -> String? {
    let own = ((try? store.repositories()) ?? []).filter { $0.baseURL == baseURL }.map(\.path)
    let visible = (try? client.searchProjects(like: path)) ?? []
    return NearestPath.suggest(for: path, among: (own + visible).filter { $0 != path })
  }

  private func cloneFailure(_ error: any Error, _ path: String, _ patient: Patient) -> Finding {
    let error = SyncError(error)
    switch error {
    // The API has taken the same token a moment ago.
    case .fetch(.refused(status: 401, _)), .fetch(.refused(status: 403, _)):
      let isOAuth = patient.connection?.authentication == .oauth
      return .trouble(
        .clone, path, isOAuth ? .cloneUnauthorized : .cloneForbidden, error.summary)
    case .fetch(.malformed), .fetch(.http):
      return .failure(.references, path, error, name: patient.connection?.name)
    default: break
    }
    return .failure(.clone, path, error, name: patient.connection?.name)
  }

  private func examineDiffs(
    of project: Project, _ repository: Patient.Subject, _ patient: Patient
  ) throws {
    guard let cache = try? CacheStore(directory: cacheDirectory, access: .readOnly),
      let cached = try cache.project(host: patient.baseURL.hostKey, projectID: project.id),
      cached.syncedAt != nil
    else {
      add(
        .trouble(
          .diffs, repository.name, .notSynced, "never synced, so nothing can be answered yet",
          state: .warning))
      return
    }
    let counts = try cache.counts(project: cached.id)
    let text =
      "\(counts.mergeRequests) merge request\(counts.mergeRequests == 1 ? "" : "s") cached, "
      + "\(counts.incomplete) without a diff"
    add(
      counts.incomplete * 10 > counts.mergeRequests
        ? .trouble(.diffs, repository.name, .slowDiffs, text, state: .warning)
        : .ok(.diffs, repository.name, text))
  }
}
