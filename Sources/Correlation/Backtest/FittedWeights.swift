import Cache
import Foundation

/// Weights that a backtest fitted to one project, by the names of what they weigh.
public struct FittedWeights: Codable, Equatable, Sendable {
  /// The version of the rules that they were fitted to: others give the same names other meanings.
  public var algorithm: Int
  /// The regressions of the past that they were fitted to.
  public var cases: Int
  /// When they were fitted, in seconds since 1970.
  public var fittedAt: Int64
  /// The weight of each kind of evidence.
  public var features: [String: Double]
  /// What each trait of a situation adds to them.
  public var adjustments: [String: [String: Double]]
  /// The weight of each reason for "none of the window".
  public var none: [String: Double]
  /// The curve of confidence.
  public var slope: Double
  /// The curve of confidence.
  public var offset: Double

  /// Larger numbers are no weights.
  private static let largest = 1_000.0

  init(_ weights: Weights, cases: Int, at date: Date) {
    algorithm = Analyzer.algorithmVersion
    self.cases = cases
    fittedAt = Int64(date.timeIntervalSince1970)
    features = Dictionary(
      uniqueKeysWithValues: Feature.allCases.map { ("\($0)", weights.features[$0.rawValue]) })
    adjustments = Dictionary(
      uniqueKeysWithValues: weights.adjustments.map { trait, added in
        let changed = Feature.allCases.filter { added[$0.rawValue] != 0 }
        return (
          trait.rawValue,
          Dictionary(uniqueKeysWithValues: changed.map { ("\($0)", added[$0.rawValue]) })
        )
      })
    none = Dictionary(
      uniqueKeysWithValues: NoneFeature.allCases.map { ("\($0)", weights.none[$0.rawValue]) })
    slope = weights.slope
    offset = weights.offset
  }

  /// The weights; `nil` where they are not those of this version's rules.
  var weights: Weights? {
    let numbers =
      Array(features.values) + Array(none.values) + adjustments.values.flatMap(\.values)
      + [slope, offset]
    guard algorithm == Analyzer.algorithmVersion, features.count == Feature.count,
      none.count == NoneFeature.allCases.count,
      numbers.allSatisfy({ $0.isFinite && abs($0) <= Self.largest })
    else { return nil }
    var found = Weights([:], adjustments: [:], none: [:], slope: slope, offset: offset)
    for (name, added) in adjustments {
      guard let trait = SituationTrait(rawValue: name) else { return nil }
      let known = Feature.allCases.map { added["\($0)"] }
      guard known.count(where: { $0 != nil }) == added.count else { return nil }
      found.adjustments[trait] = known.map { $0 ?? 0 }
    }
    for feature in Feature.allCases {
      guard let weight = features["\(feature)"] else { return nil }
      found.features[feature.rawValue] = weight
    }
    for feature in NoneFeature.allCases {
      guard let weight = none["\(feature)"] else { return nil }
      found.none[feature.rawValue] = weight
    }
    return found
  }

  /// Whether this version's rules can use them.
  public var isUsable: Bool { weights != nil }

  /// The weights that were fitted to the one repository that a query looks at: over several the standard ones count, so
  /// that their suspects compare.
  ///
  /// - Throws: ``FittedWeightsFile/Unreadable``.
  public static func stored(
    for query: AnalysisQuery, in cache: CacheStore
  ) throws(FittedWeightsFile.Unreadable) -> FittedWeights? {
    guard let project = query.scopes.first?.project,
      query.scopes.allSatisfy({ $0.project.id == project.id })
    else { return nil }
    return try FittedWeightsFile(cache: cache.directory, project: project).read()
  }
}

extension Analyzer {
  /// - Parameters:
  ///   - cache: Open for reading at least.
  ///   - fitted: Weights in place of the standard ones; those of another version's rules do not count.
  public init(cache: CacheStore, fitted: FittedWeights?) {
    self.init(cache: cache, weights: fitted?.weights ?? .standard)
  }
}

/// Where a cache keeps fitted weights: `weights/<host>/<project id>.json`, a file a project.
///
/// They are made of what is cached, so they lie beside it: they go where it is copied, and go when it is deleted.
public struct FittedWeightsFile: Sendable {
  /// The file.
  public let path: String

  /// - Parameters:
  ///   - cache: The cache directory.
  ///   - project: The project that the weights are for.
  public init(cache: String, project: CachedProject) {
    path = project.weightsFile(in: cache)
  }

  /// The file is there and holds no weights that can be read.
  public struct Unreadable: Error, Sendable {}

  /// Reads the weights; `nil` where there are none.
  ///
  /// - Throws: ``Unreadable``.
  public func read() throws(Unreadable) -> FittedWeights? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let handle = FileHandle(forReadingAtPath: path),
      let bytes = try? handle.read(upToCount: CachedProject.largestWeightsFile),
      let weights = try? JSONDecoder().decode(FittedWeights.self, from: bytes)
    else { throw Unreadable() }
    return weights
  }

  /// Stores weights in place of earlier ones.
  ///
  /// - Throws: What the file system says.
  public func write(_ weights: FittedWeights) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try encoder.encode(weights).write(to: url, options: .atomic)
  }

  /// Deletes the weights.
  ///
  /// - Returns: Whether there were any.
  /// - Throws: What the file system says.
  public func remove() throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    try FileManager.default.removeItem(atPath: path)
    return true
  }
}
