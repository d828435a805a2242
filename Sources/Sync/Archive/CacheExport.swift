import Cache
import Foundation
import Glibc
import Mirror

/// Carries a whole cache into one file: a tar archive of the database, the refs, the packs and fitted weights.
///
/// Waits for no sync, and changes nothing in the cache. Syncs bring objects before the refs that keep them and refs before
/// the rows that speak of them, so the database is copied first, as it is at one moment, then the refs of each mirror,
/// then its packs: the archive is at worst that of a sync which was killed, and the next one goes on from there.
///
/// Nothing in it is secret: settings and tokens lie elsewhere. A file that was there is replaced once the new one is whole.
public struct CacheExport {
  /// What was carried.
  public struct Summary: Sendable, Equatable {
    /// Projects.
    public var projects = 0
    /// Bytes of the archive.
    public var byteCount = 0
    /// Projects of which the rows alone are in it.
    public var withoutMirror: [LeftOut] = []
  }

  /// A project whose mirror cannot be carried.
  public struct LeftOut: Sendable, Equatable {
    /// The project's path.
    public var path: String
    /// The address of its instance.
    public var baseURL: String
    /// Why not, a sentence without a full stop.
    public var reason: String
  }

  private let cache: CacheStore

  /// - Parameter cache: Open for reading at least.
  public init(cache: CacheStore) { self.cache = cache }

  /// Writes the archive. Mirrors that are damaged are left out of it, as long as one is whole.
  ///
  /// - Parameter isCancelled: Asked time and again.
  /// - Throws: ``ArchiveError``; `GitError` where the system refuses something; ``CacheError``.
  public func write(
    to file: String, at time: Date, isCancelled: () -> Bool, progress: (String) -> Void
  ) throws -> Summary {
    let identity = try identity()
    let snapshot = file + ".part.sqlite"
    try? FileManager.default.removeItem(atPath: snapshot)
    defer { try? FileManager.default.removeItem(atPath: snapshot) }
    let writer = try TarWriter(path: file, time: Int(time.timeIntervalSince1970))
    let projects = try cache.copy(to: snapshot)
    try writer.add(
      ArchiveLayout.manifestName,
      Array(JSONEncoder().encode(ArchiveManifest(projects: projects.count))))
    try writer.add(ArchiveLayout.databaseName, file: snapshot, isCancelled: isCancelled)
    let names = RepositoryNames(of: projects)
    var summary = Summary(projects: projects.count)
    for (index, project) in projects.enumerated() {
      if isCancelled() { throw ArchiveError.cancelled }
      progress(names.name(of: project))
      let held = try hold(project, scratch: file + ".part.packs", isCancelled: isCancelled)
      try checkPlace(of: project, identity)
      switch held {
      case .whole(let mirror):
        try write(mirror, of: project, numbered: index, to: writer, isCancelled: isCancelled)
      case .unusable(let reason):
        summary.withoutMirror.append(
          LeftOut(path: project.path, baseURL: project.baseURL, reason: reason))
      case .neverMade: break
      }
    }
    if !projects.isEmpty, summary.withoutMirror.count == projects.count {
      throw ArchiveError.allDamaged(summary.withoutMirror)
    }
    try writer.finish()
    summary.byteCount = writer.byteCount
    return summary
  }

  private enum HeldMirror {
    case whole(MirrorSnapshot)
    case unusable(reason: String)
    case neverMade
  }

  /// Holds a project's mirror as it is now. Its packs are read to their ends: whoever imports them takes no damaged one.
  private func hold(
    _ project: CachedProject, scratch: String, isCancelled: () -> Bool
  ) throws -> HeldMirror {
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    guard mirror.exists else {
      return project.syncedAt == nil ? .neverMade : .unusable(reason: "the mirror is missing")
    }
    do throws(GitError) {
      let held = try MirrorSnapshot(mirror, scratch: scratch)
      if let pack = held.damagedPack(isCancelled: isCancelled) {
        return .unusable(reason: "\(pack) does not have the bytes that were written")
      }
      return .whole(held)
    } catch {
      guard !error.isOfSystem else { throw error }
      return .unusable(reason: "\(error)")
    }
  }

  private func write(
    _ mirror: MirrorSnapshot, of project: CachedProject, numbered index: Int, to writer: TarWriter,
    isCancelled: () -> Bool
  ) throws {
    var references = MirrorReferences()
    references.leftOut = mirror.leftOut
    references.head = mirror.head
    references.all = mirror.references
    try writer.add(ArchiveLayout.references(of: index), references.text)
    for (number, byteCount) in mirror.packSizes.enumerated() {
      try writer.add(ArchiveLayout.pack(number, of: index), byteCount: byteCount) {
        write throws(ArchiveError) in
        try mirror.forEachPiece(ofPack: number) { piece throws(ArchiveError) in
          if isCancelled() { throw .cancelled }
          try write(piece)
        }
      }
    }
    let weights = URL(fileURLWithPath: project.weightsFile(in: cache.directory))
    if let content = try? Data(contentsOf: weights),
      content.count <= CachedProject.largestWeightsFile
    {
      try writer.add(ArchiveLayout.weights(of: index), Array(content))
    }
  }

  // MARK: - What may not be mixed

  /// Device and inode of the database's file. The open database keeps the inode from being given to another.
  private func identity() throws(ArchiveError) -> [UInt64] {
    var status = stat()
    guard stat(cache.path, &status) == 0 else { throw .replaced(path: cache.path) }
    return [UInt64(status.st_dev), UInt64(status.st_ino)]
  }

  /// Makes sure that what was read of a mirror belongs to the copied rows: a cache that was imported meanwhile, or a
  /// repository that was cleared, has another mirror in the same place.
  private func checkPlace(of project: CachedProject, _ identity: [UInt64]) throws {
    guard try self.identity() == identity else { throw ArchiveError.replaced(path: cache.path) }
    let now = try cache.project(host: project.host, projectID: project.projectID)
    guard let now, project.syncedAt == nil || now.syncedAt != nil else {
      throw ArchiveError.replaced(path: "the cache of \(project.path)")
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
