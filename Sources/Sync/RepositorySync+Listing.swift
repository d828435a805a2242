import Cache
import Foundation
import GitLab

extension RepositorySync {
  /// How far behind the newest known change a listing starts again: two changes of one instant may have been shown apart.
  private static let overlap = 30.0

  /// Reads what changed since the last sync, or in the whole window where it was never read so far back.
  ///
  /// - Returns: The iids whose diff refs have to be asked for.
  func listMergeRequests(_ cached: CachedProject, windowStart: Date) throws -> [Int64] {
    var start = windowStart
    var since = windowStart
    if let listed = cached.listedSince, listed <= windowStart, let until = cached.changedUntil {
      start = until.addingTimeInterval(-Self.overlap)
      since = listed
    }
    var listing = MergeRequestListing(updatedAfter: start)
    var changed: [Int64] = []
    var newest = cached.changedUntil
    var count = 0
    while let page = listing.next {
      try checkCancellation()
      let rows = try listing.receive(client.mergeRequests(projectID: cached.projectID, page: page))
      count += rows.count
      changed += try cache.storeMergeRequests(
        rows.map(CachedMergeRequest.init), project: cached.id)
      newest = ([newest] + rows.map(\.updatedAt)).compactMap { $0 }.max()
      emit(.listed(count))
    }
    // A window without any merge request is read from its start next time, which costs the same one request.
    try cache.noteListing(project: cached.id, since: since, until: newest)
    summary.mergeRequests = changed.count
    return changed
  }

  /// Asks for diff refs, a hundred at once by GraphQL, else one by one.
  func diffRefs(
    of iids: [Int64], project: Project
  ) throws -> [Int64: DiffRefs] {
    var result: [Int64: DiffRefs] = [:]
    var isGraphQLUsable = true
    for start in stride(from: 0, to: iids.count, by: GitLabClient.mergeRequestsPerQuery) {
      let batch = Array(iids[start..<min(start + GitLabClient.mergeRequestsPerQuery, iids.count)])
      try checkCancellation()
      if isGraphQLUsable {
        do {
          try result.merge(client.diffRefs(projectPath: project.path, iids: batch)) { _, new in new
          }
          continue
        } catch GitLabError.graphQL {
          isGraphQLUsable = false
        }
      }
      for iid in batch {
        try checkCancellation()
        do {
          result[iid] =
            try client.mergeRequest(projectID: project.id, iid: iid).diffRefs
            ?? DiffRefs(base: nil, head: nil, start: nil)
        } catch GitLabError.notFound {
          continue
        }
      }
    }
    return result
  }
}

extension CachedMergeRequest {
  init(_ row: MergeRequest) {
    self.init(
      iid: row.iid, gitlabID: row.id, title: row.title, description: row.description ?? "",
      state: row.state, isDraft: row.isDraft, authorName: row.author?.name,
      authorUsername: row.author?.username, createdAt: row.createdAt, updatedAt: row.updatedAt,
      mergedAt: row.mergedAt, closedAt: row.closedAt, targetBranch: row.targetBranch,
      sourceBranch: row.sourceBranch, sourceProjectID: row.sourceProjectID, labels: row.labels,
      webURL: row.webURL, mergeCommitSHA: row.mergeCommitSHA, squashCommitSHA: row.squashCommitSHA)
  }
}
