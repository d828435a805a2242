import Cache
import Foundation

/// Where to look for a culprit: a project, or a part of it.
public struct AnalysisScope: Sendable {
  /// The project.
  public var project: CachedProject
  /// Only files below these directories; none for all.
  public var pathPrefixes: [String]
  /// The branch that runs; `nil` for the default branch.
  public var branch: String?

  /// What an earlier answer stood on, whatever the branch or the query say; `nil` for theirs.
  public var pinned: PinnedRevision?

  /// Since when all merge requests are known that were merged, in whole seconds; `nil` where that is not told.
  public var knownSince: Date? {
    pinned.map(\.knownSince)
      ?? project.listedSince.map {
        Date(timeIntervalSince1970: $0.timeIntervalSince1970.rounded(.up))
      }
  }

  /// Makes a scope of its parts.
  public init(project: CachedProject, pathPrefixes: [String] = [], branch: String? = nil) {
    self.project = project
    self.pathPrefixes = pathPrefixes
    self.branch = branch
  }
}

/// The commit that an earlier answer stood on, and what was known then.
public struct PinnedRevision: Sendable {
  /// The commit.
  public var sha: String
  /// The refs it was found by then, by name.
  public var references: [String: String]
  /// Since when all merge requests were known then that were merged.
  public var knownSince: Date?

  /// Makes a pin of its parts.
  public init(sha: String, references: [String: String], knownSince: Date?) {
    self.sha = sha
    self.references = references
    self.knownSince = knownSince
  }
}

/// What is asked: which merge request broke it?
public struct AnalysisQuery: Sendable {
  /// What was seen.
  public var symptom: Symptom
  /// Where to look.
  public var scopes: [AnalysisScope]
  /// When it was seen: later merges are no suspects.
  public var at: Date
  /// How many days before that a merge may lie.
  public var lookbackDays: Int
  /// The revision that ran; `nil` for the branch's tip.
  public var revision: String?
  /// The most suspects to name.
  public var limit: Int

  /// What the projects are called in the answer: by path, and with their instance where two have the same path. They stay
  /// those of the whole question, whatever is left out.
  public let names: RepositoryNames

  /// Makes a query of its parts.
  ///
  /// - Parameter names: What the projects are called; `nil` for what tells them apart.
  public init(
    symptom: Symptom, scopes: [AnalysisScope], at: Date, lookbackDays: Int, revision: String? = nil,
    limit: Int = 10, names: RepositoryNames? = nil
  ) {
    self.names = names ?? RepositoryNames(of: scopes.lazy.map(\.project))
    self.symptom = symptom
    self.scopes = scopes
    self.at = at
    self.lookbackDays = lookbackDays
    self.revision = revision
    self.limit = limit
  }

  /// Takes the projects out that could not be looked at.
  public mutating func leaveOut(_ errors: [AnalysisError]) {
    let gone = Set(errors.compactMap(\.unreadable))
    scopes.removeAll { gone.contains(names.name(of: $0.project)) }
  }

  /// The days to look at for an incident that lasted a while: all of it, and no fewer than usual.
  ///
  /// - Returns: At most 365.
  public static func lookbackDays(usual: Int, from start: Date, until end: Date) -> Int {
    Int(min(max(Double(usual), (end.timeIntervalSince(start) / 86400).rounded(.up)), 365))
  }
}

/// One reason to suspect a merge request.
public struct Evidence: Sendable, Equatable {
  /// What kind of reason, as `line`, `function` or `topFile`.
  public var kind: String
  /// The position of the frame in the symptom; `nil` for what is no frame.
  public var frame: Int?
  /// The file in the repository.
  public var file: String
  /// The line of the symptom in it.
  public var line: Int?
  /// How much it adds to the score, in units of log-odds.
  public var weight: Double
  /// A sentence for a person.
  public var text: String
  /// What the text counts; see ``Observation/amount``.
  var amount: Int?
  /// Whether the line is not that of the symptom, but where its function stands now.
  var isMoved = false
}

/// A merge request that may have broken it.
public struct Suspect: Sendable, Equatable {
  /// The project's name in the answer.
  public var repository: String
  /// The merge request.
  public var mergeRequest: CachedMergeRequest
  /// The file that speaks most against it.
  public var file: String
  /// The function in it.
  public var function: String?
  /// The lines in it.
  public var lines: ClosedRange<Int>?
  /// The probability by the score alone, 0 to 1; orders the suspects, best first.
  public var score: Double
  /// How likely it is the culprit, 0 to 1.
  public var confidence: Double
  /// The reasons, strongest first.
  public var evidence: [Evidence]
  /// The lines that speak most against it, at the revision that ran.
  public var snippet: [SnippetLine]

  /// Two sentences for a person: where it touched what broke, and what else speaks against it.
  public var explanation: String { Explanation(self).text }
}

/// A line of a file at the revision that ran.
public struct SnippetLine: Sendable, Equatable {
  /// Its number, from 1.
  public var number: Int
  /// Its text, at most 200 bytes.
  public var text: String
  /// Whether the suspect wrote it.
  public var isChanged: Bool
  /// Whether the symptom names it.
  public var isNamed: Bool
}

