import Foundation
import Testing

@testable import HTTP

@Suite struct TLSTests {
  private let fixture: TLSFixture

  init() throws {
    fixture = try TLSFixture()
  }

  private static let answer = "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nwell"

  private func send(
    _ url: String, caFile: String? = nil, environment: [String: String] = [:]
  ) throws -> HTTPResponse {
    try client(caFile: caFile, environment: environment).send(HTTPRequest(url: url))
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `a private authority is trusted, for a name and for an address`(host: String) throws {
    let port = try fixture.serve(answers: ["a": Self.answer])
    let answer = try send("https://\(host):\(port)/a", caFile: fixture.caFile)
    #expect(answer.body == Array("well".utf8))
    #expect(answer.status == 200)
  }

  @Test func `without it the authority is unknown`() throws {
    let port = try fixture.serve(answers: ["a": Self.answer])
    let error = failure { _ = try send("https://localhost:\(port)/a?private_token=tok-1") }
    guard case .certificateNotTrusted(let endpoint, .unknownAuthority, let detail) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(endpoint == HTTPEndpoint(host: "localhost", port: port))
    #expect(detail.contains("issuer"))
    #expect(error?.description.contains("tok-1") == false)
  }

  @Test func `an expired certificate is not trusted`() throws {
    let port = try fixture.serve(days: -1, answers: ["a": Self.answer])
    let error = failure { _ = try send("https://localhost:\(port)/a", caFile: fixture.caFile) }
    guard case .certificateNotTrusted(_, .expired, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `another host's certificate is not trusted`(host: String) throws {
    let port = try fixture.serve(
      names: "DNS:example.com,IP:127.0.0.2", answers: ["a": Self.answer])
    let error = failure { _ = try send("https://\(host):\(port)/a", caFile: fixture.caFile) }
    guard case .certificateNotTrusted(_, .wrongHost, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `SSL_CERT_FILE replaces the system's authorities, and the private file adds to it`()
    throws
  {
    let other = try TLSFixture()
    let port = try fixture.serve(answers: ["a": Self.answer])
    let url = "https://localhost:\(port)/a"
    #expect(try send(url, environment: ["SSL_CERT_FILE": fixture.caFile]).status == 200)
    let both = try send(
      url, caFile: fixture.caFile, environment: ["SSL_CERT_FILE": other.caFile])
    #expect(both.status == 200)
    let wayRound = try send(
      url, caFile: other.caFile, environment: ["SSL_CERT_FILE": fixture.caFile])
    #expect(wayRound.status == 200)
    let error = failure { _ = try send(url, environment: ["SSL_CERT_FILE": other.caFile]) }
    guard case .certificateNotTrusted(_, .unknownAuthority, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a file of authorities that cannot be used is named`() throws {
    let empty = try fixture.write("", to: "empty.pem")
    let text = try fixture.write("no certificate\n", to: "text.pem")
    let broken = try fixture.write(
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", to: "broken.pem")
    let port = try fixture.serve(answers: ["a": Self.answer])
    for path in [fixture.path("missing.pem"), empty, text, broken, fixture.path("")] {
      let environments = [(path as String?, [:]), (nil, ["SSL_CERT_FILE": path])]
      for (caFile, environment) in environments {
        let error = failure {
          _ = try send("https://localhost:\(port)/a", caFile: caFile, environment: environment)
        }
        guard case .caFileUnreadable(_, let places, _) = error else {
          Issue.record("\(path): \(String(describing: error))")
          continue
        }
        #expect(places.contains(path))
      }
    }
  }

  @Test func `TLS 1.1 is refused`() throws {
    let port = try fixture.serve(
      answers: ["a": Self.answer], options: ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
    let error = failure { _ = try send("https://localhost:\(port)/a", caFile: fixture.caFile) }
    guard case .tlsFailed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `what is not TLS is a TLS failure`() throws {
    let server = try ScriptedServer(raw: { connection in
      connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
      connection.stall()
    })
    let error = failure { _ = try send("https://127.0.0.1:\(server.port)/") }
    guard case .tlsFailed(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a redirect from https to http is refused, and nothing is sent there`() throws {
    let plain = try ScriptedServer(answering: "200 OK")
    let port = try fixture.serve(answers: [
      "a": "HTTP/1.0 302 Found\r\nLocation: \(plain.url)/\r\nContent-Length: 0\r\n\r\n"
    ])
    let error = failure { _ = try send("https://localhost:\(port)/a", caFile: fixture.caFile) }
    guard case .redirectRefused(HTTPEndpoint(host: "localhost", port: port), _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(plain.heads.isEmpty)
  }

  @Test func `http may lead to https`() throws {
    let port = try fixture.serve(answers: ["a": Self.answer])
    let plain = try ScriptedServer(
      answering: "301 Moved", ["Location: https://localhost:\(port)/a"])
    let answer = try client(caFile: fixture.caFile).send(
      HTTPRequest(url: plain.url))
    #expect(answer.url == "https://localhost:\(port)/a")
  }

  @Test func `a body cut within TLS is an error`() throws {
    let port = try fixture.serve(answers: [
      "a": "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nabc"
    ])
    let error = failure { _ = try send("https://localhost:\(port)/a", caFile: fixture.caFile) }
    #expect(error == .cutShort(HTTPEndpoint(host: "localhost", port: port), received: 3))
  }

  @Test func `an authority in the system's bundle counts, though its folder lacks it`() throws {
    let other = try TLSFixture()
    try other.hashAuthority()
    let port = try fixture.serve(answers: ["a": Self.answer])
    func send(bundle: String, folder: String?) throws -> Int {
      let client = HTTPClient(
        configuration: HTTPConfiguration(userAgent: "t"), cancellation: Cancellation(),
        system: .init(bundle: bundle, folder: folder))
      _ = try client.send(HTTPRequest(url: "https://localhost:\(port)/a"))
      return try client.send(HTTPRequest(url: "https://localhost:\(port)/a")).status
    }
    #expect(try send(bundle: fixture.caFile, folder: other.path("")) == 200)
    #expect(try send(bundle: fixture.caFile, folder: nil) == 200)
    let error = failure { _ = try send(bundle: other.caFile, folder: other.path("")) }
    guard case .certificateNotTrusted(_, .unknownAuthority, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try fixture.hashAuthority()
    #expect(try send(bundle: other.caFile, folder: fixture.path("")) == 200)
  }

  @Test func `a system without authorities is named as such`() throws {
    let client = HTTPClient(
      configuration: HTTPConfiguration(userAgent: "t"), cancellation: Cancellation(),
      system: .init())
    let error = failure { _ = try client.send(HTTPRequest(url: "https://localhost:1/")) }
    guard case .caFileUnreadable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
