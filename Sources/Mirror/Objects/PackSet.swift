import Glibc

/// The packs of a repository as they were at one moment.
final class PackSet: Sendable {
  let packs: [Pack]
  private let directory: String
  private let stamp: Stamp?
  private let nextNumber: Int

  /// When the directory of packs last changed.
  private struct Stamp: Equatable {
    var seconds: Int
    var nanoseconds: Int

    init?(directory: String) {
      var status = stat()
      guard stat(directory, &status) == 0 else { return nil }
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// Maps the packs of the repository in a directory. Those that cannot be read are left to libgit2.
  convenience init(repositoryPath: String) {
    self.init(directory: "\(repositoryPath)/objects/pack", known: [], nextNumber: 0)
  }

  private init(directory: String, known: [Pack], nextNumber: Int) {
    self.directory = directory
    stamp = Stamp(directory: directory)
    var number = nextNumber
    packs = Self.names(in: directory).compactMap { name in
      if let pack = known.first(where: { $0.name == name }) { return pack }
      number += 1
      return Pack(directory: directory, name: name, number: number - 1)
    }
    self.nextNumber = number
  }

  /// The size of all packs together, in bytes.
  var byteCount: Int { packs.reduce(0) { $0 + $1.byteCount } }

  /// The packs as they are now, if any came or went since.
  func refreshed() -> PackSet? {
    guard Stamp(directory: directory) != stamp else { return nil }
    return PackSet(directory: directory, known: packs, nextNumber: nextNumber)
  }

  /// Names the packs that have an index and cannot be used.
  static func damagedNames(repositoryPath: String) -> [String] {
    let directory = "\(repositoryPath)/objects/pack"
    return names(in: directory).filter { Pack(directory: directory, name: $0, number: 0) == nil }
  }

  /// Names the packs that have an index.
  static func names(in directory: String) -> [String] {
    guard let listing = opendir(directory) else { return [] }
    defer { closedir(listing) }
    let suffix = ".idx"
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("pack-"), name.hasSuffix(suffix) {
        names.append(String(name.dropLast(suffix.count)))
      }
    }
    return names.sorted()
  }
}
