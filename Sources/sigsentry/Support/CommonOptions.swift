import ArgumentParser
import Cache
import Foundation
import HTTP
import Reports
import Settings

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(
    help:
      "The cache directory (default: $SIGSENTRY_CACHE, else sigsentry in $XDG_CACHE_HOME or ~/.cache)."
  )
  var cache: String?
  @Option(
    help:
      "The config directory (default: $SIGSENTRY_CONFIG, else sigsentry in $XDG_CONFIG_HOME or ~/.config)."
  )
  var config: String?
  @Flag(help: "Answer from disk; open no socket.")
  var offline = false
  @Flag(help: "Write JSON to standard output, and nothing else there.")
  var json = false
  @Flag(
    name: .shortAndLong, help: "Show each phase of a sync on a line of its own, on a terminal too.")
  var verbose = false
  @Flag(name: .shortAndLong, help: "Tell only errors on standard error.")
  var quiet = false
  @Flag(help: "Use no colours (there are none so far).")
  var noColor = false

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  var cacheDirectory: String {
    cache ?? Self.directory("SIGSENTRY_CACHE", base: "XDG_CACHE_HOME", fallback: ".cache")
  }

  var configDirectory: String {
    config ?? Self.directory("SIGSENTRY_CONFIG", base: "XDG_CONFIG_HOME", fallback: ".config")
  }

  /// An empty variable counts as none; the XDG specification lets only absolute paths count.
  private static func directory(_ variable: String, base: String, fallback: String) -> String {
    if let directory = environment[variable], !directory.isEmpty { return directory }
    if let home = environment[base], home.hasPrefix("/") { return home + "/sigsentry" }
    return homeDirectory + "/\(fallback)/sigsentry"
  }

  /// `HOME` before the user database, which is all that Foundation goes by: in a container, a CI job or a service the two
  /// often differ.
  private static var homeDirectory: String {
    environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory()
  }

  /// Opens the cache for a command that only reads.
  func openCache() throws -> CacheStore {
    try CacheStore(directory: cacheDirectory, access: .readOnly)
  }

  /// The repositories of the settings with what is cached of them.
  func statuses() throws -> RepositoryStatuses {
    let store = try SettingsStore(directory: configDirectory, access: .readOnly)
    do {
      return try RepositoryStatuses(store: store, cache: openCache())
    } catch CacheError.missing {
      return try RepositoryStatuses(store: store, cache: nil)
    }
  }

  /// Opens the cache for a command that changes it, and makes it where it is missing.
  func openCacheForWriting() throws -> CacheStore {
    try CacheStore(directory: cacheDirectory, access: .readWrite)
  }

  func httpConfiguration(caFile: String?) -> HTTPConfiguration {
    var configuration = HTTPConfiguration(
      caFile: caFile, userAgent: "sigsentry/\(SigSentry.version)", environment: Self.environment)
    if let seconds = Self.timeout.flatMap(Int.init) {
      configuration.silenceTimeout = .seconds(seconds)
      configuration.connectTimeout = min(configuration.connectTimeout, .seconds(seconds))
    }
    return configuration
  }

  /// Seconds that a server may be silent, as the person set them.
  private static var timeout: String? {
    environment["SIGSENTRY_TIMEOUT"].flatMap { $0.isEmpty ? nil : $0 }
  }

  func validate() throws {
    if let timeout = Self.timeout, !(1...3600 ~= Int(timeout) ?? 0) {
      throw ValidationError("SIGSENTRY_TIMEOUT takes 1 to 3600, in seconds.")
    }
  }

  /// The project that a person means: by a path that only one instance has, by `host/path`, or by any address of it; with
  /// a hint at the nearest one for a typo.
  func project(_ text: String, in cache: CacheStore) throws -> CachedProject {
    let found = try cache.projects(path: text.split(separator: "/").joined(separator: "/"))
    if found.count == 1 { return found[0] }
    if let first = found.first {
      let addresses = found.map { RepositoryNames.address(of: $0.path, at: $0.baseURL) }
      throw CommandFailure.usage(
        "The repository \(first.path) is on several instances.",
        hint: "Give one of: \(addresses.joined(separator: ", ")).")
    }
    let all = try cache.projects()
    if let project = try Self.project(addressed: text, among: all, in: cache) { return project }
    throw CommandFailure.notCached(
      text, nearest: NearestPath.suggest(for: text, among: all.map(\.path)))
  }

  private static func project(
    addressed text: String, among all: [CachedProject], in cache: CacheStore
  ) throws -> CachedProject? {
    // An instance that a bare path would belong to, and that no address names.
    let none = try BaseURL("https://gitlab.invalid")
    let known = Set(all.map(\.baseURL)).sorted().compactMap { try? BaseURL($0) }
    guard
      let reference = try? RepositoryReference.parse(
        text, defaultBaseURL: none, knownBaseURLs: known)
    else { return nil }
    return try cache.project(path: reference.path, host: reference.baseURL.hostKey)
  }

  /// Writes what a person has to do now to standard error, even if quiet.
  func tell(_ text: String) { StandardError.write(text + "\n") }

  /// Writes a line about the work to standard error, unless quiet.
  func inform(_ text: String) {
    if !quiet { StandardError.write(text + "\n") }
  }
}
