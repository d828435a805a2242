/// A ref as a server advertises it.
public struct RemoteReference: Sendable, Equatable {
  /// The full name, as `refs/heads/main` or `HEAD`.
  public var name: String
  /// The object it points to.
  public var id: ObjectID

  /// Makes a reference of a name and an id.
  public init(name: String, id: ObjectID) {
    self.name = name
    self.id = id
  }

  /// Reads `<id> SP <name>` with anything that follows a second space left out, as `symref-target:` and `peeled:`.
  ///
  /// Names that are not UTF-8 give `nil`: GitLab makes none, and ours are our own.
  init?(line: [UInt8]) {
    var line = line[...]
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    guard line.count > 41, line[40] == UInt8(ascii: " "),
      let id = ObjectID(hexBytes: line[..<40])
    else { return nil }
    let rest = line[41...].prefix { $0 != UInt8(ascii: " ") && $0 != 0 }
    guard !rest.isEmpty, let name = String(validating: rest, as: UTF8.self) else { return nil }
    self.init(name: name, id: id)
  }
}

/// What a server says of itself at the start: its protocol version and capabilities, and for version 0 its refs.
struct Advertisement {
  enum Version: Equatable { case zero, two }

  var version: Version
  var capabilities: Set<String>
  /// Only version 0 lists refs before it is asked.
  var references: [RemoteReference]

  /// Whether a fetch may name a filter: gitprotocol-v2(5), "fetch"; gitprotocol-capabilities(5), "filter".
  var supportsFilters: Bool {
    switch version {
    case .two: value(of: "fetch")?.split(separator: " ").contains("filter") ?? false
    case .zero: capabilities.contains("filter")
    }
  }

  /// The value of a capability that is written `name=value`.
  func value(of name: String) -> String? {
    capabilities.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }
}

/// Reads the answer to `GET info/refs?service=git-upload-pack`.
///
/// Format: gitprotocol-http(5), "Smart Server Response"; gitprotocol-v2(5), "Capability Advertisement". Whether version 2
/// is preceded by the service line depends on the server.
struct AdvertisementParser {
  /// The most refs that are read; GitLab's largest projects have about a million.
  static let maximumReferences = 4_000_000

  private var decoder = PacketLineDecoder()
  private var version: Advertisement.Version?
  private var capabilities: Set<String> = []
  private var references: [RemoteReference] = []
  private var isFinished = false

  mutating func append(_ chunk: [UInt8]) throws(FetchError) {
    decoder.append(chunk)
    while let packet = try decoder.next() {
      guard !isFinished else { throw .malformed("packets after the end of the advertisement") }
      try read(packet)
    }
  }

  private mutating func read(_ packet: PacketLine) throws(FetchError) {
    switch packet {
    case .data(let content):
      if content.starts(with: "# service=".utf8) || content.starts(with: "version 1".utf8) {
        return
      }
      if let error = ServerError(content) { throw error.asFetchError }
      if content.starts(with: "version 2".utf8) {
        version = .two
      } else if version == .two {
        capabilities.insert(text(content))
      } else {
        try readVersionZero(content)
      }
    case .flush:
      // One flush stands behind the service line, before anything else was read.
      isFinished = version != nil
    case .delimiter, .responseEnd:
      throw .malformed("an unexpected mark in the advertisement")
    }
  }

  private mutating func readVersionZero(_ content: [UInt8]) throws(FetchError) {
    if version == nil {
      version = .zero
      if let zero = content.firstIndex(of: 0) {
        let names = text(Array(content[(zero + 1)...])).split(separator: " ")
        capabilities = Set(names.map(String.init))
      }
    }
    if let reference = RemoteReference(line: content),
      !reference.name.hasSuffix("^{}"), reference.name != "capabilities^{}"
    {
      references.append(reference)
    }
    guard references.count <= Self.maximumReferences else {
      throw .malformed("more than \(Self.maximumReferences) refs")
    }
  }

  /// Returns what was read, once the answer has ended.
  func finish() throws(FetchError) -> Advertisement {
    guard let version, isFinished, !decoder.isMidPacket else {
      throw .notGit(detail: "the answer is no ref advertisement")
    }
    return Advertisement(version: version, capabilities: capabilities, references: references)
  }

  private func text(_ content: [UInt8]) -> String {
    let trimmed = content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...]
    return String(decoding: trimmed, as: UTF8.self)
  }
}

/// An `ERR` packet, with which a server ends the conversation.
struct ServerError {
  private let text: String

  init?(_ content: [UInt8]) {
    guard content.starts(with: "ERR ".utf8) else { return nil }
    text = Self.text(content.dropFirst(4))
  }

  /// What a server says, bounded and without the line feeds and NULs around it.
  static func text(_ content: ArraySlice<UInt8>) -> String {
    var content = content.prefix(500)
    while let last = content.last, last <= 0x20 { content.removeLast() }
    return String(decoding: content.drop { $0 <= 0x20 }, as: UTF8.self)
  }

  /// upload-pack names the first wanted id that it does not have: "upload-pack: not our ref <id>".
  var asFetchError: FetchError {
    if let range = text.firstRange(of: "not our ref "),
      let id = ObjectID(hex: text[range.upperBound...].prefix(40))
    {
      return .missing(id)
    }
    // "filter 'tree' not supported": git-config(1), "uploadpackfilter.<filter>.allow".
    if text.hasPrefix("filter '"), text.hasSuffix("not supported") { return .unsupportedFilter }
    return .server(text)
  }
}
