import Foundation
import Glibc
import Synchronization

/// One accepted connection of a ``ScriptedServer``.
final class Connection: Sendable {
  private let socket: Int32
  /// Counts the server's connections from 0.
  let number: Int

  init(socket: Int32, number: Int) {
    self.socket = socket
    self.number = number
  }

  deinit {
    close(socket)
  }

  /// Reads a request's head; `nil` once the client has closed.
  func readHead() -> String? {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard let byte = read(upTo: 1).first else { return nil }
      head.append(byte)
    }
    return String(decoding: head, as: UTF8.self)
  }

  func read(upTo count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let taken = recv(socket, &bytes, count, 0)
    return Array(bytes.prefix(max(taken, 0)))
  }

  /// Returns whether all of it went out.
  @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  @discardableResult func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Answers with a length and closes nothing.
  func answer(_ status: String = "200 OK", _ headers: [String] = [], body: String = "") {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Passes bytes on between this connection and a server on this machine until either closes.
  func tunnel(toLoopbackPort port: Int) {
    let other = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(other) }
    let isConnected = withLoopback(port) { connect(other, $0, $1) == 0 }
    guard isConnected else { return }
    var states = [socket, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var block = [UInt8](repeating: 0, count: 16 << 10)
    while poll(&states, 2, 20_000) > 0 {
      for (from, to) in [(0, 1), (1, 0)] where states[from].revents != 0 {
        let count = recv(states[from].fd, &block, block.count, 0)
        guard count > 0, send(states[to].fd, block, count, Int32(MSG_NOSIGNAL)) == count else {
          return
        }
      }
    }
  }

  /// Waits until the client has closed.
  func stall() {
    while !read(upTo: 4096).isEmpty {}
  }

  /// Waits a while without reading, for as long as the client does not close.
  func pause() {
    var state = pollfd(fd: socket, events: Int16(0), revents: 0)
    poll(&state, 1, 1500)
  }

  /// Resets the connection instead of closing it in order.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }
}

/// A TCP server on a free port of the loopback, each of whose connections runs a script on a thread.
final class ScriptedServer: Sendable {
  let port: Int
  private let listener: Int32
  private let record: Record

  /// The heads of the requests read so far.
  private final class Record: Sendable {
    private let state = Mutex<[String]>([])
    var heads: [String] { state.withLock { $0 } }
    func add(_ head: String) { state.withLock { $0.append(head) } }
  }

  private init(record: Record, _ script: @escaping @Sendable (Connection) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    let isBound =
      withLoopback(0) { bind(listener, $0, $1) == 0 && listen(listener, 64) == 0 }
      && withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          var size = socklen_t(MemoryLayout<sockaddr_in>.size)
          return getsockname(listener, $0, &size) == 0
        }
      }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    self.record = record
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      var number = 0
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else {
          close(listener)  // Here and not in deinit, where the number could go to another server.
          return
        }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connection = Connection(socket: socket, number: number)
        number += 1
        Thread.detachNewThread { script(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// Makes a server whose script owns the whole connection.
  convenience init(raw script: @escaping @Sendable (Connection) -> Void) throws {
    try self.init(record: Record(), script)
  }

  /// Makes a server that reads the head of each request, records it, and lets the script answer; the
  /// connection ends where the script returns `false`.
  convenience init(_ script: @escaping @Sendable (Connection, String) -> Bool) throws {
    let record = Record()
    try self.init(record: record) { connection in
      while let head = connection.readHead() {
        record.add(head)
        guard script(connection, head) else { return }
      }
    }
  }

  /// Makes a server that always answers alike.
  convenience init(
    answering status: String = "200 OK", _ headers: [String] = [], body: String = ""
  ) throws {
    try self.init { connection, _ in
      connection.answer(status, headers, body: body)
      return true
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  var heads: [String] { record.heads }
}

private func withLoopback(
  _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
) -> Bool {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(port).bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return withUnsafePointer(to: address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
