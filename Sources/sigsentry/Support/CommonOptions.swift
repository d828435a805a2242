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
    try RepositoryStatuses(
      store: SettingsStore(directory: configDirectory, access: .readOnly), cache: cacheIfAny())
  }

  /// The cache, for a command that reads it; `nil` where there is none yet.
  func cacheIfAny() throws -> CacheStore? {
    do {
      return try openCache()
    } catch CacheError.missing {
      return nil
    }
  }

  /// The instances whose projects are cached, as where a cache was imported; none where it cannot be read.
  func cachedInstances() -> [BaseURL] {
    let projects = try? cacheIfAny()?.projects()
    let addresses = Set((projects ?? []).map(\.baseURL))
    return addresses.sorted().compactMap { try? BaseURL($0) }
  }

  /// The settings, for a command that reads them; `nil` where there are none yet.
  func settings() throws -> SettingsStore? {
    do {
      return try SettingsStore(directory: configDirectory, access: .readOnly)
    } catch SettingsError.notFound {
      return nil
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
    for (name, directory) in [("cache", cache), ("config", config)] where directory == "" {
      throw ValidationError("--\(name) takes a directory.")
    }
    if let timeout = Self.timeout, !(1...3600 ~= Int(timeout) ?? 0) {
      throw ValidationError("SIGSENTRY_TIMEOUT takes 1 to 3600, in seconds.")
    }
  }

  /// The project of the cache that a person means.
  func project(_ text: String, in cache: CacheStore) throws -> CachedProject {
    try CachedProjectLookup.project(text, in: cache)
  }

  /// What a project is called among all of the cache.
  func name(of project: CachedProject, in cache: CacheStore) throws -> String {
    RepositoryNames(of: try cache.projects()).name(of: project)
  }

  /// Writes what a person has to do now to standard error, even if quiet.
  func tell(_ text: String) { StandardError.write(text + "\n") }

  /// Writes a line about the work to standard error, unless quiet.
  func inform(_ text: String) {
    if !quiet { StandardError.write(text + "\n") }
  }

  /// Reads what `--since` was given, of which only the beginning counts.
  func since(_ text: String, now: Date = Date()) throws -> Date {
    let time = try TimeExpression(text, now: now)
    if time.start != nil, time.end < now {
      inform(
        "Of '\(text)' the beginning alone counts: --since takes everything from then on.")
    }
    return time.beginning
  }
}
