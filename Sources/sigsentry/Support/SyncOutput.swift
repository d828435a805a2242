import Cache
import Foundation
import Reports
import Sync

/// How a sync's reports read: a line each for people, a list for `--json`.
enum SyncOutput {
  static func line(_ report: SyncReport, _ names: RepositoryNames) -> String {
    let name = TerminalText.safe(report.name(among: names))
    switch report.result {
    case .failure(let error): return "\(name): failed: \(TerminalText.safe(error.summary))"
    case .success(let summary):
      var parts = [Count.of(summary.mergeRequests, "merge request") + " changed"]
      parts.append(
        Count.of(summary.diffs, "diff") + " computed (\(Count.of(summary.files, "file")))")
      parts.append(Count.of(summary.commits, "new commit"))
      if summary.incomplete > 0 { parts.append("\(summary.incomplete) without a diff") }
      parts.append(Count.of(summary.apiRequests, "API request"))
      parts.append("\(bytes(summary.bytesReceived)) in \(seconds(report.seconds))")
      let moved =
        summary.path.lowercased() == report.repository.lowercased()
        ? "" : " (now \(TerminalText.safe(summary.path)))"
      return "\(name)\(moved): \(parts.joined(separator: ", "))"
    }
  }

  static func json(_ reports: [SyncReport]) -> JSONValue {
    .array(
      reports.map { report in
        var members: [(String, JSONValue)] = [
          ("repository", .string(report.repository)), ("baseUrl", .optional(report.baseURL)),
        ]
        switch report.result {
        case .success(let summary):
          members += [
            ("ok", .bool(true)), ("path", .string(summary.path)),
            ("mergeRequests", .integer(summary.mergeRequests)), ("diffs", .integer(summary.diffs)),
            ("files", .integer(summary.files)), ("recalled", .integer(summary.recalled)),
            ("commits", .integer(summary.commits)),
            ("incomplete", .integer(summary.incomplete)),
            ("apiRequests", .integer(summary.apiRequests)), ("objects", .integer(summary.objects)),
            ("bytesReceived", .integer(summary.bytesReceived)),
          ]
        case .failure(let error):
          members += [
            ("ok", .bool(false)),
            (
              "error",
              .object([
                ("message", .string(error.summary)), ("hint", .optional(error.hint)),
                ("needsReauthorization", .bool(error.isAuthorization)),
              ])
            ),
          ]
        }
        members.append(("seconds", .number((report.seconds * 1000).rounded() / 1000)))
        return .object(members)
      })
  }

  /// The exit code of a sync: all well, partly, or not at all.
  static func exitCode(_ reports: [SyncReport]) -> Int32 {
    let failures = reports.compactMap { report in
      if case .failure(let error) = report.result { error } else { nil }
    }
    if failures.isEmpty { return 0 }
    if failures.count < reports.count { return CommandFailure.Code.partlyDone.rawValue }
    return failures.contains { $0.isAuthorization }
      ? CommandFailure.Code.needsReauthorization.rawValue : CommandFailure.Code.failed.rawValue
  }

  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) B"
    case ..<1_000_000: String(format: "%.1f kB", Double(count) / 1e3)
    case ..<1_000_000_000: String(format: "%.1f MB", Double(count) / 1e6)
    default: String(format: "%.2f GB", Double(count) / 1e9)
    }
  }

  static func seconds(_ seconds: Double) -> String {
    switch seconds {
    case ..<60: String(format: "%.1f s", seconds)
    case ..<3600: "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    default: "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
    }
  }
}

extension SyncReport {
  /// What its repository is called.
  func name(among names: RepositoryNames) -> String {
    baseURL.map { names.name(of: repository, at: $0) } ?? repository
  }
}
