import Glibc

/// Lists of refs, read from the files that git keeps them in (gitrepository-layout(5), "packed-refs" in
/// git-pack-refs(1)): libgit2 goes through all refs to list some, and a mirror may have a hundred thousand.
extension Repository {
  /// Lists the refs in a folder and those in it, as `refs/heads`, in no particular order. Symbolic refs are left out, as
  /// are files that hold no ref.
  ///
  /// A ref that is packed meanwhile is seen in one of the two places: files of single refs are read first.
  ///
  /// - Throws: ``GitError`` where a file or directory cannot be read.
  public func references(below folder: String) throws(GitError) -> [RemoteReference] {
    var loose = LooseReferences(repository: path)
    try loose.read(folder)
    let own = loose.found.compactMap { name, id in id.map { RemoteReference(name: name, id: $0) } }
    let packed = try PackedReferences(repository: path).references(below: folder)
    return own + packed.filter { loose.found[$0.name] == nil }
  }
}

/// The refs that have files of their own.
private struct LooseReferences {
  let repository: String
  /// By full name; `nil` for a symbolic ref, and for a file without an id. Either hides a packed ref of its name.
  private(set) var found: [String: ObjectID?] = [:]

  init(repository: String) { self.repository = repository }

  mutating func read(_ folder: String) throws(GitError) {
    let path = "\(repository)/\(folder)"
    guard let listing = opendir(path) else {
      // There need be none, and a ref may have the folder's name.
      guard errno != ENOENT, errno != ENOTDIR else { return }
      throw .ofSystem("list the refs in \(path)")
    }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      // No ref has a name that begins with a dot, and a file of this ending is being written.
      guard !name.hasPrefix("."), !name.hasSuffix(".lock") else { continue }
      try readEntry("\(folder)/\(name)")
    }
  }

  private mutating func readEntry(_ name: String) throws(GitError) {
    let path = "\(repository)/\(name)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      guard errno != ENOENT else { return }
      throw .ofSystem("read \(path)")
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 2 * ObjectID.byteCount + 1)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    if count < 0, errno == EISDIR { return try read(name) }
    guard count >= 0 else { throw .ofSystem("read \(path)") }
    let isWhole = count < bytes.count || bytes[bytes.count - 1] == UInt8(ascii: "\n")
    found[name] = .some(
      isWhole ? ObjectID(hexBytes: bytes.prefix(min(count, 2 * ObjectID.byteCount))) : nil)
  }
}

/// The refs that share the file `packed-refs`.
private struct PackedReferences {
  private let file: MappedFile?

  /// git replaces the file and never changes it, so that what is mapped stays as it is.
  init(repository: String) throws(GitError) {
    let path = repository + "/packed-refs"
    file = MappedFile(path: path)
    var status = stat()
    // There need be none, and it may be empty.
    guard file != nil || stat(path, &status) != 0 || status.st_size == 0 else {
      throw .damaged("read \(path)", "it is no file that can be read")
    }
  }

  func references(below folder: String) -> [RemoteReference] {
    guard let bytes = file?.bytes else { return [] }
    var found: [RemoteReference] = []
    let sought = Array(" \(folder)/".utf8)
    let idCount = 2 * ObjectID.byteCount
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let end = start + (Self.lineEnd(of: rest) ?? rest.count)
      defer { start = end + 1 }
      // A line is an id, a space and a name; others tell of the file or of what a tag points to.
      let name = start + idCount + 1
      guard end - name >= sought.count, bytes[(name - 1)..<end].starts(with: sought),
        let id = ObjectID(hexBytes: bytes[start..<(name - 1)])
      else { continue }
      found.append(
        RemoteReference(name: String(decoding: bytes[name..<end], as: UTF8.self), id: id))
    }
    return found
  }

  private static func lineEnd(of bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    return memchr(base, Int32(UInt8(ascii: "\n")), bytes.count).map { UnsafeRawPointer($0) - base }
  }
}
