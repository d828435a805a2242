import Foundation
import GitLabDouble
import Glibc
import TestSupport
import Testing

@Suite struct DamagedMirrorTests {
  /// What a disk may do to a mirror.
  enum Damage: CaseIterable {
    case packCutShort, packGone, noRepository, bytesChanged

    func inflict(on mirror: String) throws {
      let packs = mirror + "/objects/pack"
      if self == .noRepository {
        try FileManager.default.removeItem(atPath: mirror + "/objects")
        return
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: packs)
      for path in names.filter({ $0.hasSuffix(".pack") }).map({ "\(packs)/\($0)" }) {
        #expect(chmod(path, 0o600) == 0)
        switch self {
        case .packCutShort: #expect(truncate(path, 40) == 0)
        case .packGone: #expect(unlink(path) == 0)
        case .noRepository: break
        case .bytesChanged:
          var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
          bytes[bytes.count / 2] ^= 0xFF
          try bytes.write(to: URL(fileURLWithPath: path))
        }
      }
    }
  }

  /// Two repositories with a mirror each; the first one's is damaged.
  private func prepared(
    _ damage: Damage
  ) async throws -> (fixture: CommandFixture, mirrors: [String]) {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    let other = fixture.double.addProject(path: "acme/till", repository: fixture.upstream.path)
    try await fixture.run("repos", "add", "acme/till")
    let synced = try await fixture.run("sync")
    #expect(synced.status == 0, "\(synced.errorText)")
    let hosts = try FileManager.default.contentsOfDirectory(atPath: fixture.cache + "/mirrors")
    let host = try #require(hosts.first { !$0.hasSuffix(".lock") })
    let mirrors = [fixture.project, other].map { "\(fixture.cache)/mirrors/\(host)/\($0).git" }
    try damage.inflict(on: mirrors[0])
    return (fixture, mirrors)
  }

  private func rows(_ result: ChildProcess.Result, _ key: String) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(result.output))
    return try #require((object as? [String: Any])?[key] as? [[String: Any]])
  }

  @Test(arguments: [Damage.packCutShort, .packGone, .noRepository])
  func `upkeep passes over a damaged mirror and says so`(damage: Damage) async throws {
    let (fixture, mirrors) = try await prepared(damage)
    let text = try await fixture.run("cache", "maintain")
    #expect(text.status == 2, "\(text.errorText)")
    #expect(text.text.contains("acme/shop: failed\n"))
    #expect(text.text.contains("acme/till: 0 old rows"))
    #expect(text.errorText.contains("sigsentry: acme/shop: "))
    #expect(text.errorText.contains("'sigsentry cache clear acme/shop'"))
    let json = try await fixture.run("cache", "maintain", "--json")
    #expect(json.status == 2)
    let found = try rows(json, "repositories")
    #expect(found.map { $0["error"] != nil } == [true, false])
    #expect(found.allSatisfy { $0["baseUrl"] as? String == fixture.double.baseURL })
    let verified = try await fixture.run("cache", "verify", "--json")
    #expect(verified.status == 1)
    let problems = try rows(verified, "repositories").map { ($0["problems"] as? [String])?.isEmpty }
    #expect(problems == [false, true])
    try damage.inflict(on: mirrors[1])
    let all = try await fixture.run("cache", "maintain")
    #expect(all.status == 1)
    #expect(all.errorText.contains("acme/shop: ") && all.errorText.contains("acme/till: "))
    await fixture.stop()
  }

  @Test(arguments: Damage.allCases)
  func `an export leaves a damaged mirror out, and can be imported`(damage: Damage) async throws {
    let (fixture, mirrors) = try await prepared(damage)
    let file = fixture.directory.appendingPathComponent("cache.tar").path
    let copy = fixture.directory.appendingPathComponent("copy").path
    let text = try await fixture.run("cache", "export", file)
    #expect(text.status == 2, "\(text.errorText)")
    #expect(text.text.contains("1 of them without a mirror"))
    #expect(text.errorText.contains("sigsentry: acme/shop: "))
    #expect(text.errorText.contains("'sigsentry sync acme/shop'"))
    let json = try await fixture.run("cache", "export", file, "--json")
    #expect(json.status == 2)
    let leftOut = try rows(json, "mirrorsLeftOut")
    #expect(leftOut.map { $0["repository"] as? String } == ["acme/shop"])
    #expect(leftOut.first?["error"] != nil)
    let imported = try await fixture.run("cache", "import", file, "--cache", copy)
    #expect(imported.status == 0, "\(imported.errorText)")
    for repository in ["acme/shop", "acme/till"] {
      let answer = try await fixture.run("mrs", repository, "--offline", "--cache", copy, "--json")
      let there = try await fixture.run("mrs", repository, "--offline", "--json")
      #expect(answer.status == 0 && answer.output == there.output, "\(answer.errorText)")
    }
    let cleared = try await fixture.run("cache", "clear", "acme/shop")
    #expect(cleared.status == 0, "\(cleared.errorText)")
    #expect(!FileManager.default.fileExists(atPath: mirrors[0]))
    #expect(try await fixture.run("cache", "export", file).status == 0)
    #expect(try await fixture.run("sync", "acme/shop").status == 0)
    #expect(try await fixture.run("cache", "verify").status == 0)
    await fixture.stop()
  }

  @Test func `of damaged mirrors alone no archive is made`() async throws {
    let (fixture, mirrors) = try await prepared(.packCutShort)
    try Damage.bytesChanged.inflict(on: mirrors[1])
    let file = fixture.directory.appendingPathComponent("cache.tar").path
    let failed = try await fixture.run("cache", "export", file)
    #expect(failed.status == 1)
    for repository in ["acme/shop", "acme/till"] { #expect(failed.errorText.contains(repository)) }
    #expect(!FileManager.default.fileExists(atPath: file))
    await fixture.stop()
  }
}
