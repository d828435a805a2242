import Cache
import Foundation
import Pages
import Reports
import Settings

/// Makes the values of a repository's pages from the cache.
struct RepositoryViews {
  private let cache: CacheStore
  private let setting: RepositorySetting
  /// What is cached; nil before the first sync.
  private let project: CachedProject?
  private let failure: String?

  init(_ services: Services, _ id: RepositorySetting.ID) throws {
    cache = services.cache
    let setting = try services.repository(id)
    self.setting = setting
    project = try services.cache.project(of: setting)
    failure = try RepositoryStatuses(store: services.store, cache: services.cache)
      .failure(of: setting, cached: project)
  }

  private func details() throws -> RepositoryDetails {
    let counts = try project.map { try cache.counts(project: $0.id) }
    return RepositoryDetails(
      id: setting.id, path: setting.path, baseURL: "\(setting.baseURL)", webURL: project?.webURL,
      defaultBranch: project?.defaultBranch, lookbackDays: setting.lookbackDays,
      windowStart: project?.windowStart, isActive: setting.isActive, syncedAt: project?.syncedAt,
      failure: failure, incomplete: counts?.incomplete ?? 0, commits: counts?.commits ?? 0)
  }

  private func requests() throws -> [CachedMergeRequest] {
    var filter = CacheStore.MergeRequestFilter()
    filter.updatedSince = project?.windowStart
    return try project.map { try cache.mergeRequests(project: $0.id, filter) } ?? []
  }

  private func hotspots(_ grouping: CacheStore.HotspotGrouping) throws -> [CacheStore.Hotspot] {
    try project.map {
      try cache.hotspots(project: $0.id, mergedSince: $0.windowStart, by: grouping)
    } ?? []
  }

  func page(_ query: MergeRequestQuery) throws -> RepositoryPage {
    let rows = try requests().map { MergeRequestRow($0) }
    return RepositoryPage(
      repository: try details(), query: query, mergeRequests: rows,
      files: try hotspots(.file).map { ChurnRow($0) },
      authors: try hotspots(.author).map { ChurnRow($0) }, days: ChurnDay.days(of: rows))
  }

  func twin(
    _ data: Route.RepositoryData, _ query: MergeRequestQuery
  ) throws -> WebResponse {
    switch data {
    case .mergeRequests:
      let requests = try requests()
      let byNumber = Dictionary(
        requests.map { ($0.iid, $0) }, uniquingKeysWith: { first, _ in first })
      let found = query.apply(to: requests.map { MergeRequestRow($0) }).compactMap {
        byNumber[$0.iid]
      }
      return .json(
        .array(
          found.map {
            MergeRequestReport.json($0, repository: setting.path, baseURL: "\(setting.baseURL)")
          }))
    case .files: return .json(try report(.file))
    case .directories: return .json(try report(.directory))
    case .authors: return .json(try report(.author))
    case .churn:
      let days = ChurnDay.days(of: try requests().map { MergeRequestRow($0) })
      return .json(
        .object([
          ("repository", .string(setting.path)), ("baseUrl", .string("\(setting.baseURL)")),
          (
            "days",
            .array(
              days.map { day in
                .object([
                  ("day", .string(String(UTCTime.text(day.day).prefix(10)))),
                  ("mergeRequests", .integer(day.mergeRequests)),
                  ("additions", .integer(day.additions)), ("deletions", .integer(day.deletions)),
                ])
              })
          ),
        ]))
    }
  }

  private func report(_ grouping: CacheStore.HotspotGrouping) throws -> JSONValue {
    HotspotReport.json(
      try hotspots(grouping), by: grouping, repository: setting.path, baseURL: "\(setting.baseURL)")
  }

  // MARK: One merge request

  private func request(_ iid: Int64) throws -> (CachedProject, CachedMergeRequest) {
    guard let project, let request = try cache.mergeRequest(project: project.id, iid: iid) else {
      throw WebFailure(
        .notFound, "Merge request !\(iid) of \(setting.path) is not in the cache.",
        hint: "It may be older than the lookback.")
    }
    return (project, request)
  }

  private func files(_ request: CachedMergeRequest) throws -> [CachedFile] {
    try request.diffID.map { try cache.files(diff: $0) } ?? []
  }

  func page(_ iid: Int64, sort: MergeRequestPage.FileSort) throws -> MergeRequestPage {
    let (project, request) = try request(iid)
    return MergeRequestPage(
      repository: try details(), mergeRequest: MergeRequestRow(request),
      description: request.description, webURL: request.webURL, labels: request.labels,
      sourceBranch: request.sourceBranch, createdAt: request.createdAt, baseSHA: request.baseSHA,
      headSHA: request.headSHA, landedSHA: request.landedSHA,
      files: try files(request).map { FileRow($0) }, sort: sort,
      versions: try cache.versions(project: project.id, iid: iid).map {
        MergeRequestPage.Version(
          headSHA: $0.headSHA, baseSHA: $0.baseSHA, createdAt: $0.seenAt)
      }, limits: DiffLimits(baseURL: "\(setting.baseURL)"))
  }

  func json(_ iid: Int64) throws -> JSONValue {
    let (_, request) = try request(iid)
    return MergeRequestReport.json(
      request, files: try files(request), repository: setting.path, baseURL: "\(setting.baseURL)")
  }
}
