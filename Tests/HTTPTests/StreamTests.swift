import Foundation
import Glibc
import HTTP
import Testing

@Suite struct StreamTests {
  struct Oops: Error, Equatable {
    let text: String
  }

  @Test func `the head comes first, then the body in order`() throws {
    let body = String(repeating: "0123456789", count: 30_000)
    let server = try ScriptedServer(answering: "200 OK", ["X-A: 1"], body: body)
    var events: [String] = []
    var received: [UInt8] = []
    let answer = try client().stream(
      HTTPRequest(url: server.url),
      onHead: { events.append("\($0.status) \($0.headers["X-A"] ?? "") \($0.body.count)") },
      onChunk: { chunk in
        events.append("chunk")
        received += chunk
      })
    #expect(events.first == "200 1 0")
    #expect(events.filter { $0 != "chunk" }.count == 1)
    #expect(received == Array(body.utf8))
    #expect(answer.status == 200)
    #expect(answer.body.isEmpty)
    #expect(!server.heads[0].contains("Accept-Encoding"))
  }

  @Test func `compression is asked for by the request only, and decoded`() throws {
    let server = try ScriptedServer { connection, _ in
      let packed = Gzip.zeros(count: 1000)
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
      connection.write(packed)
      return true
    }
    let client = client()
    var sizes: [Int] = []
    for headers in [[:], ["accept-encoding": "gzip"]] as [HTTPHeaders] {
      var size = 0
      _ = try client.stream(
        HTTPRequest(url: server.url, headers: headers), onHead: { _ in },
        onChunk: { size += $0.count })
      sizes.append(size)
    }
    #expect(sizes == [Gzip.zeros(count: 1000).count, 1000])
    #expect(server.heads[1].contains("Accept-Encoding: gzip\r\n"))
  }

  @Test func `an error thrown by a closure ends the transfer and arrives whole`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write("more") {}
      return false
    }
    let client = client()
    #expect(throws: Oops(text: "head")) {
      _ = try client.stream(
        HTTPRequest(url: server.url), onHead: { _ in throw Oops(text: "head") },
        onChunk: { _ in Issue.record("a chunk after the error") })
    }
    var count = 0
    #expect(throws: Oops(text: "chunk")) {
      _ = try client.stream(
        HTTPRequest(url: server.url), onHead: { _ in },
        onChunk: { _ in
          count += 1
          if count == 3 { throw Oops(text: "chunk") }
        })
    }
    #expect(count == 3)
  }

  @Test func `a slow closure is not the server's silence`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
      usleep(50_000)
      connection.write("def")
      return true
    }
    var received = 0
    _ = try client(silence: .milliseconds(400)).stream(
      HTTPRequest(url: server.url), onHead: { _ in },
      onChunk: { chunk in
        usleep(600_000)
        received += chunk.count
      })
    #expect(received == 6)
  }

  @Test func `a stream is bounded by the request's limit`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write(String(repeating: "x", count: 1000)) {}
      return false
    }
    var received = 0
    let error = failure {
      _ = try client().stream(
        HTTPRequest(url: server.url, maximumBodyBytes: 100_000), onHead: { _ in },
        onChunk: { received += $0.count })
    }
    #expect(error == .bodyTooLarge(server.endpoint, limit: 100_000))
    #expect(received <= 100_000)
  }

  @Test func `a client does not serve a request within another`() throws {
    let server = try ScriptedServer(answering: "200 OK", body: "abc")
    let client = client()
    let error = failure {
      _ = try client.stream(
        HTTPRequest(url: server.url),
        onHead: { _ in _ = try client.send(HTTPRequest(url: server.url)) }, onChunk: { _ in })
    }
    guard case .invalidRequest(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try client.send(HTTPRequest(url: server.url)).status == 200)
  }
}
