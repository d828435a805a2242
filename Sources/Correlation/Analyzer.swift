import Cache
import Foundation
import Mirror

/// Why an analysis cannot be made.
public enum AnalysisError: Error, Sendable {
  /// The mirror does not have the revision.
  case unknownRevision(String, repository: String)
  /// The mirror of the project is missing or unreadable.
  case mirror(repository: String, GitError)
}

/// Names the merge requests that may have broken something, from the cache and the mirrors alone.
///
/// A merge request is a suspect when it was merged in the window and touched a file that the symptom names. The newest
/// comes first.
public struct Analyzer {
  private let cache: CacheStore

  /// - Parameter cache: Open for reading at least.
  public init(cache: CacheStore) { self.cache = cache }

  /// The most commits that are listed beside the suspects.
  private static let recentCommits = 5

  /// Answers a query.
  ///
  /// - Throws: ``AnalysisError``, ``CacheError``.
  public func analyze(_ query: AnalysisQuery) throws -> Analysis {
    let start = query.at.addingTimeInterval(-Double(query.lookbackDays) * 86400)
    var analysis = Analysis(
      at: query.at, lookbackDays: query.lookbackDays,
      repositories: query.scopes.map(\.project.path), revisions: [:], suspects: [], candidates: 0,
      frames: query.symptom.frames.count, services: query.symptom.services, explanation: nil,
      recentCommits: [])
    for scope in query.scopes {
      analysis.candidates += try cache.countMerged(
        project: scope.project.id, from: start, until: query.at)
      analysis.recentCommits += try cache.commits(
        project: scope.project.id, from: start, until: query.at, limit: Self.recentCommits
      ).map { RecentCommit(projectURL: scope.project.webURL, commit: $0) }
      guard let revision = try revision(of: scope, query) else { continue }
      analysis.revisions[scope.project.path] = "\(revision.id)"
      analysis.suspects += try suspects(
        in: scope, paths: revision.paths, symptom: query.symptom, from: start, until: query.at)
    }
    analysis.recentCommits = Array(
      analysis.recentCommits.sorted {
        ($0.commit.committedAt, $0.commit.sha) > ($1.commit.committedAt, $1.commit.sha)
      }.prefix(Self.recentCommits))
    analysis.suspects.sort {
      ($0.mergeRequest.mergedAt ?? .distantPast, $0.mergeRequest.iid)
        > ($1.mergeRequest.mergedAt ?? .distantPast, $1.mergeRequest.iid)
    }
    analysis.suspects = Array(analysis.suspects.prefix(query.limit))
    for rank in analysis.suspects.indices {
      analysis.suspects[rank].score = 1 / Double(rank + 1)
      analysis.suspects[rank].confidence = 0.5 / Double(rank + 1)
    }
    if analysis.suspects.isEmpty { analysis.explanation = explanation(analysis, query.symptom) }
    return analysis
  }

  private func explanation(_ analysis: Analysis, _ symptom: Symptom) -> String {
    if analysis.candidates == 0 { return "No merge request was merged in the window." }
    if symptom.frames.isEmpty && symptom.paths.isEmpty {
      return "The symptom names no file, and files are what suspects are found by."
    }
    return
      "None of the \(analysis.candidates) merge requests of the window touched a file that the symptom names."
  }

  private func revision(
    of scope: AnalysisScope, _ query: AnalysisQuery
  ) throws -> (id: ObjectID, paths: [[UInt8]])? {
    let project = scope.project
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    do {
      let repository = try Repository(bareAt: mirror.path)
      let id: ObjectID
      if let revision = query.revision {
        id = try repository.resolveCommit(revision)
      } else {
        guard let branch = scope.branch ?? project.defaultBranch,
          let tip = try repository.reference("refs/heads/\(branch)")
        else { return nil }
        id = tip
      }
      return (id, try repository.paths(of: id))
    } catch {
      if let revision = query.revision, error.code == .notFound || error.code == .invalid {
        throw AnalysisError.unknownRevision(revision, repository: project.path)
      }
      throw AnalysisError.mirror(repository: project.path, error)
    }
  }

  /// A place that the symptom names, mapped onto a file of the repository.
  private struct Place {
    var file: String
    var bytes: [UInt8]
    var frame: Int?
    var line: Int?
    var function: String?
    var weight: Double
  }

  private func places(
    _ symptom: Symptom, in paths: [[UInt8]], below prefix: String?
  ) -> [Place] {
    let index = PathIndex(paths)
    var places: [Place] = []
    func add(_ path: String, frame: Int?, line: Int?, function: String?, depth: Int) {
      for match in index.matches(path) {
        guard prefix.map({ match.path.hasPrefix($0 + "/") }) ?? true else { continue }
        places.append(
          Place(
            file: match.path, bytes: paths[match.index], frame: frame, line: line,
            function: function, weight: match.weight / Double(1 + depth)))
      }
    }
    for frame in symptom.frames {
      guard let path = frame.path, frame.isInApp != false else { continue }
      add(
        path, frame: frame.index, line: frame.line, function: frame.function?.name,
        depth: frame.depth)
    }
    for mention in symptom.paths {
      add(mention.path, frame: nil, line: mention.line, function: nil, depth: 0)
    }
    return places
  }

  private func suspects(
    in scope: AnalysisScope, paths: [[UInt8]], symptom: Symptom, from start: Date, until end: Date
  ) throws -> [Suspect] {
    var found: [Int64: Suspect] = [:]
    for place in places(symptom, in: paths, below: scope.pathPrefix) {
      for touch in try cache.touches(
        project: scope.project.id, path: place.bytes, mergedFrom: start, until: end)
      {
        let changed = touch.file
        let counts =
          changed.isBinary
          ? "a binary file" : "+\(changed.additions ?? 0) -\(changed.deletions ?? 0)"
        let evidence = Evidence(
          kind: "file", frame: place.frame, file: place.file, line: place.line,
          weight: place.weight,
          text: "changed \(place.file) (\(counts))"
            + (place.frame.map { ", which is in frame \($0)" } ?? ", which the symptom names"))
        let iid = touch.mergeRequest.iid
        var suspect =
          found[iid]
          ?? Suspect(
            repository: scope.project.path, mergeRequest: touch.mergeRequest, file: place.file,
            function: place.function, lines: place.line.map { $0...$0 }, score: 0, confidence: 0,
            evidence: [])
        if !suspect.evidence.contains(evidence) { suspect.evidence.append(evidence) }
        suspect.evidence.sort { $0.weight > $1.weight }
        found[iid] = suspect
      }
    }
    return Array(found.values)
  }
}
