import ArgumentParser
import Cache
import Correlation
import Credentials
import Foundation
import GitLab
import Mirror
import Reports
import Settings
import Sync

/// What a command tells on standard error when it fails, and the process's exit code.
///
/// The one place where the errors of all targets become words for the terminal and codes for scripts.
struct CommandFailure: Error {
  /// The codes that scripts branch on; 64 is swift-argument-parser's for bad usage.
  enum Code: Int32 {
    case failed = 1
    case partlyDone = 2
    case needsReauthorization = 3
    case notCached = 4
    case usage = 64
  }

  var summary: String
  var hint: String?
  var code: Code

  init(_ summary: String, hint: String? = nil, code: Code = .failed) {
    self.summary = summary
    self.hint = hint
    self.code = code
  }

  static func notCached(_ path: String, nearest: String?) -> CommandFailure {
    CommandFailure(
      "The repository \(path) is not in the cache.",
      hint: nearest.map { "Did you mean \($0)?" }
        ?? "Run 'sigsentry repos add \(path)' and 'sigsentry sync'.", code: .notCached)
  }

  static func usage(_ summary: String, hint: String? = nil) -> CommandFailure {
    CommandFailure(summary, hint: hint, code: .usage)
  }

  /// Sorts an error of any target; `nil` for one that swift-argument-parser has to word.
  init?(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as SettingsError: self.init(error.summary, hint: error.hint)
    case let error as VaultError: self.init(error.summary, hint: error.hint)
    case let error as TokenRejection: self.init(error.summary, hint: error.hint)
    case let error as LoginError: self.init(error)
    case let error as BaseURLError: self.init(error.summary, hint: error.hint, code: .usage)
    case let error as RepositoryReferenceError:
      self.init(error.summary, hint: error.hint, code: .usage)
    case let error as TimeExpression.Invalid:
      self.init(error.summary, hint: error.hint, code: .usage)
    case AnalysisError.unknownRevision(let revision, let repository):
      self.init(
        "The mirror of \(repository) knows no revision \(revision).",
        hint: "Give a branch or an id of those that 'sigsentry sync' brought.", code: .notCached)
    case AnalysisError.damaged(let repository, let reason):
      self.init(
        "The mirror of \(repository) is damaged: \(reason).",
        hint: "Run 'sigsentry cache verify'.")
    case AnalysisError.mirror(let repository, let error):
      self.init(
        "The mirror of \(repository) cannot be read: \(error).",
        hint: "Run 'sigsentry sync \(repository)'.")
    case let error as AnalysisCapsule.Failure: self.init(error)
    case let error as MissingContents:
      self.init(
        "The mirror lacks the contents of \(error.count) files that this needs, as "
          + "'\(String(decoding: error.path, as: UTF8.self))' (blob \(error.id))."
          + (error.reason.map { " \($0)" } ?? ""),
        hint:
          "It holds those of its window only; the command fetches others where the network is there.",
        code: .notCached)
    case CacheError.missing(let path):
      self.init(
        "There is no cache at \(path).",
        hint: "Run 'sigsentry sync' first, or name another with --cache.",
        code: .notCached)
    case is SyncError, is GitLabError, is FetchError, is GitError, is MirrorError, is CacheError,
      is DiffError, is TokenError:
      self.init(SyncError(error))
    default: return nil
    }
  }

  /// Whether the person or a signal ended the work, which is no failure of it.
  static func isInterruption(_ error: any Error) -> Bool {
    if let error = error as? LoginError {
      return error == .cancelled || error.isCancelledRequest
    }
    if case .cancelled = SyncError(error) { return true }
    return false
  }

  init(_ error: LoginError) {
    let trouble = Trouble(error)
    switch error {
    case .redirectURINotAllowed(let line), .timedOut(let line):
      self.init(error.summary, hint: trouble.remedy(line: line))
    case .invalidRedirectURI: self.init(error.summary, hint: trouble.remedy(), code: .usage)
    default: self.init(error.summary, hint: trouble.remedy())
    }
  }

  init(_ error: AnalysisCapsule.Failure) {
    switch error {
    case .unreadable: self.init("The file is no capsule.", hint: "'--capsule FILE' writes one.")
    case .otherVersion(let version):
      self.init(
        "The capsule has version \(version) of the form, which this sigsentry does not read.",
        hint: "Use the sigsentry that wrote it.")
    case .altered:
      self.init(
        "The capsule is not as it was written: it is damaged, or somebody changed it.",
        hint: "Nothing that it says can be relied on.")
    case .tooLarge(let bytes):
      self.init(
        "A capsule holds a symptom of up to \(AnalysisCapsule.maximumSymptomBytes >> 20) MiB, and this one has \(bytes >> 20).",
        hint: "Cut it down to the time around the incident.", code: .usage)
    case .unknownProject(let project): self = .notCached(project, nearest: nil)
    }
  }

  init(_ error: SyncError) {
    self.init(
      error.summary, hint: error.hint, code: error.isAuthorization ? .needsReauthorization : .failed
    )
  }

  /// The lines for standard error, made safe for a terminal.
  var text: String { "sigsentry: " + Self.join(summary, hint) + "\n" }

  static func join(_ summary: String, _ hint: String?) -> String {
    TerminalText.safe([summary, hint].compactMap { $0 }.joined(separator: " "))
  }
}

extension SyncError {
  /// Whether only a new authorization helps.
  var isAuthorization: Bool {
    switch self {
    case .gitlab(.unauthorized), .fetch(.refused(status: 401, _)), .needsReauthorization: true
    default: false
    }
  }
}
