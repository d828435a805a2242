import Glibc
import HTTP
import Settings

/// Waits on 127.0.0.1 for the browser that GitLab sends back.
///
/// It knows one page, reads heads of at most 16 KiB, serves at most 16 visitors at once and closes each after one
/// request. Requests with another `Host` are turned away, so that no web page reaches it under a name of its own.
final class LoopbackReceiver {
  /// What the login takes as the address, its port filled in.
  let redirectURI: String
  private let authority: String
  private let path: String
  private let registered: String
  private let listener: Descriptor
  private var visitors: [Visitor] = []

  private static let maximumVisitors = 16
  private static let maximumHeadBytes = 16 << 10
  private static let headTimeout = Duration.seconds(5)

  private struct Visitor {
    let socket: Descriptor
    var head: [UInt8] = []
    let deadline: ContinuousClock.Instant
  }

  /// Listens; nobody is answered before ``receive(within:cancellation:)``.
  ///
  /// - Throws: ``LoginError/cannotListen(reason:)``.
  init(_ address: LoopbackAddress) throws(LoginError) {
    let socket = Glibc.socket(
      AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard socket >= 0 else { throw Self.failure() }
    listener = Descriptor(socket)
    var one: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(truncatingIfNeeded: address.port).bigEndian
    name.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) == 0 && listen(socket, 16) == 0
          && getsockname(socket, $0, &size) == 0
      }
    }
    guard isListening else { throw Self.failure() }
    authority = "\(address.host):\(UInt16(bigEndian: name.sin_port))"
    path = address.path
    registered = address.registered
    redirectURI = "http://\(authority)\(address.path)"
  }

  private static func failure() -> LoginError {
    .cannotListen(reason: ConfigDirectory.reason(errno))
  }

  /// Waits for the request that carries GitLab's answer; others are turned away meanwhile.
  ///
  /// - Throws: ``LoginError/timedOut(line:)``, ``LoginError/cancelled``.
  func receive(
    within limit: Duration, cancellation: Cancellation
  ) throws(LoginError) -> LoopbackVisit {
    let deadline = ContinuousClock.now + limit
    while true {
      guard !cancellation.isCancelled else { throw .cancelled }
      let now = ContinuousClock.now
      guard now < deadline else { throw .timedOut(line: registered) }
      visitors.removeAll { $0.deadline <= now }
      if let visit = wait() { return visit }
    }
  }

  /// Serves whoever has something to say within a tenth of a second.
  private func wait() -> LoopbackVisit? {
    var states = ([listener] + visitors.map(\.socket)).map {
      pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&states, nfds_t(states.count), 100) > 0 else { return nil }
    var remaining: [Visitor] = []
    var visit: LoopbackVisit?
    for (visitor, state) in zip(visitors, states.dropFirst()) {
      guard visit == nil, state.revents != 0 else {
        remaining.append(visitor)
        continue
      }
      var visitor = visitor
      switch read(&visitor) {
      case .unfinished: remaining.append(visitor)
      case .done: break
      case .visit(let found): visit = found
      }
    }
    visitors = remaining
    if states[0].revents != 0 { accept() }
    return visit
  }

  private func accept() {
    let socket = Glibc.accept(listener.number, nil, nil)
    guard socket >= 0 else { return }
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    if visitors.count >= Self.maximumVisitors { visitors.removeFirst() }
    visitors.append(
      Visitor(socket: Descriptor(socket), deadline: ContinuousClock.now + Self.headTimeout))
  }

  private enum Reading {
    case unfinished
    case done
    case visit(LoopbackVisit)
  }

  private func read(_ visitor: inout Visitor) -> Reading {
    var block = [UInt8](repeating: 0, count: 4096)
    let count = recv(visitor.socket.number, &block, block.count, 0)
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return .unfinished }
    guard count > 0 else { return .done }
    visitor.head += block[..<count]
    guard visitor.head.count <= Self.maximumHeadBytes else {
      LoopbackPage(.refused("431 Request Header Fields Too Large")).send(to: visitor.socket)
      return .done
    }
    guard let head = LoopbackRequest.Head(visitor.head) else { return .unfinished }
    switch LoopbackRequest(head, authority: authority, path: path) {
    case .answer(let answer):
      return .visit(LoopbackVisit(answer: answer, socket: visitor.socket))
    case .refused(let status):
      LoopbackPage(.refused(status)).send(to: visitor.socket)
      return .done
    }
  }
}

/// GitLab's answer in a browser's hands, which waits for a page.
final class LoopbackVisit {
  let answer: RedirectAnswer
  private let socket: Descriptor

  init(answer: RedirectAnswer, socket: Descriptor) {
    self.answer = answer
    self.socket = socket
  }

  /// Shows the person how the login ended.
  func show(_ page: LoopbackPage) { page.send(to: socket) }
}

/// The sole owner of one file descriptor.
final class Descriptor {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }
}
