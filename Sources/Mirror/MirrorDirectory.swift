import CLibgit2
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Why a mirror cannot be worked on.
public enum MirrorError: Error, Sendable, Equatable {
  /// Another process works on the mirror of a repository, by its path on GitLab or on disk.
  case busy(path: String)
  /// A file or directory cannot be made or written; `reason` is the system's.
  case unwritable(path: String, reason: String)
  /// Objects that the mirror should have are not there whole; `reason` names them.
  case damaged(path: String, reason: String)
}

extension MirrorError: CustomStringConvertible {
  /// One sentence for a log or a person.
  public var description: String {
    switch self {
    case .busy(let path): "another sync or upkeep works on \(path)"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    case .damaged(let path, let reason): "the mirror \(path) is damaged: \(reason)"
    }
  }
}

/// The place of one project's mirror: `mirrors/<host>/<project id>.git` in the cache directory.
public struct MirrorDirectory: Sendable {
  /// The bare repository's path.
  public let path: String

  /// - Parameters:
  ///   - cache: The cache directory.
  ///   - host: A directory name for the GitLab, already free of separators.
  ///   - projectID: GitLab's numeric id.
  public init(cache: String, host: String, projectID: Int64) {
    path = "\(cache)/mirrors/\(host)/\(projectID).git"
  }

  private init(path: String) { self.path = path }

  /// Finds the mirrors of a cache directory on the disk, in the order of their places.
  public static func all(in cache: String) -> [MirrorDirectory] {
    func names(_ directory: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }
    return names("\(cache)/mirrors").flatMap { host in
      names("\(cache)/mirrors/\(host)").filter { name in
        name.hasSuffix(".git") && Int64(name.dropLast(4)) != nil
      }.map { MirrorDirectory(path: "\(cache)/mirrors/\(host)/\($0)") }
    }.filter(\.exists)
  }

  /// Whether the mirror has been made.
  public var exists: Bool { FileManager.default.fileExists(atPath: path + "/HEAD") }

  /// Whether it holds the file contents of its window only.
  public var isPartial: Bool { (try? Repository(bareAt: path))?.isPartial ?? false }

  /// The names of packs that are cut short or do not fit their index.
  public var damagedPacks: [String] { PackSet.damagedNames(repositoryPath: path) }

  /// What is wrong with the mirror as far as packs and refs tell without reading an object: sentences without a full stop,
  /// none for a sound one.
  ///
  /// - Parameters:
  ///   - opened: The mirror's repository, where it is open.
  ///   - references: Looks at these of its refs alone; `nil` for all branches and merge requests.
  public func visibleDamage(
    in opened: Repository? = nil, of references: [RemoteReference]? = nil
  ) throws(GitError) -> [String] {
    let packs = damagedPacks.map { "\($0) is cut short or does not fit its index" }
    let repository = if let opened { opened } else { try Repository(bareAt: path) }
    var looked = references ?? []
    if references == nil {
      for folder in ["refs/heads", "refs/merge-requests"] {
        looked += try repository.references(below: folder)
      }
    }
    return packs
      + looked.filter { !repository.contains($0.id) }.map {
        "commit \($0.id) of \($0.name) is missing"
      }
  }

  /// Makes the bare repository where it is missing: beside its place, then renamed, so that a killed process leaves
  /// nothing that looks usable. Call it with the lock held.
  ///
  /// - Returns: Whether it was missing.
  public func create() throws -> Bool {
    guard !exists else { return false }
    _ = Repository.isLibraryStarted
    let draft = path + ".new"
    try? FileManager.default.removeItem(atPath: draft)
    let repository = try acquire("create \(draft)") { git_repository_init(&$0, draft, 1) }
    git_repository_free(repository)
    // Sample hooks are of no use in a mirror.
    try? FileManager.default.removeItem(atPath: draft + "/hooks")
    try writing(path) {
      // A directory without HEAD is the rest of something that was never complete.
      if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
      try FileManager.default.moveItem(atPath: draft, toPath: path)
    }
    return true
  }

  /// Removes the files of packs that a killed fetch left, and packs that got no index. Call it with the lock held.
  public func removeUnfinishedPacks() {
    let directory = path + "/objects/pack"
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    for name in names {
      let isUnfinished =
        PackFileWriter.isUnfinished(name)
        || name.hasSuffix(".pack") && !names.contains("\(name.dropLast(5)).idx")
      if isUnfinished { unlink("\(directory)/\(name)") }
    }
  }

  /// Deletes the mirror. Call it with the lock held.
  public func remove() throws(MirrorError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try writing(path) { try FileManager.default.removeItem(atPath: path) }
  }

  /// The bytes that the mirror's files take.
  ///
  /// By stat(2): Foundation's attributes name the owner, for which glibc may ask a daemon over a socket.
  public var byteCount: Int64 {
    guard let names = FileManager.default.enumerator(atPath: path) else { return 0 }
    var total: Int64 = 0
    for case let name as String in names {
      var status = stat()
      if lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        total += Int64(status.st_size)
      }
    }
    return total
  }

  /// Takes the mirror's lock, which no other process or thread can hold at the same time.
  ///
  /// - Parameter name: The repository's path on GitLab, for the error.
  /// - Throws: ``MirrorError/busy(path:)`` at once where another holds it.
  public func lock(for name: String? = nil) throws(MirrorError) -> MirrorLock {
    let directory = (path as NSString).deletingLastPathComponent
    try writing(directory) {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
    return try MirrorLock(path: path + ".lock", mirror: name ?? path)
  }

  private func writing(_ path: String, _ body: () throws -> Void) throws(MirrorError) {
    do {
      try body()
    } catch {
      throw .unwritable(path: path, reason: (error as NSError).reason)
    }
  }
}

/// Holds a mirror for one process; let go when it is freed or its process ends.
public final class MirrorLock: Sendable {
  private let descriptor: Int32

  fileprivate init(path: String, mirror: String) throws(MirrorError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .busy(path: mirror)
    }
    self.descriptor = descriptor
  }

  deinit {
    // Not by closing alone: a child process between fork and exec has the descriptor too, and would keep the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

extension NSError {
  /// The system's own words, without the sentence that Foundation wraps them in.
  fileprivate var reason: String {
    (userInfo[NSUnderlyingErrorKey] as? NSError).map { String(cString: strerror(Int32($0.code))) }
      ?? localizedDescription
  }
}
