import Foundation
import Glibc
import HTTP
import Testing

@Suite struct FailureTests {
  private static let stallPoints: [(String, String)] = [
    ("before the head", ""),
    ("in the status line", "HTTP/1.1 2"),
    ("in the head", "HTTP/1.1 200 OK\r\nContent-Le"),
    ("in the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
    ("in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
  ]

  @Test(arguments: stallPoints)
  func `a server that falls silent is left`(place: String, beginning: String) throws {
    let server = try ScriptedServer { connection, _ in
      connection.write(beginning)
      connection.stall()
      return false
    }
    let begin = ContinuousClock.now
    let error = failure {
      _ = try client(silence: .milliseconds(300)).send(HTTPRequest(url: server.url))
    }
    #expect(error == .silent(server.endpoint, for: .milliseconds(300)))
    #expect(ContinuousClock.now - begin < .seconds(5))
  }

  @Test func `a request's own silence timeout wins`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.stall()
      return false
    }
    let error = failure {
      _ = try client().send(
        HTTPRequest(url: server.url, silenceTimeout: .milliseconds(200)))
    }
    #expect(error == .silent(server.endpoint, for: .milliseconds(200)))
  }

  @Test func `a server that trickles is not silent`() throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"
    let server = try ScriptedServer { connection, _ in
      for byte in text.utf8 {
        connection.write([byte])
        usleep(40_000)
      }
      return true
    }
    let answer = try client(silence: .milliseconds(500)).send(HTTPRequest(url: server.url))
    #expect(answer.body == Array("abcd".utf8))
  }

  @Test func `a slow reader of an upload is not silent, one that stops is`() throws {
    let server = try ScriptedServer { connection, head in
      var rest = 1 << 20
      if head.hasPrefix("POST /stop") {
        connection.pause()
        return false
      }
      while rest > 0 {
        rest -= connection.read(upTo: 64 << 10).count
        usleep(20_000)
      }
      connection.answer(body: "all")
      return true
    }
    let slow = try client(silence: .seconds(1)).send(
      HTTPRequest(
        method: .post, url: server.url, body: [UInt8](repeating: 7, count: 1 << 20)))
    #expect(slow.body == Array("all".utf8))
    let error = failure {
      _ = try client(silence: .milliseconds(300)).send(
        HTTPRequest(
          method: .post, url: "\(server.url)/stop", body: [UInt8](repeating: 7, count: 32 << 20)))
    }
    #expect(error == .silent(server.endpoint, for: .milliseconds(300)))
  }

  @Test func `nothing listening is a refusal`() throws {
    var port = 0
    do {
      let server = try ScriptedServer(answering: "200 OK")
      port = server.port
    }
    let error = failure { _ = try client().send(HTTPRequest(url: "http://127.0.0.1:\(port)/")) }
    #expect(error == .connectionRefused(HTTPEndpoint(host: "127.0.0.1", port: port)))
  }

  @Test func `a name that cannot be is unknown`() {
    // RFC 2606 reserves the domain; the label is longer than any name may have.
    let host = String(repeating: "a", count: 64) + ".invalid"
    let error = failure { _ = try client().send(HTTPRequest(url: "http://\(host)/x?token=t")) }
    #expect(error == .unknownHost(HTTPEndpoint(host: host, port: 80)))
  }

  @Test func `TLS that does not begin counts as connecting`() throws {
    let server = try ScriptedServer(raw: { $0.stall() })
    let url = "https://127.0.0.1:\(server.port)/"
    let connect = failure {
      _ = try client(connect: .milliseconds(300)).send(HTTPRequest(url: url))
    }
    #expect(connect == .connectTimedOut(server.endpoint, after: .milliseconds(300)))
    let silent = failure {
      _ = try client(silence: .milliseconds(300)).send(HTTPRequest(url: url))
    }
    #expect(silent == .silent(server.endpoint, for: .milliseconds(300)))
  }

  private static let cuts = [
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nde",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
  ]

  @Test(arguments: cuts)
  func `a cut body is an error`(text: String) throws {
    let server = try ScriptedServer { connection, _ in
      connection.write(text)
      return false
    }
    let error = failure { _ = try client().send(HTTPRequest(url: server.url)) }
    guard case .cutShort(server.endpoint, let received) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(received >= 3)
  }

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
  ])
  func `a connection that ends in the head is lost`(text: String) throws {
    let server = try ScriptedServer { connection, _ in
      connection.write(text)
      return false
    }
    let error = failure { _ = try client().send(HTTPRequest(url: server.url)) }
    guard case .connectionLost(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a reset in the midst of an upload is an error and no signal`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.reset()
      return false
    }
    let error = failure {
      _ = try client().send(
        HTTPRequest(method: .post, url: server.url, body: [UInt8](repeating: 1, count: 8 << 20)))
    }
    guard case .connectionLost(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  private static let malformed = [
    "SSH-2.0-OpenSSH_9.2\r\n",
    "HTTP/1.1 abc\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 300 << 10) + "\r\n\r\n",
    "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 60_000) + "\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
      + String(repeating: "X: y\r\n", count: 60_000) + "\r\n",
  ]

  @Test(arguments: malformed.indices)
  func `what is not HTTP, or has too large a head, is malformed`(index: Int) throws {
    let text = Self.malformed[index]
    let server = try ScriptedServer { connection, _ in
      connection.write(text)
      connection.stall()
      return false
    }
    let error = failure {
      _ = try client(silence: .seconds(3)).send(HTTPRequest(url: server.url))
    }
    guard case .malformedResponse(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `headers without end are left`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 200 OK\r\n")
      while connection.write("X-Again: \(String(repeating: "y", count: 1000))\r\n") {}
      return false
    }
    let error = failure { _ = try client().send(HTTPRequest(url: server.url)) }
    guard case .malformedResponse(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a body over the limit is refused, told or not`() throws {
    let server = try ScriptedServer { connection, head in
      if head.hasPrefix("GET /chunked") {
        connection.write(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n")
      } else {
        connection.answer(body: head.hasPrefix("GET /fits") ? "0123456789" : "01234567890")
      }
      return true
    }
    let client = client()
    for path in ["/long", "/chunked"] {
      let error = failure {
        _ = try client.send(HTTPRequest(url: server.url + path, maximumBodyBytes: 10))
      }
      #expect(error == .bodyTooLarge(server.endpoint, limit: 10))
    }
    let fits = try client.send(HTTPRequest(url: "\(server.url)/fits", maximumBodyBytes: 10))
    #expect(fits.body.count == 10)
  }

  @Test func `a small compressed body that grows over the limit is refused`() throws {
    let server = try ScriptedServer { connection, _ in
      let bomb = Gzip.zeros(count: 10 << 20)
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n")
      connection.write(bomb)
      connection.stall()
      return false
    }
    let error = failure {
      _ = try client().send(HTTPRequest(url: server.url, maximumBodyBytes: 1 << 20))
    }
    #expect(error == .bodyTooLarge(server.endpoint, limit: 1 << 20))
    let whole = try client().send(HTTPRequest(url: server.url))
    #expect(whole.body.count == 10 << 20)
  }

  @Test func `after a failure the client goes on`() throws {
    let server = try ScriptedServer { connection, _ in
      if connection.number == 0 {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        return false
      }
      connection.answer(body: "well")
      return true
    }
    let client = client()
    #expect(failure { _ = try client.send(HTTPRequest(url: server.url)) } != nil)
    #expect(try client.send(HTTPRequest(url: server.url)).body == Array("well".utf8))
  }

  @Test func `the length in a 304 is not that of its body`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\n\r\n")
      return true
    }
    let answer = try client().send(HTTPRequest(url: server.url, maximumBodyBytes: 10))
    #expect(answer.status == 304)
  }
}
