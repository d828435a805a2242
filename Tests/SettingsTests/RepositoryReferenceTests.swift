import Testing

@testable import Settings

@Suite struct RepositoryReferenceTests {
  private let main: BaseURL
  private let known: [BaseURL]

  init() throws {
    main = try BaseURL("https://gitlab.com")
    known = try [
      "https://gitlab.example.org", "https://gitlab.example.org/tools",
      "https://host.example/gitlab",
      "https://host.example/gitlab/inner", "https://ports.example:8443", "http://localhost:3000",
      "https://[2001:db8::1]", "https://only.example/git",
    ].map { try BaseURL($0) }
  }

  private func parse(_ text: String) throws(RepositoryReferenceError) -> RepositoryReference {
    try .parse(text, defaultBaseURL: main, knownBaseURLs: known)
  }

  @Test(arguments: [
    ("group/project", "https://gitlab.com group/project"),
    ("  group/project\n", "https://gitlab.com group/project"),
    ("/group/project", "https://gitlab.com group/project"),
    ("group/project/", "https://gitlab.com group/project"),
    ("group/project.git", "https://gitlab.com group/project"),
    ("group/sub/project", "https://gitlab.com group/sub/project"),
    ("Group/Sub_1/pro.ject-2", "https://gitlab.com Group/Sub_1/pro.ject-2"),
    ("group/project/-/merge_requests/12", "https://gitlab.com group/project"),
    ("_g/1", "https://gitlab.com _g/1"),
    ("group/git", "https://gitlab.com group/git"),
    ("mygroups/users", "https://gitlab.com mygroups/users"),
    ("https://gitlab.com/group/project", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project/", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project.git", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project.git/", "https://gitlab.com group/project"),
    ("https://GitLab.com:443/group/project", "https://gitlab.com group/project"),
    ("http://gitlab.com/group/project", "https://gitlab.com group/project"),
    ("HTTPS://gitlab.com/group/project", "https://gitlab.com group/project"),
    (
      "https://gitlab.com/group/sub/project/-/merge_requests/12",
      "https://gitlab.com group/sub/project"
    ),
    (
      "https://gitlab.com/group/project/-/merge_requests/12/diffs?tab=a#note_1",
      "https://gitlab.com group/project"
    ),
    ("https://gitlab.com/group/project/-/tree/main/src/-/x", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project/-/blob/main/a%20b.c#L3", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project/-", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project/-/", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project?ref=main", "https://gitlab.com group/project"),
    ("https://gitlab.com/group/project#readme", "https://gitlab.com group/project"),
    ("gitlab.com/group/project", "https://gitlab.com group/project"),
    ("GitLab.com/group/project.git", "https://gitlab.com group/project"),
    ("ports.example:8443/group/project", "https://ports.example:8443 group/project"),
    ("localhost:3000/group/project", "http://localhost:3000 group/project"),
    ("https://gitlab.example.org/group/project", "https://gitlab.example.org group/project"),
    (
      "https://gitlab.example.org/tools/group/project",
      "https://gitlab.example.org/tools group/project"
    ),
    ("https://gitlab.example.org/toolset/project", "https://gitlab.example.org toolset/project"),
    ("https://host.example/gitlab/group/project", "https://host.example/gitlab group/project"),
    (
      "https://host.example/gitlab/inner/group/project",
      "https://host.example/gitlab/inner group/project"
    ),
    (
      "https://host.example/gitlab/innermost/project",
      "https://host.example/gitlab innermost/project"
    ),
    ("https://ports.example:8443/group/project", "https://ports.example:8443 group/project"),
    ("http://localhost:3000/group/project.git", "http://localhost:3000 group/project"),
    ("https://[2001:db8:0::1]/group/project", "https://[2001:db8::1] group/project"),
    ("git@gitlab.com:group/project.git", "https://gitlab.com group/project"),
    ("git@gitlab.com:group/project", "https://gitlab.com group/project"),
    ("git@gitlab.com:/group/project.git", "https://gitlab.com group/project"),
    ("git@GITLAB.com:group/sub/project.git", "https://gitlab.com group/sub/project"),
    ("gitlab.com:group/project.git", "https://gitlab.com group/project"),
    ("git@only.example:group/project.git", "https://only.example/git group/project"),
    ("git@ports.example:group/project.git", "https://ports.example:8443 group/project"),
    ("git@[2001:db8::1]:group/project.git", "https://[2001:db8::1] group/project"),
    ("ssh://git@gitlab.com/group/project.git", "https://gitlab.com group/project"),
    ("ssh://git@gitlab.com:22/group/project.git", "https://gitlab.com group/project"),
    ("ssh://gitlab.com/group/project", "https://gitlab.com group/project"),
    ("ssh://git@ports.example:2222/group/project.git", "https://ports.example:8443 group/project"),
    ("ssh://git@altssh.gitlab.com:443/group/project.git", "https://gitlab.com group/project"),
  ])
  func `what people paste is understood`(text: String, expected: String) throws {
    let reference = try parse(text)
    #expect("\(reference.baseURL) \(reference.path)" == expected)
  }

  @Test(arguments: [
    ("", RepositoryReferenceError.empty), (" \t ", .empty), ("/", .noGroup), ("project", .noGroup),
    ("project.git", .noGroup), ("https://gitlab.com", .noGroup), ("https://gitlab.com/", .noGroup),
    ("https://gitlab.com/project", .noGroup), ("https://gitlab.com/-/profile", .forbiddenName),
    ("https://host.example/gitlab", .noGroup), ("gitlab.com/project", .noGroup),
    ("git@gitlab.com:project.git", .noGroup), ("git@gitlab.com:", .noGroup),
    ("group//project", .forbiddenName), ("group/project//", .forbiddenName),
    ("group/../project", .forbiddenName), ("../group/project", .forbiddenName),
    ("group/.", .forbiddenName), ("group/.hidden", .forbiddenName),
    ("-group/project", .forbiddenName),
    ("group/-project", .forbiddenName), ("group/a..b", .forbiddenName),
    ("group/project.atom", .forbiddenName), ("group.git/project", .forbiddenName),
    ("group/.git", .forbiddenName), ("group/project.git.git", .forbiddenName),
    ("group/pro ject", .forbiddenCharacters), ("group/pro%6Aect", .forbiddenCharacters),
    ("group/projékt", .forbiddenCharacters), ("group/pro\u{0}ject", .forbiddenCharacters),
    ("group/pro\nject", .forbiddenCharacters), ("group\\project", .forbiddenCharacters),
    ("group/project;rm", .forbiddenCharacters), ("group/$(id)", .forbiddenCharacters),
    ("group/project?x=1", .forbiddenCharacters), ("group/a@b", .forbiddenCharacters),
    ("https://gitlab.com/group%2Fproject", .forbiddenCharacters),
    ("https://gitlab.com/group/pro ject", .invalidURL(.invalidCharacter)),
    ("https://gitlab.com/groups/group", .notAProject), ("dashboard/projects", .notAProject),
    ("https://gitlab.com/api/v4", .notAProject),
    ("https://github.com/group/project", .unknownHost("github.com")),
    ("https://gitlab.com:8443/group/project", .unknownHost("gitlab.com:8443")),
    ("https://gitlab.com.evil.example/group/project", .unknownHost("gitlab.com.evil.example")),
    ("https://host.example/other/project", .unknownHost("host.example")),
    ("https://ports.example/group/project", .unknownHost("ports.example")),
    ("http://localhost/group/project", .unknownHost("localhost")),
    ("git@github.com:group/project.git", .unknownHost("github.com")),
    ("ssh://git@github.com/group/project", .unknownHost("github.com")),
    ("git@gitlab.example.org:group/project.git", .ambiguousHost("gitlab.example.org")),
    ("https://me@gitlab.com/group/project", .userinfo),
    ("https://me:pw@gitlab.com/group/project", .userinfo),
    ("https://oauth2:pw@evil.example/group/project", .userinfo),
    ("ssh://git:pw@gitlab.com/group/project", .userinfo),
    ("me:pw@gitlab.com/group/project", .userinfo), ("me:pw@gitlab.com:group/project", .userinfo),
    ("git://gitlab.com/group/project", .unsupportedScheme),
    ("file:///etc/passwd", .unsupportedScheme), ("javascript://x/y", .unsupportedScheme),
    ("https:///group/project", .invalidURL(.invalidHost)),
    ("https://gitlab.com:x/group/project", .invalidURL(.invalidPort)),
    ("git@:group/project", .invalidURL(.invalidHost)),
    (String(repeating: "a", count: 256) + "/b", .tooLong),
    (String(repeating: "a/", count: 21) + "b", .tooLong),
    (String(repeating: "a", count: 9000), .tooLong),
    ("https://gitlab.com/" + String(repeating: "a", count: 4000), .invalidURL(.tooLong)),
  ])
  func `what is no repository is refused`(text: String, error: RepositoryReferenceError) {
    #expect(throws: error) { try parse(text) }
  }

  @Test func `the longest path GitLab allows is read`() throws {
    let segment = String(repeating: "a", count: 255)
    #expect(try parse("\(segment)/\(segment)").path.utf8.count == 511)
    let deep = Array(repeating: "g", count: 21).joined(separator: "/")
    #expect(try parse(deep).path == deep)
  }

  @Test(arguments: [
    "https://me:s3cret@gitlab.com/group/project", "https://s3cret@gitlab.com/group/project",
    "ssh://git:s3cret@gitlab.com/g/p", "me:s3cret@gitlab.com/group/project",
    "https://me:s3cret@gitlab.com:x/g/p", "https://s3cret:s3cret@", "s3cret@x:y@gitlab.com:a/b",
    "group/s3cret project", "https://me:s3cret @gitlab.com/g/p",
  ])
  func `no error repeats what may be a secret`(text: String) {
    let error = #expect(throws: RepositoryReferenceError.self) { try parse(text) }
    #expect(!String(describing: error).contains("s3cret"))
    #expect(error?.summary.contains("s3cret") == false)
    #expect(error?.hint.contains("s3cret") == false)
  }

  @Test func `an ssh address of the default instance's host is the default instance's`() throws {
    let reference = try RepositoryReference.parse(
      "git@h:g/p", defaultBaseURL: BaseURL("https://h/a"), knownBaseURLs: [BaseURL("https://h/b")])
    #expect(reference.baseURL.pathPrefix == "/a")
  }

  @Test func `any bytes give a reference or an error`() {
    var generator = Numbers(state: 7)
    let alphabet = Array("ab/:@.-%?#[]~ \\git.hslp0".unicodeScalars) + ["\u{0}", "é", "\u{202E}"]
    for _ in 0..<20_000 {
      var text =
        ["", "https://", "ssh://", "git@", "https://gitlab.com/"].randomElement(
          using: &generator) ?? ""
      for _ in 0..<Int.random(in: 0..<24, using: &generator) {
        if let scalar = alphabet.randomElement(using: &generator) {
          text.unicodeScalars.append(scalar)
        }
      }
      guard let reference = try? parse(text) else { continue }
      #expect(throws: Never.self) { try RepositoryPath.check(reference.path) }
      #expect((known + [main]).contains(reference.baseURL))
    }
  }
}

/// Numbers that are the same at every run (SplitMix64).
private struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
