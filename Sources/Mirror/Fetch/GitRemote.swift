import HTTP

/// A repository on a server, reached by git's smart HTTP protocol on our own network stack.
///
/// Speaks protocol version 2, and version 0 with servers that know no other. libgit2's own transport is not used: 1.5.1
/// cannot time out, lists every ref for every question and negotiates badly over many refs.
public final class GitRemote {
  /// The clone URL, as GitLab's `http_url_to_repo`.
  public let url: String

  private let http: HTTPClient
  private let authorization: () throws -> Authorization
  private var advertisement: Advertisement?

  /// - Parameter authorization: Asked before every request, so that a token that was refreshed meanwhile is used.
  public init(
    url: String, http: HTTPClient, authorization: @escaping () throws -> Authorization
  ) {
    self.url = url
    self.http = http
    self.authorization = authorization
  }

  /// Lists the refs whose names begin with one of the prefixes.
  ///
  /// Under version 2 the server sends only these, so the answer stays small whatever the repository holds.
  ///
  /// - Throws: ``FetchError``, or what `authorization` throws.
  public func references(prefixes: [String]) throws -> [RemoteReference] {
    let advertisement = try connect()
    guard advertisement.version == .two else {
      return advertisement.references.filter { reference in
        prefixes.contains { reference.name.hasPrefix($0) }
      }
    }
    var body = PacketLine.encode("command=ls-refs\n") + commonCapabilities(advertisement)
    body += PacketLine.delimiterBytes
    for prefix in prefixes { body += PacketLine.encode("ref-prefix \(prefix)\n") }
    body += PacketLine.flushBytes

    var decoder = PacketLineDecoder()
    var references: [RemoteReference] = []
    var isFinished = false
    try post(body) { chunk in
      decoder.append(chunk)
      while let packet = try decoder.next() {
        switch packet {
        case .data(let line):
          if let error = ServerError(line) { throw error.asFetchError }
          guard references.count < AdvertisementParser.maximumReferences else {
            throw FetchError.malformed("more than \(references.count) refs")
          }
          if let reference = RemoteReference(line: line),
            prefixes.contains(where: { reference.name.hasPrefix($0) })
          {
            references.append(reference)
          }
        case .flush: isFinished = true
        case .delimiter, .responseEnd: break
        }
      }
    }
    guard isFinished else { throw FetchError.malformed("the list of refs has no end") }
    return references
  }

  /// Whether the server can leave objects out of a pack.
  ///
  /// - Throws: ``FetchError``, or what `authorization` throws.
  public func supportsFilters() throws -> Bool { try connect().supportsFilters }

  /// Fetches the wanted commits with all they reach that is not reached from the haves, and stores the pack.
  ///
  /// One round trip: the haves are tips that the server very likely knows, so there is no negotiation to win.
  /// Refs are not written.
  ///
  /// - Parameters:
  ///   - wants: Commits by id, or other objects; none is a no-op. Servers refuse ids that they do not have.
  ///   - haves: Commits that the repository has completely, or but for what the same filter left out.
  ///   - filter: What to leave out; wanted objects come all the same.
  ///   - maximumObjects: The most objects that the pack may have.
  ///   - progress: Called as pieces of the pack are indexed; what it throws ends the fetch.
  /// - Returns: What was received.
  /// - Throws: ``FetchError/missing(_:)`` with the first wanted id that the server lacks;
  ///   ``FetchError/tooManyObjects(_:)`` as soon as the pack's head has come; other ``FetchError``s; what
  ///   `authorization` throws. Nothing is stored then.
  public func fetch(
    wants: [ObjectID], haves: [ObjectID], into repository: Repository,
    filter: ObjectFilter? = nil, maximumObjects: Int = .max,
    progress: (FetchProgress) throws -> Void
  ) throws -> FetchProgress {
    guard !wants.isEmpty else { return FetchProgress() }
    let advertisement = try connect()
    guard filter == nil || advertisement.supportsFilters else {
      throw FetchError.unsupportedFilter
    }
    let body =
      advertisement.version == .two
      ? versionTwoRequest(advertisement, wants: wants, haves: haves, filter: filter)
      : versionZeroRequest(advertisement, wants: wants, haves: haves, filter: filter)

    var indexer: PackIndexer
    do throws(GitError) {
      indexer = try PackIndexer(into: repository)
    } catch {
      throw FetchError.storing(error)
    }
    var parser = FetchResponseParser(version: advertisement.version)
    try post(body) { chunk in
      try parser.append(chunk) { event in
        guard case .pack(let bytes) = event else { return }
        do throws(GitError) {
          try indexer.append(bytes)
        } catch {
          throw FetchError(indexing: error)
        }
        guard indexer.progress.totalObjects <= maximumObjects else {
          throw FetchError.tooManyObjects(indexer.progress.totalObjects)
        }
        try progress(indexer.progress)
      }
    }
    do throws(GitError) { try indexer.finish() } catch { throw FetchError(indexing: error) }
    let received = indexer.progress
    guard parser.isComplete else { throw FetchError.packCutShort }
    // The server had nothing that the haves do not reach.
    guard received.totalObjects > 0 else { return received }
    guard received.receivedObjects == received.totalObjects else { throw FetchError.packCutShort }
    do {
      try indexer.commit(progress: progress)
    } catch let error as GitError {
      throw FetchError(indexing: error)
    }
    return indexer.progress
  }

