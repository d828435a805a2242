import Foundation
import Glibc
import HTTP
import Synchronization

/// Looks at the way to a host below HTTP: its name and its port.
struct NetworkProbe {
  /// Without brackets.
  let host: String
  let port: Int
  let cancellation: Cancellation

  /// The longest wait for either, in seconds.
  private static let limit = 10.0

  enum Outcome {
    case found([String])
    case failed(String)
    case cancelled
  }

  private final class Box: Sendable {
    let outcome = Mutex<Outcome?>(nil)
  }

  /// The addresses of the host. `getaddrinfo` cannot be ended, so it runs on a thread that is left behind.
  func resolve() -> Outcome {
    let box = Box()
    let host = host
    Thread.detachNewThread {
      let outcome = Self.look(up: host)
      box.outcome.withLock { $0 = outcome }
    }
    return wait { box.outcome.withLock { $0 } } ?? .failed("no answer within 10 seconds")
  }

  /// Connects to the first address that takes a connection, and closes it again.
  func connect(to addresses: [String]) -> Outcome {
    var reason = "no address"
    for address in addresses {
      switch connect(to: address) {
      case .failed(let text): reason = text
      case let outcome: return outcome
      }
    }
    return .failed(reason)
  }

  private static func look(up host: String) -> Outcome {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { return .failed(String(cString: gai_strerror(code)).lowercased()) }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let info = next?.pointee, addresses.count < 8 {
      var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(
        info.ai_addr, info.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        == 0
      {
        addresses.append(
          String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
      next = info.ai_next
    }
    return .found(addresses)
  }

  private func connect(to address: String) -> Outcome {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, "\(port)", &hints, &list) == 0, let info = list?.pointee else {
      return .failed("no address")
    }
    defer { freeaddrinfo(list) }
    let socket = Glibc.socket(
      info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard socket >= 0 else { return .failed(Self.reason(errno)) }
    defer { close(socket) }
    guard Glibc.connect(socket, info.ai_addr, info.ai_addrlen) != 0 else {
      return .found([address])
    }
    guard errno == EINPROGRESS else { return .failed(Self.reason(errno)) }
    return wait {
      var state = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      guard poll(&state, 1, 50) > 0 else { return nil }
      var code: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
      return code == 0 ? .found([address]) : .failed(Self.reason(code))
    } ?? .failed("no answer within 10 seconds")
  }

  private static func reason(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }

  private func wait(for outcome: () -> Outcome?) -> Outcome? {
    let end = ContinuousClock.now + .seconds(Self.limit)
    while ContinuousClock.now < end {
      if cancellation.isCancelled { return .cancelled }
      if let outcome = outcome() { return outcome }
      usleep(5000)
    }
    return nil
  }
}
