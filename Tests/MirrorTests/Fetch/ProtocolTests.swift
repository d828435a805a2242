import Testing

@testable import Mirror

@Suite struct ProtocolTests {
  private let id = String(repeating: "ab", count: 20)

  private func packets(_ lines: [String?]) -> [UInt8] {
    lines.flatMap { $0.map { PacketLine.encode($0) } ?? PacketLine.flushBytes }
  }

  @Test func `packets come out whole however the stream is cut`() throws {
    let stream = packets(["one", "two\n", nil, "three"])
    for size in 1...stream.count {
      var decoder = PacketLineDecoder()
      var found: [PacketLine] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        decoder.append(Array(stream[start..<min(start + size, stream.count)]))
        while let packet = try decoder.next() { found.append(packet) }
      }
      #expect(
        found == [
          .data(Array("one".utf8)), .data(Array("two\n".utf8)), .flush, .data(Array("three".utf8)),
        ])
      #expect(!decoder.isMidPacket)
    }
  }

  @Test(arguments: ["zzzz", "0003", "fff1", "-001", "ffff"])
  func `a length that cannot be is an error`(text: String) {
    var decoder = PacketLineDecoder()
    decoder.append(Array((text + String(repeating: "x", count: 70000)).utf8))
    #expect(throws: FetchError.self) { try decoder.next() }
  }

  private func advertisement(_ bytes: [UInt8]) throws -> Advertisement {
    var parser = AdvertisementParser()
    try parser.append(bytes)
    return try parser.finish()
  }

  @Test func `version 2 is read with and without the service line`() throws {
    let body = packets([
      "version 2\n", "agent=git/2.39\n", "ls-refs=unborn\n", "object-format=sha1\n", nil,
    ])
    for start in [[], packets(["# service=git-upload-pack\n", nil])] {
      let found = try advertisement(start + body)
      #expect(found.version == .two)
      #expect(found.value(of: "object-format") == "sha1")
    }
  }

  @Test func `version 0 lists refs and leaves out peeled tags`() throws {
    let found = try advertisement(
      packets([
        "# service=git-upload-pack\n", nil, "\(id) HEAD\0side-band-64k thin-pack\n",
        "\(id) refs/heads/main\n", "\(id) refs/tags/v1\n", "\(id) refs/tags/v1^{}\n", nil,
      ]))
    #expect(found.version == .zero)
    #expect(found.references.map(\.name) == ["HEAD", "refs/heads/main", "refs/tags/v1"])
    #expect(found.capabilities == ["side-band-64k", "thin-pack"])
  }

  @Test func `an empty repository advertises no refs`() throws {
    let none = String(repeating: "0", count: 40)
    let found = try advertisement(packets(["\(none) capabilities^{}\0side-band-64k\n", nil]))
    #expect(found.references.isEmpty)
  }

  @Test func `an advertisement without its end is none`() {
    #expect(throws: FetchError.self) { try advertisement(packets(["version 2\n", "agent=x\n"])) }
    #expect(throws: FetchError.self) { try advertisement([]) }
  }

  @Test func `an error packet names the commit that the server lacks`() {
    var parser = FetchResponseParser(version: .two)
    do {
      try parser.append(packets(["ERR upload-pack: not our ref \(id)\n"])) { _ in }
      Issue.record("no error")
    } catch FetchError.missing(let found) {
      #expect("\(found)" == id)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test(arguments: [Advertisement.Version.zero, .two])
  func `the pack is cut out of the side-band`(version: Advertisement.Version) throws {
    var stream = version == .two ? packets(["packfile\n"]) : packets(["NAK\n"])
    stream += packets(["\u{2}counting\n", "\u{1}PACK", "\u{1}rest", nil])
    var parser = FetchResponseParser(version: version)
    var pack: [UInt8] = []
    try parser.append(stream) { event in
      if case .pack(let bytes) = event { pack += bytes }
    }
    #expect(pack == Array("PACKrest".utf8))
    #expect(parser.isComplete)
  }

  @Test func `an error in the side-band ends the fetch in clean words`() {
    var parser = FetchResponseParser(version: .two)
    #expect {
      try parser.append(packets(["packfile\n", "\u{3}out of memory\n\0"])) { _ in }
    } throws: { error in
      if case FetchError.server("out of memory") = error { true } else { false }
    }
  }

  @Test func `an answer that stops in the pack is not complete`() throws {
    var parser = FetchResponseParser(version: .two)
    try parser.append(packets(["packfile\n", "\u{1}PACK"])) { _ in }
    #expect(!parser.isComplete)
  }

  @Test func `a ref line is read with its attributes left out`() {
    #expect(
      RemoteReference(line: Array("\(id) HEAD symref-target:refs/heads/main\n".utf8))?.name
        == "HEAD")
    #expect(RemoteReference(line: Array("\(id)".utf8)) == nil)
    #expect(RemoteReference(line: Array("\(id.dropLast())x refs/heads/a".utf8)) == nil)
  }
}
