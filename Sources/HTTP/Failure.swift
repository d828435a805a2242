import CLibcurl
import Glibc

/// What is known of a transfer that curl ended, to be turned into one ``HTTPError``.
struct Failure {
  var endpoint: HTTPEndpoint
  /// The proxy's `host:port`, if one was used.
  var proxy: String?
  var isProxySecure = false
  var code: CURLcode
  /// curl's sentence, cleaned.
  var detail: String
  var osError: Int = 0
  /// OpenSSL's `X509_V_ERR_…`.
  var verifyResult: Int = 0
  /// The proxy's answer to CONNECT, or 0.
  var connectStatus: Int = 0
  var connectTimeout: Duration
  var isConnected = false
  var isHeadComplete = false
  var receivedBodyBytes = 0
  /// Where the authorities come from.
  var trustPath = ""

  var error: HTTPError {
    if let proxy, let detail = proxyDetail {
      return .proxyFailed(endpoint, proxy: proxy, detail: detail)
    }
    switch code {
    case CURLE_URL_MALFORMAT:
      return .invalidURL(host: endpoint.host, reason: detail)
    case CURLE_COULDNT_RESOLVE_HOST:
      return .unknownHost(endpoint)
    case CURLE_COULDNT_CONNECT:
      return osError == Int(ECONNREFUSED)
        ? .connectionRefused(endpoint) : .unreachable(endpoint, detail: systemDetail)
    case CURLE_OPERATION_TIMEDOUT:
      return .connectTimedOut(endpoint, after: connectTimeout)
    case CURLE_PEER_FAILED_VERIFICATION:
      return .certificateNotTrusted(endpoint, certificateProblem, detail: detail)
    case CURLE_SSL_CACERT_BADFILE:
      return .caFileUnreadable(endpoint, path: trustPath, detail: detail)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      return .tlsFailed(endpoint, detail: detail)
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_GOT_NOTHING,
      CURLE_SEND_ERROR, CURLE_OK:
      return isHeadComplete
        ? .cutShort(endpoint, received: receivedBodyBytes)
        : .connectionLost(endpoint, detail: code == CURLE_OK ? "its head was cut" : detail)
    case CURLE_OUT_OF_MEMORY where isConnected && !isHeadComplete:
      // What curl says of a line over its own limit of 100 KB.
      return .malformedResponse(endpoint, detail: "a line of its head is too long")
    case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL:
      return .malformedResponse(endpoint, detail: detail)
    default:
      return .other(endpoint, code: Int(code.rawValue), detail: detail)
    }
  }

  private var proxyDetail: String? {
    if connectStatus != 0, !(200...299).contains(connectStatus) {
      return "it answered \(connectStatus)"
    }
    switch code {
    case CURLE_COULDNT_RESOLVE_PROXY: return "its name is unknown"
    case CURLE_COULDNT_CONNECT:
      return osError == Int(ECONNREFUSED) ? "it refused the connection" : systemDetail
    case CURLE_PROXY: return detail
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR:
      return isProxySecure && connectStatus == 0 ? detail : nil
    default: return nil
    }
  }

  private var systemDetail: String {
    osError == 0 ? detail : curlText(strerror(Int32(truncatingIfNeeded: osError)))
  }

  private var certificateProblem: CertificateProblem {
    switch Int32(truncatingIfNeeded: verifyResult) {
    case 62, 64: .wrongHost
    // curl compares names itself, before it has OpenSSL's result; only its text tells.
    case 0, 1: detail.contains("subject name") ? .wrongHost : .other
    case 2, 18, 19, 20, 21: .unknownAuthority
    case 9: .notYetValid
    case 10: .expired
    default: .other
    }
  }

  /// Makes a message of curl's, OpenSSL's or a server's fit for one line and rids it of secrets.
  static func clean(_ message: String, of secrets: [String]) -> String {
    var message = message
    for secret in secrets where !secret.isEmpty {
      message = message.split(separator: secret, omittingEmptySubsequences: false)
        .joined(separator: Secret.mask)
    }
    let line = String(
      String.UnicodeScalarView(
        message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    var text = line.prefix(300)
    while let last = text.last, last == "." || last == " " { text.removeLast() }
    return String(text)
  }
}
