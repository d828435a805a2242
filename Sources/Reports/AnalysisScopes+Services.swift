import Cache
import Correlation
import Foundation
import Mirror
import Settings

/// Where services lead.
extension AnalysisScopes {
  /// A directory that a service is mapped to.
  struct MappedDirectory {
    var service: String
    var project: CachedProject
    var prefix: String
    var branch: String?
  }

  /// Services of a symptom beyond these are not looked up.
  private static let mostServices = 64
  /// The most of them that a note names.
  private static let mostNamed = 5

  mutating func add(asked service: String) throws {
    if let mapping = try settings?.mapping(service: service) {
      do {
        found.append(try scope(of: mapping))
      } catch let failure as Failure {
        unreached.append(failure)
      }
      return
    }
    let named = projects(named: service)
    guard !named.isEmpty else {
      var trial = self
      let usable = ((try? settings?.mappings()) ?? []).filter {
        (try? trial.scope(of: $0)) != nil
      }
      let names = usable.map(\.service) + projects.map(\.path)
      throw Failure(
        summary:
          "The service \(service) has no mapping, and no repository in the cache has its name.",
        hint: NearestPath.suggest(for: service, among: names).map { "Did you mean \($0)?" }
          ?? "Run 'sigsentry mappings set \(service) REPO'.")
    }
    add(named, for: service)
  }

  /// Looks where the services of errors lead; where none of them is known, where those of the other lines do.
  mutating func addServices(of symptom: Symptom) throws {
    let failing = symptom.failingServices.prefix(Self.mostServices)
    let others = symptom.services.prefix(Self.mostServices).filter { !failing.contains($0) }
    var unknown = try add(logged: failing)
    if found.isEmpty {
      unknown += try add(logged: others)
    } else {
      let known = try others.filter { try isKnown($0) }
      if !known.isEmpty {
        notes.append(
          "Not looked at: \(Self.listed(known)), which no log line at error level names: '--service' looks there too."
        )
      }
    }
    guard !unknown.isEmpty, !projects.isEmpty else { return }
    let names = Self.listed(unknown)
    notes.append(
      found.isEmpty
        ? "The symptom names \(names), which no mapping and no repository's name knows: all repositories in the cache were looked at."
        : "Not looked at: \(names), which \(unknown.count == 1 ? "has" : "have") no mapping and no repository of \(unknown.count == 1 ? "its" : "their") name: 'sigsentry mappings set' maps \(unknown.count == 1 ? "it" : "them")."
    )
  }

  /// Adds where services of the log lead, and tells which of them are not known.
  private mutating func add(logged services: some Sequence<String>) throws -> [String] {
    var unknown: [String] = []
    for service in services {
      if let mapping = try settings?.mapping(service: service) {
        do {
          found.append(try scope(of: mapping))
        } catch let failure as Failure {
          shortfalls.append("\(failure.summary) \(failure.hint)")
        }
      } else {
        let named = projects(named: service)
        if named.isEmpty { unknown.append(service) } else { add(named, for: service) }
      }
    }
    return unknown
  }

  private func isKnown(_ service: String) throws -> Bool {
    try settings?.mapping(service: service) != nil || !projects(named: service).isEmpty
  }

  /// The first of some services, and how many more there are.
  private static func listed(_ services: [String]) -> String {
    let shown = services.prefix(mostNamed).joined(separator: ", ")
    return services.count > mostNamed
      ? "\(shown) and \(services.count - mostNamed) more" : shown
  }

  private func projects(named service: String) -> [CachedProject] {
    projects.filter {
      $0.path == service || $0.path.split(separator: "/").last.map(String.init) == service
    }
  }

  private mutating func add(_ named: [CachedProject], for service: String) {
    found += named.map { AnalysisScope(project: $0) }
    let names = RepositoryNames(of: named)
    let paths = named.map { names.name(of: $0) }.joined(separator: ", ")
    notes.append(
      "The service \(service) has no mapping: \(named.count == 1 ? "the repository \(paths) of that name was" : "the repositories \(paths) of that name were") looked at."
    )
  }

  private mutating func scope(of mapping: ServiceMapping) throws -> AnalysisScope {
    guard let setting = try settings?.repository(id: mapping.repositoryID) else {
      throw Failure(
        summary:
          "The service \(mapping.service) is mapped to a repository that is gone from the settings.",
        hint: "Run 'sigsentry mappings set \(mapping.service) REPO'.")
    }
    guard let project = try cache.project(of: setting), project.syncedAt != nil else {
      throw Failure(
        summary:
          "The service \(mapping.service) is mapped to \(setting.path), which is not in the cache.",
        hint: "Run 'sigsentry sync \(setting.path)'.")
    }
    if let branch = mapping.branch,
      try repository(of: project)?.reference("refs/heads/\(branch)") == nil
    {
      throw Failure(
        summary:
          "The service \(mapping.service) is mapped to the branch \(branch) of \(project.path), which is not in the mirror.",
        hint: "Run 'sigsentry mappings set' with another branch, or 'sigsentry sync'.")
    }
    if let prefix = mapping.pathPrefix {
      directories.append(
        MappedDirectory(
          service: mapping.service, project: project, prefix: prefix, branch: mapping.branch))
    }
    return AnalysisScope(
      project: project, pathPrefixes: mapping.pathPrefix.map { [$0] } ?? [],
      branch: mapping.branch)
  }

  func repository(of project: CachedProject) throws -> Repository? {
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    return mirror.exists ? try Repository(bareAt: mirror.path) : nil
  }

  /// Tells which of the directories that services are mapped to the revisions lack that were looked at.
  ///
  /// - Parameter missing: The directories, by the names of their projects.
  public func notes(lacking missing: [String: [String]], names: RepositoryNames) -> [String] {
    directories.compactMap { directory in
      let name = names.name(of: directory.project)
      guard missing[name]?.contains(directory.prefix) == true else { return nil }
      let start =
        "The service \(directory.service) is mapped to the directory \(directory.prefix) of \(name), which"
      let isThereNow = (try? has(directory)) ?? false
      return isThereNow
        ? "\(start) was not there then: 'sigsentry analyze --repo \(name)' looks at all of it."
        : "\(start) is not there: 'sigsentry mappings set' maps it anew."
    }
  }

  /// Whether the branch as it is now has a directory.
  private func has(_ directory: MappedDirectory) throws -> Bool {
    guard let repository = try repository(of: directory.project),
      let tip = try? repository.resolveCommit(
        directory.branch.map { "refs/heads/\($0)" } ?? "HEAD")
    else { return false }
    return repository.hasDirectory(directory.prefix, in: tip) ?? false
  }
}
