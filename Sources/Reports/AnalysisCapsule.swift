import Cache
import Correlation
import Foundation

/// A question with its answer and what that stood on, to be proved again later, on this machine or another.
///
/// As bytes it is JSON with sorted keys and a seal over all of it: the same question on the same cache gives the same bytes.
public struct AnalysisCapsule: Codable, Equatable, Sendable {
  /// Why a capsule cannot be replayed.
  public enum Failure: Error, Sendable, Equatable {
    /// The file is no capsule.
    case unreadable
    /// The file is a capsule of another version's form.
    case otherVersion(Int)
    /// The bytes are not those that were written: the file is damaged, or somebody changed it.
    case altered
    /// The symptom is larger than a capsule holds.
    case tooLarge(bytes: Int)
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
    /// Whether the answer calls it with its instance, as another project of the question has its path.
    public var isSharedPath: Bool?
    /// Only files below this directory counted.
    public var pathPrefix: String?
    /// The other directories whose files counted.
    public var otherPrefixes: [String]?
    /// The branch that ran.
    public var branch: String?
    /// The commit that was looked at, 40 hexadecimal digits; `nil` where there was none.
    public var revision: String?
    /// The refs it was found by, by name.
    public var references: [String: String]
    /// Since when all merge requests were known that were merged, in seconds since 1970.
    public var knownSince: Int64?
  }

  /// What was asked.
  public struct Question: Codable, Equatable, Sendable {
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
    /// What the answer says of how the question was understood.
    public var notes: [String]
    /// What the suspects were weighed with; `nil` for the standard weights.
    public var weights: FittedWeights?
  }

  /// The version of the form.
  private static let currentVersion = 3
  /// The most bytes of a symptom.
  public static let maximumSymptomBytes = 16 << 20
  /// The most bytes of a capsule that are read.
  public static let maximumBytes = 48 << 20
  private static let mostScopes = 10_000
  /// Seconds since 1970 that can be a time of a window.
  private static let times: Range<Int64> = -(1 << 40)..<1 << 40

  /// The version of the form.
  public private(set) var version = Self.currentVersion
  /// What was asked.
  public private(set) var question: Question
  /// What the answer stood on.
  public private(set) var basis: AnalysisBasis
  /// The answer, as `--format json` gave it.
  public private(set) var answer: String
  /// The SHA-256 of the capsule with an empty seal.
  private var seal = ""

  /// Packs a question and its answer.
  ///
  /// - Throws: ``Failure/tooLarge(bytes:)``.
  public init(
    symptom: [UInt8], query: AnalysisQuery, analysis: Analysis, basis: AnalysisBasis,
    notes: [String], weights: FittedWeights?, answer: [UInt8]
  ) throws(Failure) {
    try Self.check(symptom: symptom)
    let scopes = zip(query.scopes, analysis.pins).map { scope, pin in
      Scope(
        host: scope.project.host, projectID: scope.project.projectID, path: scope.project.path,
        isSharedPath: query.names.isShared(scope.project.path) ? true : nil,
        pathPrefix: scope.pathPrefixes.first,
        otherPrefixes: scope.pathPrefixes.count > 1 ? Array(scope.pathPrefixes.dropFirst()) : nil,
        branch: scope.branch, revision: pin?.sha,
        references: pin?.references ?? [:],
        knownSince: scope.knownSince.map { Int64($0.timeIntervalSince1970) })
    }
    question = Question(
      symptom: Data(symptom), scopes: scopes, at: Int64(query.at.timeIntervalSince1970),
      lookbackDays: query.lookbackDays, limit: query.limit, notes: notes, weights: weights)
    self.basis = basis
    self.answer = String(decoding: answer, as: UTF8.self)
  }

  /// Fails where a symptom is larger than a capsule holds.
  ///
  /// - Throws: ``Failure/tooLarge(bytes:)``.
  public static func check(symptom: [UInt8]) throws(Failure) {
    guard symptom.count <= maximumSymptomBytes else { throw .tooLarge(bytes: symptom.count) }
  }

  private struct Form: Decodable { var version: Int }

  /// Reads a capsule.
  ///
  /// - Throws: ``Failure/unreadable``, ``Failure/otherVersion(_:)``, ``Failure/altered``.
  public init(bytes: Data) throws(Failure) {
    let decoder = JSONDecoder()
    guard bytes.count <= Self.maximumBytes, let form = try? decoder.decode(Form.self, from: bytes)
    else { throw .unreadable }
    guard form.version == Self.currentVersion else { throw .otherVersion(form.version) }
    guard let read = try? decoder.decode(Self.self, from: bytes) else { throw .altered }
    let question = read.question
    guard (1...365).contains(question.lookbackDays), question.limit > 0,
      Self.times.contains(question.at), question.scopes.count <= Self.mostScopes,
      question.symptom.count <= Self.maximumSymptomBytes,
      question.scopes.allSatisfy({ scope in
        scope.revision.map(Self.isCommit) ?? true && Self.times.contains(scope.knownSince ?? 0)
      }),
      question.weights.map(\.isUsable) ?? true
        || question.weights?.algorithm != Analyzer.algorithmVersion,
      (try? read.bytes()) == bytes
    else { throw .altered }
    self = read
  }

  private static func isCommit(_ text: String) -> Bool {
    text.utf8.count == 40
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The capsule as bytes, sealed.
  public func bytes() throws -> Data {
    var sealed = self
    sealed.seal = ""
    sealed.seal = AnalysisBasis.seal(try sealed.encoded())
    return try sealed.encoded()
  }

  private func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// The question again, at the commits it was answered at.
  ///
  /// - Throws: ``Failure/unknownProject(_:)``, `CacheError`.
  public func query(in cache: CacheStore) throws -> AnalysisQuery {
    let scopes = try question.scopes.map { scope in
      guard let project = try cache.project(host: scope.host, projectID: scope.projectID) else {
        throw Failure.unknownProject(scope.path)
      }
      var found = AnalysisScope(
        project: project,
        pathPrefixes: (scope.pathPrefix.map { [$0] } ?? []) + (scope.otherPrefixes ?? []),
        branch: scope.branch)
      found.pinned = scope.revision.map {
        PinnedRevision(
          sha: $0, references: scope.references,
          knownSince: scope.knownSince.map { Date(timeIntervalSince1970: Double($0)) })
      }
      return found
    }
    return AnalysisQuery(
      symptom: Symptom.parse([UInt8](question.symptom)), scopes: scopes,
      at: Date(timeIntervalSince1970: Double(question.at)), lookbackDays: question.lookbackDays,
      limit: question.limit,
      names: RepositoryNames(
        shared: zip(scopes, question.scopes).compactMap {
          $1.isSharedPath == true ? $0.project.path : nil
        }))
  }
}
