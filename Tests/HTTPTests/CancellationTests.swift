import Foundation
import HTTP
import Testing

@Suite struct CancellationTests {
  @Test(arguments: ["http", "https"])
  func `a transfer that waits ends at once`(scheme: String) throws {
    let server = try ScriptedServer(raw: { $0.stall() })
    let cancellation = Cancellation()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.1)
      cancellation.cancel()
    }
    let client = client(cancellation: cancellation)
    let begin = ContinuousClock.now
    let error = failure {
      _ = try client.send(HTTPRequest(url: "\(scheme)://127.0.0.1:\(server.port)/"))
    }
    #expect(error == .cancelled(server.endpoint))
    #expect(ContinuousClock.now - begin < .seconds(3))
  }

  @Test func `a transfer that runs ends at once`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write(String(repeating: "x", count: 1000)) {}
      return false
    }
    let cancellation = Cancellation()
    let client = client(cancellation: cancellation)
    let error = failure {
      _ = try client.stream(
        HTTPRequest(url: server.url, maximumBodyBytes: .max), onHead: { _ in },
        onChunk: { _ in cancellation.cancel() })
    }
    #expect(error == .cancelled(server.endpoint))
  }

  @Test func `a slow closure gets no further chunk`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1 << 20))
      connection.stall()
      return false
    }
    let cancellation = Cancellation()
    var chunks = 0
    let error = failure {
      _ = try client(cancellation: cancellation).stream(
        HTTPRequest(url: server.url), onHead: { _ in },
        onChunk: { _ in
          chunks += 1
          cancellation.cancel()
        })
    }
    #expect(error == .cancelled(server.endpoint))
    #expect(chunks == 1)
  }

  @Test func `after a cancellation nothing begins`() throws {
    let server = try ScriptedServer(answering: "200 OK")
    let cancellation = Cancellation()
    #expect(!cancellation.isCancelled)
    cancellation.cancel()
    cancellation.cancel()
    #expect(cancellation.isCancelled)
    let error = failure {
      _ = try client(cancellation: cancellation).send(HTTPRequest(url: server.url))
    }
    #expect(error == .cancelled(server.endpoint))
    #expect(server.heads.isEmpty)
  }
}
