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

  static func usage(_ summary: String, hint: String? = nil) -> CommandFailure {
    CommandFailure(summary, hint: hint, code: .usage)
  }

  /// Sorts an error of any target; `nil` for one that swift-argument-parser has to word.
  init?(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as TimeExpression.Invalid:
      self.init(error.summary, hint: error.hint, code: .usage)
    case let error as AnalysisError:
      switch error {
      case .unknownRevision, .filesMissing:
        self.init(error.summary, hint: error.hint, code: .notCached)
      case .damaged, .mirror: self.init(error.summary, hint: error.hint)
      }
    case let error as AnalysisCapsule.Failure: self.init(error)
    case let error as CachedProjectLookup.Failure: self.init(error)
    case let error as AnalysisScopes.Failure:
      self.init(error.summary, hint: error.hint, code: .notCached)
    case let error as ArchiveError: self.init("\(error).", hint: error.hint)
    default:
      guard let explanation = Explanation(error) else { return nil }
      self.init(explanation)
    }
  }

  init(_ explanation: Explanation) {
    let code: Code =
      switch explanation.kind {
      case .failed: .failed
      case .needsReauthorization: .needsReauthorization
      case .notCached: .notCached
      case .usage: .usage
      }
    self.init(explanation.summary, hint: explanation.hint, code: code)
  }

  /// Whether the person or a signal ended the work, which is no failure of it.
  static func isInterruption(_ error: any Error) -> Bool {
    if let error = error as? LoginError {
      return error == .cancelled || error.isCancelledRequest
    }
    if case .cancelled = SyncError(error) { return true }
    return false
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
    case .unknownProject(let project):
      self.init(CachedProjectLookup.Failure.unknown(project, nearest: nil))
    }
  }

  init(_ error: CachedProjectLookup.Failure) {
    let code: Code =
      switch error {
      case .unknown: .notCached
      case .severalInstances: .usage
      }
    self.init(error.summary, hint: error.hint, code: code)
  }

  /// The lines for standard error, made safe for a terminal.
  var text: String { "sigsentry: " + Self.join(summary, hint) + "\n" }

  static func join(_ summary: String, _ hint: String?) -> String {
    TerminalText.safe([summary, hint].compactMap { $0 }.joined(separator: " "))
  }
}
