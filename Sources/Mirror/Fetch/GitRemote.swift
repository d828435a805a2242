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

  /// The most refs that are read of any server.
  public static let maximumReferences = AdvertisementParser.maximumReferences

  /// Lists the refs whose names begin with one of the prefixes.
  ///
  /// Under version 2 the server sends only these, so the answer stays small whatever the repository holds.
  ///
  /// - Parameter limit: The most refs to take.
  /// - Throws: ``FetchError/tooManyReferences(limit:)``, other ``FetchError``s, or what `authorization` throws.
  public func references(
    prefixes: [String], limit: Int = GitRemote.maximumReferences
  ) throws -> [RemoteReference] {
    let advertisement = try connect()
    guard advertisement.version == .two else {
      let found = advertisement.references.filter { reference in
        prefixes.contains { reference.name.hasPrefix($0) }
      }
      guard found.count <= limit else { throw FetchError.tooManyReferences(limit: limit) }
      return found
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
          guard references.count < limit else {
            throw FetchError.tooManyReferences(limit: limit)
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
  ///   - haves: Commits that the repository has completely, or but for what a filter left out: the server sends nothing
  ///     that they reach.
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
    let request = PackRequest(
      wants: wants, haves: haves, filter: filter, isThin: repository.partialFilter != .noTrees)
    let body =
      advertisement.version == .two
      ? versionTwoRequest(advertisement, request) : versionZeroRequest(advertisement, request)

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

  /// What is asked of a server in one fetch.
  private struct PackRequest {
    var wants: [ObjectID]
    var haves: [ObjectID]
    var filter: ObjectFilter?
    /// Whether objects may come as differences to any that the haves reach. A server with bitmaps takes old trees for
    /// such too, and these a mirror may lack.
    var isThin: Bool

    var features: [String] { (isThin ? ["thin-pack"] : []) + ["ofs-delta", "no-progress"] }
  }

  private func versionTwoRequest(
    _ advertisement: Advertisement, _ request: PackRequest
  ) -> [UInt8] {
    var body = PacketLine.encode("command=fetch\n") + commonCapabilities(advertisement)
    body += PacketLine.delimiterBytes
    for argument in request.features { body += PacketLine.encode(argument + "\n") }
    if let filter = request.filter { body += PacketLine.encode("filter \(filter.specification)\n") }
    for id in request.wants { body += PacketLine.encode("want \(id)\n") }
    for id in request.haves { body += PacketLine.encode("have \(id)\n") }
    return body + PacketLine.encode("done\n") + PacketLine.flushBytes
  }

  private func versionZeroRequest(
    _ advertisement: Advertisement, _ request: PackRequest
  ) -> [UInt8] {
    let capabilities =
      (["side-band-64k"] + request.features
      + (request.filter == nil ? [] : ["filter"])).filter(advertisement.capabilities.contains) + [
        Self.agent
      ]
    var body: [UInt8] = []
    for (index, id) in request.wants.enumerated() {
      let suffix = index == 0 ? " " + capabilities.joined(separator: " ") : ""
      body += PacketLine.encode("want \(id)\(suffix)\n")
    }
    if let filter = request.filter { body += PacketLine.encode("filter \(filter.specification)\n") }
    body += PacketLine.flushBytes
    for id in request.haves { body += PacketLine.encode("have \(id)\n") }
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
