import CLibcurl
import Glibc

/// The authorities a client trusts, in the form curl takes them.
enum Trust: Equatable {
  /// A folder of files named by subject hash, of which OpenSSL reads what it needs, and PEM text.
  case folder(String, and: [UInt8])
  /// A PEM file, and a folder or none.
  case file(String, folder: String?)
  /// PEM text alone, and a folder or none.
  case text([UInt8], folder: String?)
}

/// Finds the authorities: the system's, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` put in their
/// place, and the private file in addition to either.
///
/// Reading a whole bundle costs some 40 ms for every connection; a hashed folder is read in 3. So the
/// folder comes first, and the bundle is asked only if the folder knows no authority: a bundle to
/// which someone added a certificate by hand still counts.
struct Certificates {
  private static let maximumBytes = 16 << 20

  private let caFile: String?
  private let bundle: String?
  private let folder: String?
  private let prefersFolder: Bool
  /// What was read, by path: a client reads each file once.
  private var texts: [String: [UInt8]] = [:]

  /// Where a system keeps its authorities.
  struct SystemPlaces {
    var bundle: String?
    var folder: String?
  }

  init(_ configuration: HTTPConfiguration, system: SystemPlaces) {
    caFile = configuration.caFile
    let file = configuration.environment["SSL_CERT_FILE"]
    let folder = configuration.environment["SSL_CERT_DIR"]
    if file != nil || folder != nil {
      bundle = file
      self.folder = folder
      prefersFolder = false
    } else {
      bundle = system.bundle
      self.folder = system.folder
      prefersFolder = system.folder.map(Self.isHashed) == true
    }
  }

  /// Names the places, for a message.
  var places: String {
    [caFile, bundle, folder].compactMap { $0 }.joined(separator: ", ")
  }

  /// What to try first; `nil` if there is nothing quicker than the whole.
  mutating func quick(for endpoint: HTTPEndpoint) throws(HTTPError) -> Trust? {
    guard prefersFolder, bundle != nil, let folder else { return nil }
    return try .folder(folder, and: privateText(for: endpoint))
  }

  /// Everything there is.
  mutating func whole(for endpoint: HTTPEndpoint) throws(HTTPError) -> Trust {
    let privateText = try privateText(for: endpoint)
    switch (bundle, folder) {
    case (let bundle?, let folder):
      let system = try text(of: bundle, for: endpoint)
      return privateText.isEmpty
        ? .file(bundle, folder: folder)
        : .text(system + [UInt8(ascii: "\n")] + privateText, folder: folder)
    case (nil, let folder?): return .folder(folder, and: privateText)
    case (nil, nil):
      guard !privateText.isEmpty else {
        throw .caFileUnreadable(endpoint, path: "the system", detail: "there are none")
      }
      return .text(privateText, folder: nil)
    }
  }

  private mutating func privateText(for endpoint: HTTPEndpoint) throws(HTTPError) -> [UInt8] {
    guard let caFile else { return [] }
    return try text(of: caFile, for: endpoint)
  }

  private mutating func text(
    of path: String, for endpoint: HTTPEndpoint
  ) throws(HTTPError) -> [UInt8] {
    if let known = texts[path] { return known }
    let text = try Self.read(path, for: endpoint)
    texts[path] = text
    return text
  }

  private static func read(_ path: String, for endpoint: HTTPEndpoint) throws(HTTPError) -> [UInt8]
  {
    func failure(_ detail: String) -> HTTPError {
      .caFileUnreadable(endpoint, path: path, detail: detail)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw failure(curlText(strerror(errno))) }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(curlText(strerror(errno))) }
      if count == 0 { break }
      text += block[..<count]
      guard text.count <= maximumBytes else { throw failure("it is larger than 16 MiB") }
    }
    let mark = Array("-----BEGIN ".utf8)
    guard text.firstRange(of: mark) != nil else {
      throw failure("it is not a PEM file of certificates")
    }
    return text
  }

  /// Whether a folder holds certificates under names as `5ed36f99.0`.
  private static func isHashed(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let isHash = name.prefix(8).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      if name.count > 9, name[8] == UInt8(ascii: "."), isHash { return true }
    }
    return false
  }
}
