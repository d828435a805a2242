import Cache
import Correlation
import Foundation
import Reports

#if canImport(Glibc)
  import Glibc
#endif

extension AnalyzeCommand {
  /// Fails where a capsule's directory is not there or cannot be written, before there is an answer to lose.
  static func checkPlace(ofCapsule path: String) throws {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      throw unwritable(path, EISDIR)
    }
    guard access(directory, W_OK | X_OK) == 0 else { throw unwritable(path, errno) }
  }

  func write(_ packed: AnalysisCapsule, to path: String) throws {
    let bytes = [UInt8](try packed.bytes())
    let draft = path + ".new"
    // Beside its place, then renamed: a file that is there is whole.
    guard let file = fopen(draft, "we") else { throw Self.unwritable(path, errno) }
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    guard fclose(file) == 0, isWritten, rename(draft, path) == 0 else {
      defer { unlink(draft) }
      throw Self.unwritable(path, errno)
    }
  }

  private static func unwritable(_ path: String, _ error: Int32) -> CommandFailure {
    CommandFailure("The capsule \(path) cannot be written: \(String(cString: strerror(error))).")
  }

  /// The bytes of a capsule's file, no more of them than a capsule has.
  private static func bytes(of path: String) throws -> Data {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable(path) }
    do {
      // An empty file is no capsule, but it is read.
      return try handle.read(upToCount: AnalysisCapsule.maximumBytes + 1) ?? Data()
    } catch {
      throw unreadable(path)
    }
  }

  private static func unreadable(_ path: String) -> CommandFailure {
    CommandFailure.usage("The capsule \(path) cannot be read.")
  }

  /// Answers the question of a capsule again, and fails where the answer is another.
  func prove(_ path: String) throws {
    let cache = try options.openCache()
    let packed = try AnalysisCapsule(bytes: Self.bytes(of: path))
    let report: AnalysisReport
    let again: AnalysisCapsule
    do {
      (report, again) = try cache.onOneState { try answer(packed, in: cache) }
    } catch AnalysisError.unknownRevision(let revision, let repository) {
      throw CommandFailure(
        "The cache has changed: the mirror of \(repository) lacks the commit \(revision) that the answer stood on."
      )
    }
    write(report)
    let differences = packed.differences(from: again)
    guard differences.isEmpty else {
      throw CommandFailure(
        "The cache does not give the capsule's answer any more.",
        hint: differences.joined(separator: " "))
    }
    options.inform("The answer is that of the capsule, byte for byte.")
  }

  private func answer(
    _ packed: AnalysisCapsule, in cache: CacheStore
  ) throws -> (AnalysisReport, AnalysisCapsule) {
    let question = packed.question
    let query = try packed.query(in: cache)
    let analysis = try Analyzer(cache: cache, fitted: question.weights).analyze(query)
    let report = AnalysisReport(
      analysis, notes: question.notes, weights: question.weights, answeredOffline: true)
    let again = try AnalysisCapsule(
      symptom: [UInt8](question.symptom), query: query, analysis: analysis,
      basis: AnalysisBasis(query, analysis, in: cache), notes: question.notes,
      weights: question.weights, answer: report.json.line)
    return (report, again)
  }
}
