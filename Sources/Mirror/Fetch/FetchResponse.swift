/// Reads the answer to a fetch: finds the pack in it and cuts it out of the side-band.
///
/// Formats: gitprotocol-v2(5), "fetch"; gitprotocol-pack(5), "Packfile Data". Because every request of ours ends with
/// `done`, version 2 has no `acknowledgments` section and version 0 sends one ACK or NAK before the pack.
struct FetchResponseParser {
  /// What a piece of the answer means to the caller.
  enum Event: Equatable {
    case pack([UInt8])
    case progress(String)
  }

  private enum State { case beforePack, otherSection, inPack, finished }

  private var decoder = PacketLineDecoder()
  private var state: State
  private let version: Advertisement.Version

  init(version: Advertisement.Version) {
    self.version = version
    state = .beforePack
  }

  /// Whether the server ended its answer as the protocol has it.
  var isComplete: Bool { state == .finished && !decoder.isMidPacket }

  mutating func append(
    _ chunk: [UInt8], _ receive: (Event) throws -> Void
  ) throws {
    decoder.append(chunk)
    while let packet = try decoder.next() {
      switch packet {
      case .data(let content):
        if let event = try read(content) { try receive(event) }
      case .flush:
        // Version 0 may flush before the pack (behind shallow lines); the flush behind the pack ends the answer.
        if state == .inPack { state = .finished }
      case .delimiter:
        if state == .otherSection { state = .beforePack }
      case .responseEnd:
        break
      }
    }
  }

  private mutating func read(_ content: [UInt8]) throws(FetchError) -> Event? {
    if state != .inPack {
      if let error = ServerError(content) { throw error.asFetchError }
      switch version {
      case .two:
        guard state == .beforePack else { return nil }
        state = content.starts(with: "packfile".utf8) ? .inPack : .otherSection
        return nil
      case .zero:
        if content.starts(with: "ACK ".utf8) || content.starts(with: "NAK".utf8)
          || content.starts(with: "shallow ".utf8)
        {
          return nil
        }
        state = .inPack
      }
    }
    switch content.first {
    case 1: return .pack(Array(content.dropFirst()))
    case 2: return .progress(String(decoding: content.dropFirst(), as: UTF8.self))
    case 3:
      throw .server(ServerError.text(content.dropFirst()))
    default: throw .malformed("an unknown side-band")
    }
  }
}
