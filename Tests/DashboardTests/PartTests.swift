import Credentials
import Foundation
import GitLab
import HTTP
import Reports
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

@Suite struct PartTests {
  @Test(arguments: [
    ("127.0.0.1:8787", "127.0.0.1", 8787, true), ("[::1]:80", "::1", 80, true),
    ("LOCALHOST:0", "localhost", 0, true), ("0.0.0.0:8787", "0.0.0.0", 8787, false),
    ("10.1.2.3:1", "10.1.2.3", 1, false), ("127.0.0.1.example:1", "127.0.0.1.example", 1, false),
  ])
  func `listening addresses are read`(
    text: String, host: String, port: Int, isLoopback: Bool
  ) throws {
    let address = try #require(ListenAddress(text))
    #expect(address.host == host && address.port == port && address.isLoopback == isLoopback)
  }

  @Test(arguments: ["", "8787", ":8787", "host", "host:x", "host:65536", "::1:80", "a b:1", "h/:1"])
  func `what is no address is none`(text: String) { #expect(ListenAddress(text) == nil) }

  @Test func `an address that others reach asks for a login`() throws {
    let loopback = try #require(ListenAddress("127.0.0.1:8787"))
    let open = try #require(ListenAddress("0.0.0.0:8787"))
    var options = Dashboard.Options(listen: loopback)
    #expect(!options.isExposed)
    options.publicURL = try PublicURL("https://sigsentry.example.com")
    #expect(options.isExposed)
    #expect(Dashboard.Options(listen: open).isExposed)
  }

  @Test func `forms with files are taken apart byte by byte`() {
    func read(_ text: String) -> FormFields? {
      Multipart.fields(Array(text.utf8), boundary: "x")
    }
    let part = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
    #expect(read(part + "1\r\n--x--\r\n") == FormFields([("a", "1")]))
    #expect(read(part + "\r\n--x--") == FormFields([("a", "")]))
    #expect(read(part + "1\r\n--\r\n\n--y\r\n--x--") == FormFields([("a", "1\r\n--\r\n\n--y")]))
    #expect(
      read(
        part + "1\r\n--x\r\nContent-Disposition: form-data; name=\"b\"; filename=\"f\"\r\n"
          + "Content-Type: text/plain\r\n\r\nfile\r\n--x--")
        == FormFields([("a", "1"), ("b", "file")]))
    for text in ["", "--x", part, part + "1", part + "1\r\n--x", "--y\r\n", "--x\r\n--x--"] {
      #expect(read(text) == nil, "\(text)")
    }
    #expect(Multipart.boundary(of: "multipart/form-data; boundary=\"a b\"") == "a b")
    #expect(Multipart.boundary(of: "multipart/form-data") == nil)
  }

  @Test func `fields of forms are decoded`() {
    let form = FormFields("a=1+2&b=%C3%A4%26&c&a=3&%ff=x")
    #expect(form["a"] == "1 2" && form["b"] == "ä&" && form["c"] == "")
    #expect(form.all("a") == ["1 2", "3"])
    #expect(form["none"] == nil)
    // Two hexadecimal digits and nothing else.
    for text in ["%+f", "%-0", "% 1", "%g0", "%4", "%", "%ä1"] {
      #expect(PercentCoding.decode(text) == text)
    }
    #expect(PercentCoding.decode("%2B%4aé%25%7E") == "+Jé%~")
  }

