import Foundation
import Glibc
import HTTP
import Testing

@testable import Sync

@Suite struct DoctorPartTests {
  private func probe(_ host: String, port: Int = 1) -> NetworkProbe {
    NetworkProbe(host: host, port: port, cancellation: Cancellation())
  }

  @Test func `a name without an address is found out`() {
    guard case .failed = probe("gitlab.invalid").resolve() else {
      Issue.record("gitlab.invalid has an address")
      return
    }
  }

  @Test func `a port that nobody listens at refuses`() {
    // Bound and not listening: nobody else can take the port.
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(socket, $0, size)
        getsockname(socket, $0, &size)
      }
    }
    let port = Int(UInt16(bigEndian: address.sin_port))
    guard
      case .failed("connection refused") = probe("127.0.0.1", port: port).connect(to: ["127.0.0.1"])
    else {
      Issue.record("port \(port) did not refuse")
      return
    }
    listen(socket, 1)
    guard case .found(["127.0.0.1"]) = probe("127.0.0.1", port: port).connect(to: ["127.0.0.1"])
    else {
      Issue.record("port \(port) did not listen")
      return
    }
  }

  @Test func `a server's date is read`() {
    #expect(
      Doctor.date("Sun, 06 Nov 1994 08:49:37 GMT") == Date(timeIntervalSince1970: 784_111_777))
    #expect(Doctor.date("yesterday") == nil)
  }

  @Test(arguments: [
    ("18.1.1-ee", 0), ("17.2.0-pre", 0), ("17.1.9", 1), ("15.5.0", 1), ("15.4", 2), ("odd", 0),
  ])
  func `a version tells what it lacks`(version: String, count: Int) {
    #expect(GitLabFeature.missing(in: version).count == count)
  }

  @Test(arguments: Trouble.allCases)
  func `each trouble has a sign and a remedy`(trouble: Trouble) {
    #expect(!trouble.sign.isEmpty && !trouble.sign.hasSuffix("."))
    #expect(trouble.remedy.hasSuffix(".") || trouble.remedy.hasSuffix("LINE"))
    #expect(trouble.remedy.first?.isUppercase == true)
  }
}