/// A ref that an answer stood on.
public struct Reference: Sendable, Equatable {
  /// The project's name in the answer.
  public var repository: String
  /// The full name.
  public var name: String
  /// The commit it pointed to.
  public var sha: String
}

/// A file that the symptom leads to, outside of the directories that were looked at.
public struct OutsidePlace: Sendable, Equatable {
  /// The project's name in the answer.
  public var repository: String
  /// The file in the repository.
  public var file: String
}

/// The answer.
public struct Analysis: Sendable {
  /// When it was seen.
  public var at: Date
  /// How many days before that were looked at.
  public var lookbackDays: Int
  /// The projects that were looked at, by ``AnalysisQuery/names``.
  public var repositories: [String]
  /// The directories that alone were looked at, by the name of the project; none of one that was looked at as a whole.
  public var pathPrefixes: [String: [String]]
  /// Those of ``pathPrefixes`` that the revision lacks.
  public var missingPrefixes: [String: [String]]
  /// Where the symptom leads to though it was not looked at, as it lies outside of ``pathPrefixes``.
  public var outside: [OutsidePlace]
  /// The commit that paths were read at, by the project's name; of two branches of one project, the second one's name is
  /// `group/project@branch`.
  public var revisions: [String: String]
  /// The commits by the scopes of the query, in their order; `nil` where there was none.
  public var pins: [PinnedRevision?]
  /// The suspects, best first.
  public var suspects: [Suspect]
  /// Merge requests that were merged in the window.
  public var candidates: Int
  /// Frames of the symptom.
  public var frames: Int
  /// Services that the symptom names.
  public var services: [String]
  /// Merge requests of the window that cannot have broken it, newest first.
  public var exonerations: [Exoneration]
  /// The refs that revisions were found by.
  public var references: [Reference]
  /// The candidates, as `group/project!12@<head>`, newest first.
  public var considered: [String]
  /// Why there is no good suspect; `nil` where there is one.
  public var explanation: String?
  /// The newest commits of the window, newest first.
  public var recentCommits: [RecentCommit]

  /// Whether there is a suspect worth naming.
  public var hasGoodSuspect: Bool {
    (suspects.first?.confidence ?? 0) >= Analyzer.threshold
  }

  /// An answer to a query without anything in it yet.
  init(_ query: AnalysisQuery) {
    at = query.at
    lookbackDays = query.lookbackDays
    let names = query.names
    var seen: Set<Int64> = []
    repositories = query.scopes.filter { seen.insert($0.project.id).inserted }
      .map { names.name(of: $0.project) }
    pathPrefixes = Dictionary(grouping: query.scopes) { names.name(of: $0.project) }
      .compactMapValues { parts in
        guard parts.allSatisfy({ !$0.pathPrefixes.isEmpty }) else { return nil }
        var seen: Set<String> = []
        return parts.flatMap(\.pathPrefixes).filter { seen.insert($0).inserted }
      }
    missingPrefixes = [:]
    outside = []
    revisions = [:]
    pins = []
    suspects = []
    candidates = 0
    frames = query.symptom.frames.count
    services = query.symptom.services
    exonerations = []
    references = []
    considered = []
    explanation = nil
    recentCommits = []
  }

  /// Takes in what was found in one project.
  ///
  /// - Parameter isNew: Whether a merge request was not counted before.
  mutating func add(
    _ found: Investigation, of scope: AnalysisScope, _ isNew: (CachedMergeRequest) -> Bool
  ) {
    let name = found.name
    let new = found.candidates.map(\.request).filter(isNew)
    candidates += new.count
    if !found.missingPrefixes.isEmpty {
      missingPrefixes[name, default: []] += found.missingPrefixes
    }
    if let prefixes = pathPrefixes[name], let file = found.outside,
      !prefixes.contains(where: { file.hasPrefix("\($0)/") })
    {
      outside.append(OutsidePlace(repository: name, file: file))
    }
    considered += new.map { "\(name)!\($0.iid)@\($0.headSHA ?? "")" }
    exonerations += found.exonerations.filter { isNew($0.mergeRequest) }
    recentCommits += found.recentCommits.map {
      RecentCommit(projectURL: scope.project.webURL, commit: $0)
    }
    let branch = scope.branch ?? scope.project.defaultBranch ?? ""
    revisions[revisions[name] == nil ? name : "\(name)@\(branch)"] = "\(found.revision)"
    references += found.references.map {
      Reference(repository: name, name: $0.name, sha: "\($0.id)")
    }
    pins.append(
      PinnedRevision(
        sha: "\(found.revision)",
        references: Dictionary(
          found.references.map { ($0.name, "\($0.id)") }, uniquingKeysWith: { first, _ in first }),
        knownSince: scope.knownSince))
  }
}

/// A commit shortly before the incident.
public struct RecentCommit: Sendable {
  /// The project's page, to make links from.
  public var projectURL: String?
  /// The commit.
  public var commit: CachedCommit

  /// The commit's page.
  public var url: String? { projectURL.map { "\($0)/-/commit/\(commit.sha)" } }
}
