import Foundation
import GitLabDouble
import Glibc
import TestSupport
import Testing

@Suite struct CacheCommandTests {
  @Test func `a damaged database is told, and the mirrors are looked at all the same`() async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let file = fixture.cache + "/cache.sqlite"
    #expect(try await fixture.run("cache", "maintain").status == 0)
    for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + name) }
    let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
    // First the latter half, then the head.
    for range in [size / 2..<size, 0..<4096] {
      let handle = try #require(FileHandle(forWritingAtPath: file))
      try handle.seek(toOffset: UInt64(range.lowerBound))
      try handle.write(contentsOf: Data(repeating: 0x5A, count: range.count))
      try handle.close()
      let result = try await fixture.run("cache", "verify")
      #expect(result.status == 1)
      #expect(result.text.contains("database: "))
      #expect(result.text.contains(" objects"))
      #expect(result.errorText.contains("cache.sqlite"))
      #expect(!result.errorText.contains("cache verify"))
    }
    await fixture.stop()
  }

  @Test func `a pack that is cut short is named and not a missing commit`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let mirrors = try #require(
      FileManager.default.enumerator(atPath: fixture.cache)?.compactMap { $0 as? String })
    for name in mirrors where name.hasSuffix(".pack") {
      let path = fixture.cache + "/" + name
      #expect(chmod(path, 0o600) == 0)
      #expect(truncate(path, 40) == 0)
    }
    let result = try await fixture.run("stats", "acme/shop", "--range", "main~0..main")
    #expect(result.status == 1)
    #expect(result.errorText.contains("is damaged"))
    #expect(!result.errorText.contains("knows no commit"))
    await fixture.stop()
  }

  @Test func `a path on two instances has to be told apart, by its host or its address`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    let other = try await GitLabDouble.start()
    let project = other.addProject(path: "acme/shop", repository: fixture.upstream.path)
    try await other.openMergeRequest(in: project, title: "Elsewhere", source: "topic0")
    let token = other.addToken()
    try await fixture.run(
      "connect", "--base-url", other.baseURL, "--token-stdin", "--name", "other",
      input: token.value + "\n")
    let address = other.baseURL + "/acme/shop"
    #expect(try await fixture.run("repos", "add", address).status == 0)
    let synced = try await fixture.run("sync")
    #expect(synced.status == 0, "\(synced.errorText)")
    let ambiguous = try await fixture.run("mrs", "acme/shop")
    #expect(ambiguous.status == 64)
    #expect(ambiguous.errorText.contains(address))
    for name in [address, address + ".git", String(address.dropFirst("http://".count))] {
      let result = try await fixture.run("mrs", name)
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.text.contains("Elsewhere"))
    }
    #expect(try await fixture.run("status").text.contains(address))
    #expect(try await fixture.run("cache", "info").text.contains(address))
    await other.stop()
    await fixture.stop()
  }
}
