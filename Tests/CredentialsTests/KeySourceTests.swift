import Foundation
import Glibc
import HTTP
import Testing

@testable import Credentials

@Suite struct KeySourceTests {
  let directory: TemporaryDirectory
  var config: String { directory.file("config") }
  var keyPath: String { "\(config)/key" }
  var file: KeyFile { KeyFile(directory: config) }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `the first source that is there decides`() throws {
    let explicit = VaultKey.random()
    let credential = VaultKey.random()
    let credentials = directory.file("credentials")
    try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
    func source(_ explicit: VaultKey?) -> KeySource {
      KeySource(
        explicit: explicit?.text, credentialsDirectory: credentials, configDirectory: config)
    }
    #expect(try source(explicit).provided()?.id == explicit.id)
    #expect(try source(nil).provided() == nil)
    try Data(credential.text.reveal().utf8).write(
      to: URL(fileURLWithPath: "\(credentials)/sigsentry-key"))
    try setPermissions(0o440, of: "\(credentials)/sigsentry-key")
    #expect(try source(explicit).provided()?.id == explicit.id)
    #expect(try source(nil).provided()?.id == credential.id)
    try setPermissions(0o444, of: "\(credentials)/sigsentry-key")
    #expect(
      throws: KeyError.tooOpen(path: "\(credentials)/sigsentry-key", mode: 0o444)
    ) { try source(nil).provided() }
  }

  @Test func `a wrong value is an error, not a reason to try the next source`() {
    for value in ["", "wrong"] {
      let source = KeySource(explicit: Secret(value), configDirectory: config)
      #expect(throws: KeyError.malformed(source: "SIGSENTRY_KEY")) { try source.provided() }
    }
  }

  @Test func `the key file is made once, for its owner alone`() throws {
    #expect(try file.read() == nil)
    #expect(!FileManager.default.fileExists(atPath: config))
    let key = try file.readOrCreate()
    #expect(try permissions(of: keyPath) == 0o600)
    #expect(try permissions(of: config) == 0o700)
    #expect(try file.readOrCreate().id == key.id)
    #expect(try names(in: config) == ["key"])
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666, 0o777])
  func `a wider mode is refused with the command that mends it`(mode: Int) throws {
    _ = try file.readOrCreate()
    try setPermissions(mode, of: keyPath)
    let error = #expect(throws: KeyError.tooOpen(path: keyPath, mode: UInt32(mode))) {
      try file.readOrCreate()
    }
    #expect(error?.hint == "Run: chmod 600 '\(keyPath)'")
    #expect(try permissions(of: keyPath) == mode)
    try setPermissions(0o400, of: keyPath)
    #expect(try file.read() != nil)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `another owner's key file is refused`() throws {
    _ = try file.readOrCreate()
    #expect(chown(keyPath, 12345, 12345) == 0)
    let error = #expect(throws: KeyError.otherOwner(path: keyPath, owner: 12345)) {
      try file.readOrCreate()
    }
    #expect(error?.hint.contains("chown") == true)
  }

  @Test func `a link or a directory is refused`() throws {
    _ = try file.readOrCreate()
    let elsewhere = directory.file("elsewhere")
    try FileManager.default.moveItem(atPath: keyPath, toPath: elsewhere)
    try FileManager.default.createSymbolicLink(atPath: keyPath, withDestinationPath: elsewhere)
    #expect(throws: KeyError.notAFile(path: keyPath)) { try file.readOrCreate() }
    try FileManager.default.removeItem(atPath: keyPath)
    try FileManager.default.createDirectory(atPath: keyPath, withIntermediateDirectories: false)
    #expect(throws: KeyError.notAFile(path: keyPath)) { try file.readOrCreate() }
    try FileManager.default.removeItem(atPath: keyPath)
    #expect(mkfifo(keyPath, 0o600) == 0)
    #expect(throws: KeyError.notAFile(path: keyPath)) { try file.readOrCreate() }
    try FileManager.default.removeItem(atPath: keyPath)
    try FileManager.default.createSymbolicLink(
      atPath: keyPath, withDestinationPath: directory.file("nowhere"))
    #expect(throws: KeyError.notAFile(path: keyPath)) { try file.readOrCreate() }
    #expect(!FileManager.default.fileExists(atPath: directory.file("nowhere")))
  }

  @Test(arguments: ["", "short", String(repeating: "a", count: 100_000)])
  func `a key file that holds no key is left alone`(text: String) throws {
    _ = try file.readOrCreate()
    try Data(text.utf8).write(to: URL(fileURLWithPath: keyPath))
    try setPermissions(0o600, of: keyPath)
    #expect(throws: KeyError.malformed(source: "The key file \(keyPath)")) {
      try file.readOrCreate()
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: keyPath)) == Data(text.utf8))
  }

  @Test func `a place where no directory can be made is named`() throws {
    try Data().write(to: URL(fileURLWithPath: config))
    let error = #expect(throws: KeyError.self) { try file.readOrCreate() }
    guard case .unreadable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let below = KeyFile(directory: "\(config)/below")
    #expect(throws: KeyError.self) { try below.readOrCreate() }
  }

  @Test func `all who come first at once get one key`() async throws {
    for round in 0..<10 {
      let file = KeyFile(directory: directory.file("round\(round)"))
      let ids = try await withThrowingTaskGroup(of: Data.self) { group in
        for _ in 0..<8 { group.addTask { try file.readOrCreate().id } }
        return try await group.reduce(into: Set<Data>()) { $0.insert($1) }
      }
      #expect(ids.count == 1)
      #expect(try names(in: file.directory) == ["key"])
    }
  }

  @Test func `a path in a hint is quoted for the shell`() {
    #expect(
      KeyError.tooOpen(path: "/a b/it's", mode: 0o644).hint == "Run: chmod 600 '/a b/it'\\''s'")
  }

  @Test func `every error has a sentence and a hint`() {
    let errors: [KeyError] = [
      .malformed(source: "s"), .unreadable(path: "/p", reason: "r"), .notAFile(path: "/p"),
      .tooOpen(path: "/p", mode: 0o644), .otherOwner(path: "/p", owner: 1), .missing(path: "/p"),
      .cannotStore(path: "/p", reason: "r"),
    ]
    for error in errors {
      #expect(error.summary.hasSuffix("."))
      #expect(!error.hint.isEmpty)
      #expect(VaultError.key(error).summary == error.summary)
    }
  }
}
