import CShims
import Cache
import Foundation
import Glibc
import Mirror

/// Makes a cache of an archive that ``CacheExport`` wrote.
///
/// The archive is taken for hostile: it chooses no path, the database must have exactly the schema of this version, every
/// object of every pack is hashed, refs must have names that mirrors have, and hooks or configuration are not in it.
/// Everything is made beside the cache directory and takes its place in one step.
public struct CacheImport {
  /// What was carried.
  public struct Summary: Sendable, Equatable {
    /// Projects.
    public var projects = 0
    /// Objects of all mirrors.
    public var objects = 0
  }

  private static let manifestBytes = 1 << 16
  private static let referenceBytes = 512 << 20

  private let directory: String
  private let draft: String

  /// - Parameter directory: The cache directory.
  public init(directory: String) {
    var directory = directory
    while directory.count > 1, directory.hasSuffix("/") { directory.removeLast() }
    self.directory = directory
    draft = directory + ".importing"
  }

  /// Reads the archive.
  ///
  /// - Parameters:
  ///   - replaces: Whether a cache that is there may be replaced.
  ///   - isCancelled: Asked time and again.
  ///   - progress: Told the name of each project.
  /// - Throws: ``ArchiveError``; ``FetchError`` for a damaged pack; ``MirrorError/busy(path:)`` while a sync works on what
  ///   is to be replaced; ``CacheError``. The cache stays as it was then.
  public func read(
    from file: String, replaces: Bool, isCancelled: () -> Bool, progress: (String) -> Void
  ) throws -> Summary {
    let isOccupied = FileManager.default.fileExists(atPath: directory + "/cache.sqlite")
    guard replaces || !isOccupied else { throw ArchiveError.occupied(directory: directory) }
    let reader = try TarReader(path: file)
    let lock = try beginDraft()
    defer { close(lock) }
    do {
      let summary = try fill(reader, file: file, isCancelled: isCancelled, progress: progress)
      try putInPlace()
      return summary
    } catch {
      try? FileManager.default.removeItem(atPath: draft)
      throw error
    }
  }

  /// Makes the directory beside the cache, empty, and keeps other imports out of it.
  private func beginDraft() throws -> Int32 {
    do {
      try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
    } catch {
      throw ArchiveError.unwritable(path: draft, reason: String(cString: strerror(errno)))
    }
    let descriptor = open(draft, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ArchiveError.unwritable(path: draft, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw ArchiveError.busy(directory: directory)
    }
    // What a killed import left: its draft, or the cache that it had replaced.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: draft)) ?? [] {
      try FileManager.default.removeItem(atPath: "\(draft)/\(name)")
    }
    return descriptor
  }

  private func fill(
    _ reader: TarReader, file: String, isCancelled: () -> Bool, progress: (String) -> Void
  ) throws -> Summary {
    guard try reader.next()?.name == ArchiveLayout.manifestName,
      let manifest = try? JSONDecoder().decode(
        ArchiveManifest.self, from: Data(reader.content(limit: Self.manifestBytes)))
    else { throw reader.malformed("it does not begin with a manifest") }
    guard manifest.format <= ArchiveLayout.format else { throw ArchiveError.newer(path: file) }
    guard try reader.next()?.name == ArchiveLayout.databaseName else {
      throw reader.malformed("it has no database")
    }
    try writeDatabase(reader, isCancelled: isCancelled)
    let cache = try openDatabase(reader, file: file)
    let projects = try cache.projects()
    guard projects.count == manifest.projects else {
      throw reader.malformed("manifest and database differ")
    }
    let names = RepositoryNames(of: projects)
    var summary = Summary(projects: projects.count)
    var entry = try reader.next()
    for (index, project) in projects.enumerated()
    where entry?.name == ArchiveLayout.references(of: index) {
      progress(names.name(of: project))
      entry = try readMirror(
        of: project, numbered: index, reader, objects: &summary.objects, isCancelled: isCancelled)
    }
    guard entry == nil else { throw reader.malformed("a file that has no place in it") }
    try cache.compact()
    return summary
  }