  @Test func `a caller gets what its bucket holds, and one for each interval`() {
    let start = ContinuousClock.now
    let now = Mutex(start)
    let limiter = RateLimiter(rate: 2, burst: 3, clock: { now.withLock { $0 } })
    for _ in 0..<3 { #expect(limiter.take(for: "a") == nil) }
    #expect(limiter.take(for: "a") == 0.5)
    #expect(limiter.take(for: "b") == nil)
    now.withLock { $0 = start + .milliseconds(500) }
    #expect(limiter.take(for: "a") == nil)
    #expect(limiter.take(for: "a") != nil)
  }

  @Test func `a session's form token is its own, and a login ends`() {
    let sessions = Sessions()
    let now = Date()
    let first = sessions.session(nil, at: now)
    let second = sessions.session("not an id", at: now)
    #expect(first.isNew && second.isNew && first.id != second.id)
    #expect(sessions.isGenuine(first.formToken, of: first))
    #expect(!sessions.isGenuine(first.formToken, of: second))
    #expect(!sessions.session(first.id, at: now).isLoggedIn)
    let login = sessions.logIn(at: now)
    #expect(sessions.session(login.id, at: now).isLoggedIn)
    #expect(
      !sessions.session(login.id, at: now.addingTimeInterval(Sessions.lifetime + 1)).isLoggedIn)
    sessions.logOut(login)
    #expect(!sessions.session(login.id, at: now).isLoggedIn)
  }

  @Test func `logins at GitLab are few, and wait ten minutes`() throws {
    let logins = PendingLogins()
    let start = ContinuousClock.now
    func login() throws -> PendingLogins.Login {
      let client = OAuthClient(
        baseURL: "https://gitlab.com", application: OAuthApplication(clientID: "x"),
        configuration: HTTPConfiguration(userAgent: "test"), cancellation: Cancellation())
      return PendingLogins.Login(
        code: CodeLogin(client: client, redirectURI: "u", registeredRedirectURI: "u"),
        baseURL: try BaseURL("https://gitlab.com"), session: "s")
    }
    let first = try login()
    logins.add(first, at: start)
    #expect(logins.take(state: first.code.state, session: "other", at: start) == nil)
    #expect(logins.take(state: "other", session: "s", at: start) == nil)
    #expect(logins.take(state: first.code.state, session: "s", at: start) != nil)
    #expect(logins.take(state: first.code.state, session: "s", at: start) == nil)
    logins.add(first, at: start)
    #expect(
      logins.take(state: first.code.state, session: "s", at: start + PendingLogins.lifetime) == nil)
    logins.add(first, at: start)
    for index in 0..<PendingLogins.maximumCount {
      logins.add(try login(), at: start + .seconds(index + 1))
    }
    #expect(logins.take(state: first.code.state, session: "s", at: start + .seconds(200)) == nil)
  }

  @Test(arguments: [
    "1 2", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "\"\u{1}\"", "\"\\x\"", "\"\\ud800\"",
    "nul", "", "{\"a\" 1}", "[1 2]", "\"", "1e999", "+1", "'a'",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test func `JSON is read as it is written`() throws {
    let text =
      #"{"a":[1,-2.5e3,true,null,"é\n\ud83d\ude00\/"],"b":{"c":9223372036854775807},"d":1e2}"#
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(
      value
        == .object([
          (
            "a",
            .array([.integer(1), .number(-2500), .bool(true), .null, .string("é\n😀/")])
          ),
          ("b", .object([("c", .integer(Int64.max))])), ("d", .number(100)),
        ]))
    #expect(try JSONValue(parsing: value.line) == value)
    let deep = Array(String(repeating: "[", count: 1000).utf8)
    #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: deep) }
  }

  @Test func `too many analyses let the oldest go`() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("bounded-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let store = try SettingsStore(directory: directory.path)
    for index in 0..<StoredAnalysis.maximumCount + 3 {
      let analysis = try store.insertAnalysis(
        question: "{}", symptom: [UInt8(index % 256)], at: Date())
      try store.failAnalysis(analysis.id, reason: "x", at: Date())
    }
    #expect(try store.analysisCount() == StoredAnalysis.maximumCount)
    #expect(try store.analysis(id: 1) == nil)
    #expect(try store.analyses(limit: 1).first?.id == Int64(StoredAnalysis.maximumCount + 3))
    #expect(try store.symptom(ofAnalysis: 10) == [9])
  }
}
