import Foundation
import GitLab
import Glibc
import HTTP
import Testing

@testable import Credentials

@Suite struct SilenceTests {
  /// A port that takes connections and never says a word.
  private final class SilentPort {
    let port: Int
    private let socket: Int32

    init() throws {
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isListening = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, size) == 0 && listen(socket, 64) == 0
            && getsockname(socket, $0, &size) == 0
        }
      }
      guard isListening else { throw POSIXError(.EADDRINUSE) }
      self.socket = socket
      port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(socket) }
  }

  private static let requests: [String: @Sendable (OAuthClient) throws -> Void] = [
    "probe": { try $0.probe("\($0.baseURL)/oauth/authorize?x=y") },
    "exchange": {
      _ = try $0.exchange(
        code: Secret("c"), redirectURI: "http://127.0.0.1/", verifier: Secret("v"))
    },
    "refresh": { _ = try $0.refresh(Secret("r")) },
    "revoke": { try $0.revoke(Secret("t")) },
    "token info": { _ = try $0.tokenInfo(Secret("t")) },
    "device": { _ = try $0.authorizeDevice() },
  ]

  private func failure(
    of name: String, environment: [String: String] = [:], baseURL: String
  ) -> (error: OAuthError?, time: Duration) {
    let client = OAuthClient(
      baseURL: baseURL, application: OAuthApplication(clientID: "app"),
      configuration: HTTPConfiguration(
        userAgent: "test", connectTimeout: .milliseconds(500), silenceTimeout: .milliseconds(500),
        environment: environment), cancellation: Cancellation())
    let start = ContinuousClock.now
    do {
      try Self.requests[name]?(client)
      return (nil, .zero)
    } catch {
      return (error as? OAuthError, ContinuousClock.now - start)
    }
  }

  @Test(arguments: requests.keys.sorted())
  func `a silent server ends each request in time`(name: String) throws {
    let silent = try SilentPort()
    let (error, time) = failure(of: name, baseURL: "http://127.0.0.1:\(silent.port)")
    #expect(
      error
        == .http(
          .silent(HTTPEndpoint(host: "127.0.0.1", port: silent.port), for: .milliseconds(500))))
    #expect(time < .seconds(10))
  }

  @Test(arguments: requests.keys.sorted())
  func `so does a silent proxy`(name: String) throws {
    let silent = try SilentPort()
    for scheme in ["http", "https"] {
      let proxy = "http://127.0.0.1:\(silent.port)"
      let (error, time) = failure(
        of: name, environment: ["http_proxy": proxy, "https_proxy": proxy],
        baseURL: "\(scheme)://gitlab.example.org")
      guard case .http = error else {
        Issue.record("\(name) by \(scheme) did not fail")
        continue
      }
      #expect(time < .seconds(10))
    }
  }
}
