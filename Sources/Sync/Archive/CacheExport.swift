import Cache
import Foundation
import Mirror

/// Carries a whole cache into one file: a tar archive of the database, the refs, the packs and fitted weights.
///
/// Nothing in it is secret: settings and tokens lie elsewhere. A file that was there is replaced once the new one is whole.
public struct CacheExport {
  /// What was carried.
  public struct Summary: Sendable, Equatable {
    /// Projects.
    public var projects = 0
    /// Bytes of the archive.
    public var byteCount = 0
  }

  private let cache: CacheStore

  /// - Parameter cache: Open for reading at least; its directory has to be writable for the locks of mirrors.
  public init(cache: CacheStore) { self.cache = cache }

  /// Writes the archive.
  ///
  /// - Parameter isCancelled: Asked time and again.
  /// - Throws: ``ArchiveError``; ``MirrorError/busy(path:)`` while a sync works on a mirror; ``CacheError``.
  public func write(
    to file: String, at time: Date, isCancelled: () -> Bool, progress: (String) -> Void
  ) throws -> Summary {
    // Mirrors first: rows and objects have to be of one moment.
    var locks: [MirrorLock] = []
    for project in try cache.projects() {
      let mirror = MirrorDirectory(
        cache: cache.directory, host: project.host, projectID: project.projectID)
      if mirror.exists { locks.append(try mirror.lock(for: project.path)) }
    }
    return try withExtendedLifetime(locks) {
      let snapshot = file + ".part.sqlite"
      try? FileManager.default.removeItem(atPath: snapshot)
      defer { try? FileManager.default.removeItem(atPath: snapshot) }
      let writer = try TarWriter(path: file, time: Int(time.timeIntervalSince1970))
      try cache.copy(to: snapshot)
      let projects = try cache.projects()
      try writer.add(
        ArchiveLayout.manifestName,
        Array(JSONEncoder().encode(ArchiveManifest(projects: projects.count))))
      try writer.add(ArchiveLayout.databaseName, file: snapshot, isCancelled: isCancelled)
      for (index, project) in projects.enumerated() {
        progress(project.path)
        try write(project, numbered: index, to: writer, isCancelled: isCancelled)
      }
      try writer.finish()
      return Summary(projects: projects.count, byteCount: writer.byteCount)
    }
  }

  private func write(
    _ project: CachedProject, numbered index: Int, to writer: TarWriter, isCancelled: () -> Bool
  ) throws {
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    guard mirror.exists else { return }
    let repository = try Repository(bareAt: mirror.path)
    // Objects in files of their own have no place in the archive.
    _ = try repository.joinPacks(leastPacks: .max)
    var references = MirrorReferences()
    references.leftOut = repository.partialFilter
    references.head = mirror.head
    references.all = try repository.references(matching: "refs/*").filter {
      Repository.isMirrored($0.name)
    }
    try writer.add(ArchiveLayout.references(of: index), references.text)
    for (number, pack) in mirror.packs.enumerated() {
      try writer.add(
        ArchiveLayout.pack(number, of: index), file: pack, isCancelled: isCancelled)
    }
    let weights = URL(fileURLWithPath: project.weightsFile(in: cache.directory))
    if let content = try? Data(contentsOf: weights),
      content.count <= CachedProject.largestWeightsFile
    {
      try writer.add(ArchiveLayout.weights(of: index), Array(content))
    }
  }
}

/// The names of an archive's files, in their order: manifest, database, and for each project of the database, by host and
/// path, its refs, packs and fitted weights, if there are any. No name is ever used as a path on the disk.
enum ArchiveLayout {
  /// Grows when an older version could not read what a newer one writes.
  static let format = 2
  static let manifestName = "sigsentry-cache.json"
  static let databaseName = "cache.sqlite"

  static func references(of project: Int) -> String { "mirrors/\(project)/refs" }

  static func pack(_ number: Int, of project: Int) -> String {
    "mirrors/\(project)/\(number).pack"
  }

  static func weights(of project: Int) -> String { "mirrors/\(project)/weights.json" }
}

/// What an archive says of itself.
struct ArchiveManifest: Codable {
  var format = ArchiveLayout.format
  var projects: Int
}

/// The refs of a mirror as an archive has them: a line for `HEAD`, one that says what may be missing, and
/// one for each ref.
struct MirrorReferences: Equatable {
  var head: String?
  /// What the mirror leaves out; `nil` for nothing.
  var leftOut: ObjectFilter?
  var all: [RemoteReference] = []

  private static let withoutBlobs = "partial"
  private static let withoutTrees = "partial trees"

  var text: [UInt8] {
    var text =
      leftOut.map { ($0 == .noTrees ? Self.withoutTrees : Self.withoutBlobs) + "\n" } ?? ""
    if let head { text += "HEAD \(head)\n" }
    for reference in all { text += "\(reference.id) \(reference.name)\n" }
    return Array(text.utf8)
  }

  init() {}

  /// Reads the lines; `nil` where one of them is none of these, or names what no mirror holds.
  init?(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let line = String(validating: line, as: UTF8.self) else { return nil }
      if line == Self.withoutBlobs || line == Self.withoutTrees {
        leftOut = line == Self.withoutTrees ? .noTrees : .noBlobs
        continue
      }
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2 else { return nil }
      let name = String(words[1])
      guard Repository.isMirrored(name) else { return nil }
      if words[0] == "HEAD" {
        guard name.hasPrefix("refs/heads/") else { return nil }
        head = name
      } else {
        guard let id = ObjectID(hex: words[0]) else { return nil }
        all.append(RemoteReference(name: name, id: id))
      }
    }
    guard Set(all.map(\.name)).count == all.count else { return nil }
  }
}
