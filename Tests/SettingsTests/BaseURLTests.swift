import Testing

@testable import Settings

@Suite struct BaseURLTests {
  @Test(arguments: [
    ("https://gitlab.com", "https://gitlab.com"),
    ("gitlab.com", "https://gitlab.com"),
    ("  https://gitlab.com/ \n", "https://gitlab.com"),
    ("HTTPS://GitLab.Example.ORG", "https://gitlab.example.org"),
    ("https://gitlab.com:443", "https://gitlab.com"),
    ("https://gitlab.com:0443/", "https://gitlab.com"),
    ("https://gitlab.com.", "https://gitlab.com"),
    ("https://host:8443", "https://host:8443"),
    ("https://host:80", "https://host:80"),
    ("https://host/GitLab/", "https://host/GitLab"),
    ("https://host/a/b~c", "https://host/a/b~c"),
    ("http://localhost:80", "http://localhost"),
    ("http://localhost:3000/gitlab", "http://localhost:3000/gitlab"),
    ("http://127.0.0.1", "http://127.0.0.1"),
    ("http://127.9.9.9:1", "http://127.9.9.9:1"),
    ("http://[::1]:8080", "http://[::1]:8080"),
    ("https://[2001:DB8:0::1]", "https://[2001:db8::1]"),
    ("https://192.168.1.1", "https://192.168.1.1"),
    ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ("https://git_lab.internal", "https://git_lab.internal"),
  ])
  func `an address has one normal form`(text: String, normal: String) throws {
    let url = try BaseURL(text)
    #expect(url.description == normal)
    #expect(try BaseURL(url.description) == url)
    #expect(url.permitsTokens)
  }

  @Test(arguments: [
    ("", BaseURLError.empty), ("  ", .empty), ("https://", .invalidHost),
    ("https:///a", .invalidHost),
    ("ftp://host", .unsupportedScheme), ("file:///etc", .unsupportedScheme),
    ("https://user@host", .userinfo), ("https://user:pw@host", .userinfo),
    ("https://@host", .userinfo),
    ("https://host?x", .queryOrFragment), ("https://host/#", .queryOrFragment),
    ("https://host:0", .invalidPort), ("https://host:65536", .invalidPort),
    ("https://host:", .invalidPort), ("https://host:8o", .invalidPort),
    ("https://host:٣", .invalidCharacter),
    ("https://ho st", .invalidCharacter), ("https://host\\evil", .invalidCharacter),
    ("https://host\u{0}", .invalidCharacter), ("https://büro.example", .invalidCharacter),
    ("https://-host", .invalidHost), ("https://a..b", .invalidHost), ("https://.", .invalidHost),
    ("https://127.1", .invalidHost), ("https://0x7f000001", .invalidHost),
    ("https://2130706433", .invalidHost), ("https://1.2.3.4.5", .invalidHost),
    ("https://[::1", .invalidPort), ("https://[::g]", .invalidHost), ("https://::1", .invalidPort),
    ("https://[fe80::1%25eth0]", .invalidHost), ("https://ho%73t", .invalidHost),
    ("https://host/../a", .invalidPath), ("https://host/./a", .invalidPath),
    ("https://host//a", .invalidPath), ("https://host/a%2e", .invalidPath),
    ("http://gitlab.com", .insecure(host: "gitlab.com")),
    ("http://127.0.0.1.example.org", .insecure(host: "127.0.0.1.example.org")),
    ("http://localhost.example", .insecure(host: "localhost.example")),
    ("https://\(String(repeating: "a", count: 64)).b", .invalidHost),
    ("https://h/\(String(repeating: "a", count: 252))", .tooLong),
    ("https://h/\(String(repeating: "a", count: 3000))", .tooLong),
  ])
  func `what is no address is refused`(text: String, error: BaseURLError) {
    #expect(throws: error) { try BaseURL(text) }
  }

  @Test func `plain http to another machine needs leave and gets no token`() throws {
    let url = try BaseURL("http://gitlab.internal", allowInsecure: true)
    #expect(url.description == "http://gitlab.internal")
    #expect(!url.permitsTokens)
  }

  @Test func `no error repeats userinfo`() {
    for text in ["https://me:s3cret@host", "s3cret://x", "https://s3cret@", "me:s3cret@host?a://b"]
    {
      let error = #expect(throws: BaseURLError.self) { try BaseURL(text) }
      #expect(!String(describing: error).contains("s3cret"))
      #expect(error?.summary.contains("s3cret") == false)
      #expect(error?.hint.isEmpty == false)
    }
  }

  @Test func `directory names are safe and differ for different addresses`() throws {
    let addresses = [
      "https://gitlab.com", "http://localhost", "https://localhost", "https://localhost:80",
      "http://localhost:443", "https://host/a", "https://host/A", "https://host/a/b",
      "https://host/a_b", "https://host/a-b", "https://host/a~b", "https://host/a.b",
      "https://host:1", "https://host/1", "https://[::1]", "https://[::2]",
      "https://http/localhost",
    ]
    let keys = try addresses.map { try BaseURL($0).hostKey }
    #expect(Set(keys).count == addresses.count)
    for key in keys {
      #expect(
        key.utf8.allSatisfy {
          $0.isASCIILetterOrDigit || $0 == .dot || $0 == .hyphen || $0 == .underscore
            || $0 == UInt8(ascii: "%")
        })
      #expect(key != "." && key != ".." && !key.isEmpty)
    }
    #expect(try BaseURL("https://gitlab.com").hostKey == "gitlab.com")
    #expect(try BaseURL("https://Host:8443/git").hostKey == "host%3A8443%2Fgit")
    #expect(try BaseURL("http://localhost").hostKey == "http%3A%2F%2Flocalhost")
  }
}
