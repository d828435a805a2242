import Glibc

/// The page that the browser lands on: plain, without a script, to be read and closed.
struct LoopbackPage {
  enum Content {
    /// The login is done; who it is for.
    case connected(String)
    /// The login failed; why.
    case failed(String)
    /// Not GitLab's answer; the status.
    case refused(String)
  }

  private let status: String
  private let title: String
  private let text: String

  init(_ content: Content) {
    switch content {
    case .connected(let account):
      status = "200 OK"
      title = "SigSentry is connected"
      text = "\(account). You can close this page and go back to the terminal."
    case .failed(let reason):
      status = "400 Bad Request"
      title = "SigSentry is not connected"
      text = "\(reason) You can close this page; the terminal says what to do."
    case .refused(let status):
      self.status = status
      title = "Nothing here"
      text = "This is the place where SigSentry waits for GitLab's answer to a login (\(status))."
    }
  }

  /// The whole answer.
  var bytes: [UInt8] {
    let body = """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>\(Self.escape(title))</title>
      <style>body{font:1.1rem/1.5 sans-serif;max-width:34em;margin:15vh auto;padding:0 1em}</style></head>
      <body><h1>\(Self.escape(title))</h1><p>\(Self.escape(text))</p></body>
      </html>

      """
    let head = [
      "HTTP/1.1 \(status)", "Content-Type: text/html; charset=utf-8",
      "Content-Length: \(body.utf8.count)", "Cache-Control: no-store",
      "Referrer-Policy: no-referrer",
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      "X-Content-Type-Options: nosniff", "Connection: close",
    ]
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
  }

  /// Sends it and ends the conversation. Small enough for the socket's buffer; a visitor who is gone misses it.
  func send(to socket: Descriptor) {
    let bytes = bytes
    _ = bytes.withUnsafeBytes {
      Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    shutdown(socket.number, Int32(SHUT_WR))
  }

  /// Makes text from outside harmless in HTML.
  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