  // MARK: - Requests

  private static let agent = "agent=sigsentry"

  private func commonCapabilities(_ advertisement: Advertisement) -> [UInt8] {
    var lines = PacketLine.encode(Self.agent + "\n")
    if advertisement.value(of: "object-format") != nil {
      lines += PacketLine.encode("object-format=sha1\n")
    }
    return lines
  }

  private func versionTwoRequest(
    _ advertisement: Advertisement, wants: [ObjectID], haves: [ObjectID], filter: ObjectFilter?
  ) -> [UInt8] {
    var body = PacketLine.encode("command=fetch\n") + commonCapabilities(advertisement)
    body += PacketLine.delimiterBytes
    for argument in ["thin-pack", "ofs-delta", "no-progress"] {
      body += PacketLine.encode(argument + "\n")
    }
    if let filter { body += PacketLine.encode("filter \(filter.rawValue)\n") }
    for id in wants { body += PacketLine.encode("want \(id)\n") }
    for id in haves { body += PacketLine.encode("have \(id)\n") }
    return body + PacketLine.encode("done\n") + PacketLine.flushBytes
  }

  private func versionZeroRequest(
    _ advertisement: Advertisement, wants: [ObjectID], haves: [ObjectID], filter: ObjectFilter?
  ) -> [UInt8] {
    let capabilities =
      (["side-band-64k", "thin-pack", "ofs-delta", "no-progress"]
      + (filter == nil ? [] : ["filter"])).filter(advertisement.capabilities.contains) + [
        Self.agent
      ]
    var body: [UInt8] = []
    for (index, id) in wants.enumerated() {
      let suffix = index == 0 ? " " + capabilities.joined(separator: " ") : ""
      body += PacketLine.encode("want \(id)\(suffix)\n")
    }
    if let filter { body += PacketLine.encode("filter \(filter.rawValue)\n") }
    body += PacketLine.flushBytes
    for id in haves { body += PacketLine.encode("have \(id)\n") }
    return body + PacketLine.encode("done\n")
  }

  // MARK: - Transport

  private func connect() throws -> Advertisement {
    if let advertisement { return advertisement }
    var request = HTTPRequest(url: "\(url)/info/refs?service=git-upload-pack")
    request.headers.add("Git-Protocol", "version=2")
    request.authorization = try authorization()
    var parser = AdvertisementParser()
    try perform(request, expecting: "application/x-git-upload-pack-advertisement") { chunk in
      try parser.append(chunk)
    }
    let result = try parser.finish()
    if let format = result.value(of: "object-format"), format != "sha1" {
      throw FetchError.unsupportedObjectFormat(format)
    }
    if result.version == .zero, !result.capabilities.contains("side-band-64k") {
      throw FetchError.notGit(detail: "the server knows no side-band-64k")
    }
    advertisement = result
    return result
  }

  private func post(_ body: [UInt8], _ receive: ([UInt8]) throws -> Void) throws {
    var request = HTTPRequest(url: "\(url)/git-upload-pack")
    request.method = .post
    request.headers.add("Content-Type", "application/x-git-upload-pack-request")
    request.headers.add("Accept", "application/x-git-upload-pack-result")
    if advertisement?.version == .two { request.headers.add("Git-Protocol", "version=2") }
    request.authorization = try authorization()
    request.body = body
    // A pack may have any size; it goes to disk as it comes.
    request.maximumBodyBytes = .max
    try perform(request, expecting: "application/x-git-upload-pack-result", receive)
  }

  private func perform(
    _ request: HTTPRequest, expecting contentType: String, _ receive: ([UInt8]) throws -> Void
  ) throws {
    var status = 0
    var refusal: [UInt8] = []
    do {
      _ = try http.stream(
        request,
        onHead: { head in
          status = head.status
          guard status == 200 else { return }
          let type = head.headers["Content-Type"] ?? "no content type"
          guard type.hasPrefix(contentType) else {
            throw FetchError.notGit(detail: "the server answered with \(type.prefix(80))")
          }
        },
        onChunk: { chunk in
          if status == 200 {
            try receive(chunk)
          } else if refusal.count < 2000 {
            refusal += chunk.prefix(2000)
          }
        })
    } catch let error as HTTPError {
      throw FetchError.http(error)
    }
    guard status == 200 else {
      let text =
        String(decoding: refusal.prefix(500), as: UTF8.self)
        .split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      throw FetchError.refused(status: status, text: text.hasPrefix("<") ? "" : text)
    }
  }
}
