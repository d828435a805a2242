/// The receiving side of one request: takes what curl hands over, line by line and chunk by chunk.
final class Exchange {
  /// Why this side ended the transfer.
  enum Stop: Equatable {
    case headTooLarge
    case bodyTooLarge
    /// A redirect's body was too long to be worth reading.
    case redirectBody
    case cancelled
    /// The proxy wants a password.
    case proxyAuthentication
    /// A closure threw; the stream holds the error.
    case closure
  }

  /// A caller's closures, and the error one of them threw.
  final class Stream {
    private let onHead: (HTTPResponse) throws -> Void
    private let onChunk: ([UInt8]) throws -> Void
    private(set) var failure: (any Error)?

    init(
      onHead: @escaping (HTTPResponse) throws -> Void,
      onChunk: @escaping ([UInt8]) throws -> Void
    ) {
      self.onHead = onHead
      self.onChunk = onChunk
    }

    fileprivate func head(_ response: HTTPResponse) -> Bool { parking { try onHead(response) } }

    fileprivate func chunk(_ bytes: [UInt8]) -> Bool { parking { try onChunk(bytes) } }

    private func parking(_ body: () throws -> Void) -> Bool {
      do {
        try body()
        return true
      } catch {
        failure = error
        return false
      }
    }
  }

  /// The most bytes of a redirect's body that are read to keep the connection.
  private static let maximumRedirectBody = 64 << 10

  private let url: HTTPURL
  private let followsRedirects: Bool
  private let isHeadRequest: Bool
  private let maximumBodyBytes: Int
  private let isProxied: Bool
  private let cancellation: Cancellation
  private let stream: Stream?

  private(set) var head: ResponseHead
  private(set) var receivedBodyBytes = 0
  private(set) var stop: Stop?
  /// Counts the calls by curl, each of which is a sign of life.
  private(set) var callCount = 0
  private var body: [UInt8] = []

  init(
    _ request: HTTPRequest, url: HTTPURL, followsRedirects: Bool, headBudget: Int,
    isProxied: Bool, cancellation: Cancellation, stream: Stream?
  ) {
    self.url = url
    self.followsRedirects = followsRedirects
    isHeadRequest = request.method == .head
    maximumBodyBytes = request.maximumBodyBytes
    head = ResponseHead(budget: headBudget)
    self.isProxied = isProxied
    self.cancellation = cancellation
    self.stream = stream
  }

  /// Whether the body is kept and not streamed.
  var isCollecting: Bool { stream == nil }

  /// Where the answer points, if it is a redirect that is to be followed.
  var redirect: String? {
    guard followsRedirects, head.isComplete, Redirects.isRedirect(head.status) else { return nil }
    return head.headers["Location"]
  }

  /// The answer; its body is empty where it was streamed.
  var response: HTTPResponse {
    HTTPResponse(status: head.status, headers: head.headers, url: url.text, body: body)
  }

  /// Takes one line of the head; `false` ends the transfer.
  func take(line: UnsafeRawBufferPointer) -> Bool {
    callCount += 1
    guard stop == nil else { return false }
    let wasComplete = head.isComplete
    guard head.take(line) else { return end(.headTooLarge) }
    guard head.isComplete, !wasComplete, redirect == nil else { return true }
    if isProxied, head.status == 407 { return end(.proxyAuthentication) }
    let hasBody = !isHeadRequest && head.status != 304
    if hasBody, let length = head.plainLength, length > maximumBodyBytes {
      return end(.bodyTooLarge)
    }
    if let stream, !stream.head(response) { return end(.closure) }
    return true
  }

  /// Takes a part of the body; `false` ends the transfer.
  func take(chunk: UnsafeRawBufferPointer) -> Bool {
    callCount += 1
    guard stop == nil else { return false }
    // One call of curl's may hand over many chunks, and a closure may be slow.
    guard !cancellation.isCancelled else { return end(.cancelled) }
    if redirect != nil {
      receivedBodyBytes += chunk.count
      return receivedBodyBytes <= Self.maximumRedirectBody || end(.redirectBody)
    }
    guard chunk.count <= maximumBodyBytes - receivedBodyBytes else { return end(.bodyTooLarge) }
    receivedBodyBytes += chunk.count
    if let stream {
      return stream.chunk(Array(chunk)) || end(.closure)
    }
    body.append(contentsOf: chunk)
    return true
  }

  private func end(_ stop: Stop) -> Bool {
    self.stop = stop
    return false
  }
}
