import Glibc

/// Which of several projects the places of a symptom lie in.
///
/// Services are built alike, and each of many may have a `src/main.py`. A frame is of the project whose file has the
/// function that it names or the line that it quotes, and rather of one whose path agrees longer. One trace may go through
/// several projects.
enum FrameOwners {
  /// A project that has the function, or the line, is so much likelier than one about which that cannot be told, as a
  /// logarithm; one that lacks it is so much less likely.
  private static let confirmation = 4.0
  /// The same for each component of the path that agrees.
  private static let component = 0.7
  /// The most components that count.
  private static let mostComponents = 6
  /// How likely it is that what broke lies in a project that no place leads to.
  private static let elsewhere = 0.05

  /// How much likelier the likeliest project is than each, as a logarithm of at most 0; 0 for all where no place tells.
  ///
  /// - Parameter places: Those of each project.
  static func logarithms(_ places: [[Place]]) -> [Double] {
    var claims: [Subject: Claim] = [:]
    for (project, places) in places.enumerated() {
      for place in places {
        let subject = Subject(frame: place.frame, mention: place.mention)
        claims[subject, default: Claim(projects: [:])].add(place, of: project)
      }
    }
    // In one order, so that the sums are the same each time.
    let ordered = claims.sorted { $0.key < $1.key }.map(\.value)
    let all = ordered.reduce(0) { $0 + $1.nearness }
    var shares = [Double](repeating: 0, count: places.count)
    for claim in ordered {
      let sum = claim.projects.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
      guard sum > 0 else { continue }
      for (project, weight) in claim.projects {
        shares[project] += claim.nearness / all * weight / sum
      }
    }
    let least = elsewhere / Double(max(1, places.count))
    let most = max(shares.max() ?? 0, least)
    return shares.map { log(max($0, least) / most) }
  }

  /// What a place is the place of.
  private struct Subject: Hashable, Comparable {
    var frame: Int?
    var mention: Int?

    static func < (one: Self, other: Self) -> Bool {
      (one.frame ?? .max, one.mention ?? .max) < (other.frame ?? .max, other.mention ?? .max)
    }
  }

  /// The projects that have a file for it.
  private struct Claim {
    var nearness = 0.0
    var projects: [Int: Double]

    mutating func add(_ place: Place, of project: Int) {
      nearness = max(nearness, place.nearness)
      let agreement = component * Double(min(place.agreement, mostComponents))
      let confirmed = confirmation * Double(place.confirmation)
      projects[project, default: 0] += place.belief * exp(agreement + confirmed)
    }
  }
}
