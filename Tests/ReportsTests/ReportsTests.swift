import Cache
import Correlation
import Foundation
import Testing

@testable import Reports

@Suite struct ReportsTests {
  private func text(_ value: JSONValue) -> String {
    String(decoding: value.line.dropLast(), as: UTF8.self)
  }

  @Test func `JSON is read back by Foundation, whatever the text holds`() throws {
    let odd = "\u{0}\u{1F}\u{7F}\"\\/\n\r\té\u{2028}🙂"
    let value = JSONValue.object([
      ("a", .string(odd)), ("b", .array([.null, .bool(true), .integer(-5), .number(0.25)])),
      ("c", .number(.nan)),
    ])
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(value.line)) as? [String: Any])
    #expect(object["a"] as? String == odd)
    #expect((object["b"] as? [Any])?.count == 4)
    #expect(object["c"] is NSNull)
  }

  @Test func `nothing in JSON commands a terminal or turns its text around`() throws {
    let odd = "\u{9B}31m\u{202E}x\u{61C}\u{200E}\u{2066}\u{2028}\u{85}é\u{200B}€م🙂"
    #expect(
      text(.object([(odd, .string(odd))])).components(separatedBy: ":").first
        == #"{"\u009b31m\u202ex\u061c\u200e\u2066\u2028\u0085é"# + "\u{200B}€م🙂\"")
    #expect(try JSONValue(parsing: JSONValue.string(odd).line) == .string(odd))
    // Digests are those of older versions.
    #expect(JSONValue.string(odd).digestedLine == Array("\"\(odd)\"\n".utf8))
  }

  @Test func `a symptom whose middle was skimmed has a note`() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("skimmed-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let cache = try CacheStore(directory: directory.path, access: .readWrite)
    let synced = Date(timeIntervalSince1970: 1_760_000_000)
    let project = try cache.beginSync(
      CacheStore.ProjectFacts(
        host: "h", projectID: 1, baseURL: "https://h", path: "acme/p", defaultBranch: "main",
        webURL: nil, lookbackDays: 30), at: synced)
    try cache.finishSync(
      project: project.id, at: synced, windowStart: synced.addingTimeInterval(-30 * 86400))
    func notes(_ text: String) throws -> [String] {
      var limits = Symptom.Limits()
      limits.bytes = 100
      let symptom = Symptom.parse(Array(text.utf8), limits: limits)
      return try AnalysisScopes(
        cache: cache, settings: nil, repositories: [], services: [], symptom: symptom
      ).notes
    }
    #expect(try notes("the picker fails").isEmpty)
    #expect(
      try notes(String(repeating: "the picker fails\n", count: 100)).contains {
        $0.contains("middle was read for stack traces alone")
      })
  }

  @Test func `keys keep their order`() {
    #expect(text(.object([("z", .null), ("a", .null)])) == #"{"z":null,"a":null}"#)
  }

  @Test func `one thing is one`() {
    let one = FileStats(
      repository: "a/b", subject: .commit(sha: "s", parent: nil),
      files: [
        CachedFile(path: [0x61], oldPath: nil, status: .added, additions: 1, deletions: 0)
      ], incomplete: nil)
    #expect(one.text().hasSuffix("\n1 file, 1 addition, 0 deletions\n"))
    #expect(Count.of(2, "file") == "2 files")
    #expect(Count.of(1, "repository", "repositories") == "1 repository")
    #expect(Count.of(0, "repository", "repositories") == "0 repositories")
  }

  @Test func `a path that is not UTF-8 is given exactly too`() {
    let stats = FileStats(
      repository: "a/b", subject: .commit(sha: "s", parent: nil),
      files: [
        CachedFile(path: [0x61, 0xFF], oldPath: nil, status: .added, additions: 1, deletions: 0)
      ],
      incomplete: nil)
    let json = text(stats.json)
    #expect(json.contains("\"path\":\"a\u{FFFD}\""))
    #expect(json.contains("\"pathBase64\":\"Yf8=\""))
    #expect(json.contains("\"commit\":\"s\",\"parent\":null"))
    #expect(json.hasSuffix("\"complete\":true}"))
  }

  @Test func `many repositories that were synced long ago get few notes`() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("stale-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let cache = try CacheStore(directory: directory.path, access: .readWrite)
    let synced = Date(timeIntervalSince1970: 1_760_000_000)
    for number in 1...10 {
      let project = try cache.beginSync(
        CacheStore.ProjectFacts(
          host: "h", projectID: Int64(number), baseURL: "https://h", path: "acme/p\(number)",
          defaultBranch: "main", webURL: nil, lookbackDays: 30), at: synced)
      try cache.finishSync(
        project: project.id, at: synced, windowStart: synced.addingTimeInterval(-30 * 86400))
    }
    var scopes = try AnalysisScopes(
      cache: cache, settings: nil, repositories: [], services: [], symptom: Symptom.parse("x"))
    scopes.checkWindow(from: synced, until: synced.addingTimeInterval(7200))
    #expect(scopes.notes.isEmpty)
    #expect(scopes.shortfalls.count == 4)
    #expect(
      scopes.shortfalls.last
        == "So it is with 7 more repositories, synced at 2025-10-09T08:53:20Z or later.")
  }

  @Test func `services of errors lead, and what is not looked at is told`() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("services-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let cache = try CacheStore(directory: directory.path, access: .readWrite)
    let synced = Date(timeIntervalSince1970: 1_760_000_000)
    for (number, name) in ["cart", "mail", "till"].enumerated() {
      let project = try cache.beginSync(
        CacheStore.ProjectFacts(
          host: "h", projectID: Int64(number), baseURL: "https://h", path: "acme/\(name)",
          defaultBranch: "main", webURL: nil, lookbackDays: 30), at: synced)
      try cache.finishSync(
        project: project.id, at: synced, windowStart: synced.addingTimeInterval(-30 * 86400))
    }
    func look(_ lines: (level: String, service: String)...) throws -> (at: [String], notes: String)
    {
      let text = lines.map { #"{"level":"\#($0.level)","service":"\#($0.service)","msg":"m"}"# }
      let scopes = try AnalysisScopes(
        cache: cache, settings: nil, repositories: [], services: [],
        symptom: Symptom.parse(text.joined(separator: "\n")))
      return (scopes.found.map(\.project.path), scopes.notes.joined(separator: "\n"))
    }
    let failing = try look(("info", "mail"), ("error", "cart"), ("info", "till"), ("info", "x"))
    #expect(failing.at == ["acme/cart"])
    #expect(
      failing.notes.contains(
        "Not looked at: mail, till, which no log line at error level names: '--service' looks"))
    #expect(!failing.notes.contains("x, which"))
    let unknown = try look(("error", "cart"), ("error", "checkout-api"))
    #expect(unknown.at == ["acme/cart"])
    #expect(
      unknown.notes.contains(
        "Not looked at: checkout-api, which has no mapping and no repository of its name: 'sigsentry mappings set' maps it."
      ))
    // Where no error leads anywhere, the other lines do.
    let others = try look(("error", "x"), ("info", "mail"), ("info", "y"))
    #expect(others.at == ["acme/mail"])
    #expect(others.notes.contains("Not looked at: x, y, which have no mapping and no repository"))
    let none = try look(("error", "x"), ("info", "y"))
    #expect(none.at.count == 3)
    #expect(none.notes.contains("The symptom names x, y, which no mapping"))
  }

  @Test func `of hundreds of repositories that failed the first are told`() {
    let many = (0..<489).map { "The last sync of acme/p\($0) failed." }
    let told = AnalysisInquiry.shortened(many)
    #expect(told.count == 6 && told.first == many.first)
    #expect(told.last?.hasPrefix("There is as much to say of 484 more") == true)
    #expect(AnalysisInquiry.shortened(Array(many.prefix(6))).count == 6)
  }

  @Test func `numstat has git's form for renames and binaries`() {
    let stats = FileStats(
      repository: "a/b", subject: .mergeRequest(iid: 1, base: "b", head: "h"),
      files: [
        CachedFile(
          path: Array("d/new.c".utf8), oldPath: Array("d/old.c".utf8), status: .renamed,
          additions: 1,
          deletions: 2),
        CachedFile(
          path: Array("x\ty".utf8), oldPath: nil, status: .added, additions: nil, deletions: nil),
      ], incomplete: nil)
    #expect(
      String(decoding: stats.numstat(nullTerminated: false), as: UTF8.self)
        == "1\t2\td/{old.c => new.c}\n-\t-\t\"x\\ty\"\n")
    #expect(
      String(decoding: stats.numstatEntry(nullTerminated: true), as: UTF8.self)
        == "h\u{0}1\t2\t\u{0}d/old.c\u{0}d/new.c\u{0}-\t-\tx\ty\u{0}")
  }

  @Test func `what is incomplete says why`() {
    let stats = FileStats(
      repository: "a/b", subject: .mergeRequest(iid: 1, base: nil, head: nil), files: [],
      incomplete: "gone")
    #expect(text(stats.json).hasSuffix(#""complete":false,"reason":"gone"}"#))
    #expect(stats.text() == "no diff: gone\n")
  }

  @Test(arguments: [
    ("plain é 🙂", "plain é 🙂"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
    ("a\nb\rc\td", "a\\nb\\rc\\td"),
    ("\u{202E}abc", "\\u{202e}abc"), ("\u{9B}1m", "\\u{9b}1m"), ("\u{7}", "\\u{7}"),
  ])
  func `terminals get only harmless text`(given: String, safe: String) {
    #expect(TerminalText.safe(given) == safe)
  }

  @Test func `a terminal shows what a page shows, and the signs of scripts stay`() {
    for value in UInt32(0x80)...0xFFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "a\(String(Character(scalar)))b"
      #expect(TerminalText.safe(text) == HTMLText.escaped(text), "U+\(String(value, radix: 16))")
    }
    #expect(TerminalText.safe("a\u{200B}\u{61C}\u{2060}b") == "a\\u{200b}\\u{61c}\\u{2060}b")
    #expect(TerminalText.safe("می‌خواهم 👩‍💻") == "می‌خواهم 👩‍💻")
  }

  @Test func `columns are as wide as their widest cell`() {
    var table = TextTable(columns: [.right("n"), .left("name")])
    table.add(["1", "a"])
    table.add(["100", "bcd"])
    #expect(table.text == "  n  name\n  1  a\n100  bcd\n")
    #expect(TextTable(columns: [.left("x")]).text == "")
    var wide = TextTable(columns: [.left("name"), .right("n")])
    wide.add(["漢字🙂", "1"])
    wide.add(["abc", "漢"])
    #expect(wide.text == "name     n\n漢字🙂   1\nabc     漢\n")
  }
}
