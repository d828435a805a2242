import ArgumentParser
import Cache
import Foundation
import Reports

struct MergeRequestsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mrs", abstract: "List cached merge requests")

  @Argument(help: "The repository's path.")
  var path: String
  @Option(help: "opened, closed, locked or merged (default: all).")
  var state: String?
  @Option(help: "Only those that changed since then (default: all of the cache).")
  var since: String?
  @Flag(help: "Most changed lines first, instead of last change first.")
  var largest = false
  @Option(help: "The most to list.")
  var limit: Int?
  @OptionGroup var options: CommonOptions

  func validate() throws {
    guard state.map({ ["opened", "closed", "locked", "merged"].contains($0) }) ?? true else {
      throw ValidationError("--state takes opened, closed, locked or merged.")
    }
    guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit takes 1 or more.") }
  }

  func run() throws {
    let cache = try options.openCache()
    let project = try options.project(path, in: cache)
    var filter = CacheStore.MergeRequestFilter()
    filter.state = state
    filter.updatedSince = try since.map { try options.since($0) }
    filter.largestFirst = largest
    filter.limit = limit
    let requests = try cache.mergeRequests(project: project.id, filter)
    let output = StandardOutput()
    if options.json {
      output.write(
        JSONValue.array(
          requests.map {
            MergeRequestReport.json($0, repository: project.path, baseURL: project.baseURL)
          }
        ).line)
    } else if requests.isEmpty {
      output.write("No merge requests.\n")
    } else {
      output.write(MergeRequestReport.text(requests))
    }
  }
}

struct MergeRequestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mr", abstract: "Show a merge request with its per-file stats")

  @Argument(help: "The repository's path.")
  var path: String
  @Argument(help: "The merge request's number, as 123 or !123.")
  var iid: String
  @OptionGroup var options: CommonOptions

  func run() throws {
    let cache = try options.openCache()
    let project = try options.project(path, in: cache)
    let request = try cache.mergeRequest(numbered: iid, of: project)
    let files = try request.diffID.map { try cache.files(diff: $0) } ?? []
    StandardOutput().write(
      options.json
        ? MergeRequestReport.json(
          request, files: files, repository: project.path, baseURL: project.baseURL
        ).line
        : Array(
          MergeRequestReport.text(
            request, files: files, repository: try options.name(of: project, in: cache)
          ).utf8))
  }
}

extension CacheStore {
  /// The merge request of a number as people write it.
  func mergeRequest(numbered text: String, of project: CachedProject) throws -> CachedMergeRequest {
    guard let iid = Int64(text.hasPrefix("!") ? String(text.dropFirst()) : text), iid > 0 else {
      throw CommandFailure.usage(
        "'\(text)' is no number of a merge request.", hint: "Give 123 or !123.")
    }
    guard let request = try mergeRequest(project: project.id, iid: iid) else {
      throw CommandFailure(
        "Merge request !\(iid) of \(project.path) is not in the cache.",
        hint:
          "It may be older than the lookback: 'sigsentry sync \(project.path) --since DATE' brings more.",
        code: .notCached)
    }
    return request
  }
}
