import Cache
import Correlation
import Foundation

/// A question with its answer and what that stood on, to be proved again later.
///
/// As bytes it is JSON with sorted keys: the same question on the same cache gives the same bytes.
public struct AnalysisCapsule: Codable, Equatable, Sendable {
  /// Why a capsule cannot be replayed.
  public enum Failure: Error, Sendable, Equatable {
    /// The file is no capsule, or one of another version.
    case unreadable
    /// The cache does not have the project.
    case unknownProject(String)
  }

  /// Where was looked.
  public struct Scope: Codable, Equatable, Sendable {
    /// The directory name below `mirrors/`.
    public var host: String
    /// GitLab's number for the project.
    public var projectID: Int64
    /// The project's path.
    public var path: String
    /// Only files below this directory counted.
    public var pathPrefix: String?
    /// The branch that ran.
    public var branch: String?
    /// The commit that was looked at.
    public var revision: String?
    /// The refs it was found by, by name.
    public var references: [String: String]
  }

  /// The version of the form.
  public var version = 1
  /// The version of the rules that gave the answer.
  public var algorithm: Int
  /// The symptom's bytes.
  public var symptom: Data
  /// Where was looked.
  public var scopes: [Scope]
  /// When it was seen, in seconds since 1970.
  public var at: Int64
  /// The days before that.
  public var lookbackDays: Int
  /// The most suspects that were named.
  public var limit: Int
  /// The merge requests that were looked at, as `group/project!12@<head>`.
  public var candidates: [String]
  /// The answer, as `--format json` gave it.
  public var answer: String

  /// The most bytes of a capsule that are read.
  public static let maximumBytes = 512 << 20

  /// Packs a question and its answer.
  public init(symptom: [UInt8], query: AnalysisQuery, analysis: Analysis, answer: [UInt8]) {
    algorithm = Analyzer.algorithmVersion
    self.symptom = Data(symptom)
    scopes = query.scopes.map { scope in
      let path = scope.project.path
      return Scope(
        host: scope.project.host, projectID: scope.project.projectID, path: path,
        pathPrefix: scope.pathPrefix, branch: scope.branch, revision: analysis.revisions[path],
        references: Dictionary(
          analysis.references.filter { $0.repository == path }.map { ($0.name, $0.sha) },
          uniquingKeysWith: { first, _ in first }))
    }
    at = Int64(query.at.timeIntervalSince1970)
    lookbackDays = query.lookbackDays
    limit = query.limit
    candidates = analysis.considered
    self.answer = String(decoding: answer, as: UTF8.self)
  }

  /// Reads a capsule.
  ///
  /// - Throws: ``Failure/unreadable``.
  public init(bytes: Data) throws(Failure) {
    guard bytes.count <= Self.maximumBytes,
      let read = try? JSONDecoder().decode(Self.self, from: bytes), read.version == 1,
      (1...365).contains(read.lookbackDays), read.limit > 0, abs(read.at) < 1 << 40
    else { throw .unreadable }
    self = read
  }

  /// The capsule as bytes.
  public func bytes() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// The question again, at the commits it was answered at.
  ///
  /// - Throws: ``Failure/unknownProject(_:)``, `CacheError`.
  public func query(in cache: CacheStore) throws -> AnalysisQuery {
    let scopes = try scopes.map { scope in
      guard let project = try cache.project(host: scope.host, projectID: scope.projectID) else {
        throw Failure.unknownProject(scope.path)
      }
      var found = AnalysisScope(
        project: project, pathPrefix: scope.pathPrefix, branch: scope.branch)
      found.pinned = scope.revision.map {
        PinnedRevision(sha: $0, references: scope.references)
      }
      return found
    }
    return AnalysisQuery(
      symptom: Symptom.parse([UInt8](symptom)), scopes: scopes,
      at: Date(timeIntervalSince1970: Double(at)), lookbackDays: lookbackDays, limit: limit)
  }

  /// How a replay differs from this capsule, sentences for a person; none where it is proved.
  public func differences(from replay: AnalysisCapsule) -> [String] {
    var found: [String] = []
    if algorithm != replay.algorithm {
      found.append("the rules have version \(replay.algorithm) now, and had \(algorithm)")
    }
    if scopes != replay.scopes { found.append("the mirror gives other commits") }
    let (then, now) = (Set(candidates), Set(replay.candidates))
    if then != now {
      found.append(
        "\(now.subtracting(then).count) merge requests are new to the window and \(then.subtracting(now).count) are gone or have another head"
      )
    }
    if found.isEmpty, answer != replay.answer { found.append("the answer is another") }
    return found
  }
}