  private func writeDatabase(_ reader: TarReader, isCancelled: () -> Bool) throws {
    let path = draft + "/" + ArchiveLayout.databaseName
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ArchiveError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    try reader.forEachPiece { piece in
      if isCancelled() { throw ArchiveError.cancelled }
      var rest = piece[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else {
          throw ArchiveError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        rest = rest.dropFirst(count)
      }
    }
    guard fsync(descriptor) == 0 else {
      throw ArchiveError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Opens the database of the archive, brought up to this version's schema.
  private func openDatabase(_ reader: TarReader, file: String) throws -> CacheStore {
    let cache: CacheStore
    do {
      cache = try CacheStore(directory: draft, access: .readWrite)
    } catch CacheError.newer {
      throw ArchiveError.newer(path: file)
    } catch CacheError.corrupt(_, let detail) {
      throw reader.malformed("its database is damaged: \(detail)")
    } catch CacheError.database(_, let detail) {
      throw reader.malformed("its database is none of sigsentry's: \(detail)")
    }
    if let foreign = try cache.foreignSchema().first {
      throw reader.malformed("its database has another schema: \(foreign)")
    }
    if let problem = try cache.integrityProblems().first {
      throw reader.malformed("its database is damaged: \(problem)")
    }
    for project in try cache.projects() where !Self.isPlainName(project.host) {
      throw reader.malformed("a project of an impossible host")
    }
    return cache
  }

  /// Whether a text is a directory name as they are made of addresses.
  private static func isPlainName(_ text: String) -> Bool {
    guard 1...255 ~= text.utf8.count, text != ".", text != ".." else { return false }
    return text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: ".-_%".utf8.contains($0)
      }
    }
  }

  /// Makes one mirror, and returns the entry behind it.
  private func readMirror(
    of project: CachedProject, numbered index: Int, _ reader: TarReader, objects: inout Int,
    isCancelled: () -> Bool
  ) throws -> TarReader.Entry? {
    guard let references = MirrorReferences(try reader.content(limit: Self.referenceBytes)) else {
      throw reader.malformed("refs that no mirror has")
    }
    let mirror = MirrorDirectory(
      cache: draft, host: project.host, projectID: project.projectID)
    let lock = try mirror.lock(for: project.path)
    defer { withExtendedLifetime(lock) {} }
    _ = try mirror.create()
    let repository = try Repository(bareAt: mirror.path)
    if let leftOut = references.leftOut {
      try repository.markPartial(
        url: "\(project.baseURL)/\(project.path).git", filter: leftOut)
    }
    var number = 0
    var entry = try reader.next()
    while entry?.name == ArchiveLayout.pack(number, of: index) {
      objects += try repository.storePack { append in
        try reader.forEachPiece { piece in
          if isCancelled() { throw ArchiveError.cancelled }
          try append(piece)
        }
      }
      number += 1
      entry = try reader.next()
    }
    for reference in references.all where !repository.contains(reference.id) {
      throw reader.malformed("\(reference.name) points to an object that is not in it")
    }
    try mirror.writePackedReferences(references.all)
    if let head = references.head {
      try repository.setHead(toBranch: String(head.dropFirst("refs/heads/".count)))
    }
    guard entry?.name == ArchiveLayout.weights(of: index) else { return entry }
    // Whoever reads the file looks at each of its numbers.
    let weights = URL(fileURLWithPath: project.weightsFile(in: draft))
    try FileManager.default.createDirectory(
      at: weights.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(reader.content(limit: CachedProject.largestWeightsFile)).write(to: weights)
    return try reader.next()
  }

  /// Gives the draft the place of the cache. Where there was one, both change places in one step, and the old one goes.
  private func putInPlace() throws {
    var locks: [MirrorLock] = []
    for mirror in MirrorDirectory.all(in: directory) { locks.append(try mirror.lock()) }
    try withExtendedLifetime(locks) {
      guard FileManager.default.fileExists(atPath: directory) else {
        guard rename(draft, directory) == 0 else { throw unplaced() }
        return
      }
      guard shim_exchange(draft, directory) == 0 else { throw unplaced() }
      // What is not the cache's own, as a note about it, stays where it was.
      for name in (try? FileManager.default.contentsOfDirectory(atPath: draft)) ?? []
      where name != "mirrors" && !name.hasPrefix("cache.sqlite") {
        rename("\(draft)/\(name)", "\(directory)/\(name)")
      }
      try? FileManager.default.removeItem(atPath: draft)
    }
  }

  private func unplaced() -> ArchiveError {
    .unwritable(path: directory, reason: String(cString: strerror(errno)))
  }
}
