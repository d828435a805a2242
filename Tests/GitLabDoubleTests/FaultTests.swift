import Foundation
import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct FaultTests {
  @Test func `a fault is met so often and no more`() async throws {
    let fixture = try await Fixture()
    fixture.double.inject(.status(503), on: .path("*/projects/*"), times: 2, skipping: 1)
    var statuses: [Int] = []
    for _ in 0..<4 { statuses.append(try await fixture.api("/projects/\(fixture.project)").status) }
    #expect(statuses == [200, 503, 503, 200])
    #expect(try await fixture.api("/user").status == 200)
    let forever = fixture.double.inject(.status(500), on: .api)
    #expect(try await fixture.api("/user").text == #"{"message":"500 Internal Server Error"}"#)
    fixture.double.clearFault(forever)
    #expect(try await fixture.api("/user").status == 200)
    await fixture.double.stop()
  }

  @Test func `a limited rate speaks plain text`() async throws {
    let fixture = try await Fixture()
    fixture.double.inject(.rateLimited(retryAfter: 7, headers: true), times: 1)
    let first = try await fixture.api("/user")
    #expect(first.status == 429 && first.text == "Retry later\n")
    #expect(first["Retry-After"] == "7" && first["RateLimit-Remaining"] == "0")
    #expect(first["Content-Type"] == "text/plain")
    fixture.double.inject(.rateLimited(retryAfter: nil, headers: false), times: 1)
    let second = try await fixture.api("/user")
    #expect(second["Retry-After"] == nil && second["RateLimit-Reset"] == nil)
    fixture.double.settings.rateLimit = 400
    #expect(try await fixture.api("/user")["RateLimit-Limit"] == "400")
    await fixture.double.stop()
  }

  @Test func `answers are spoiled as told`() async throws {
    let fixture = try await Fixture()
    let whole = try await fixture.api("/user")
    fixture.double.inject(.html(200), times: 1)
    #expect(try await fixture.api("/user").text.hasPrefix("<!DOCTYPE html>"))
    fixture.double.inject(.html(502), times: 1)
    #expect(try await fixture.api("/user").status == 502)
    fixture.double.inject(.malformedJSON, times: 1)
    let malformed = try await fixture.api("/user")
    #expect(malformed.isComplete && (try? malformed.json) == nil)
    fixture.double.inject(.cut(afterBytes: 10), times: 1)
    let cut = try await fixture.api("/user")
    #expect(!cut.isComplete && cut.body.count == 10)
    #expect(cut["Content-Length"] == "\(whole.body.count)")
    fixture.double.inject(.hangUp, times: 1)
    await #expect(throws: SocketError.self) { try await fixture.api("/user") }
    fixture.double.inject(.trickle(bytesPerSecond: 1000), times: 1)
    #expect(try await fixture.api("/user").body == whole.body)
    fixture.double.inject(.redirect(status: 302, location: "http://example.com/"), times: 1)
    #expect(try await fixture.api("/user")["Location"] == "http://example.com/")
    await fixture.double.stop()
  }

  @Test func `a stall gives nothing and ends with the double`() async throws {
    let fixture = try await Fixture()
    fixture.double.inject(.stall, on: .path("/api/v4/user"))
    fixture.double.inject(.stallAfter(bytes: 5), on: .path("/api/v4/projects/*"))
    var client = fixture.client
    client.timeout = 0.3
    let impatient = client
    await #expect(throws: SocketError.self) { try await impatient.get("/api/v4/user") }
    // Only the double's end can end these.
    client.timeout = 3600
    let patient = client
    async let silent = patient.get("/api/v4/user")
    async let partial = patient.get("/api/v4/projects/\(fixture.project)")
    while fixture.double.log.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    while fixture.double.log.requests.allSatisfy({ $0.bytesSent == 0 }) {
      try await Task.sleep(for: .milliseconds(5))
    }
    await fixture.double.stop()
    #expect((try? await silent) == nil)
    let rest = try await partial
    #expect(!rest.isComplete && rest.body.count == 5)
  }

  @Test func `a flipped byte breaks the pack and nothing else`() async throws {
    let fixture = try await Fixture()
    let clone = fixture.folder + "/clone"
    fixture.double.inject(.flippedPackByte(at: 60), on: .gitCommand("fetch"), times: 1)
    await #expect(throws: GitCommandError.self) {
      try await fixture.git.run(["clone", "--quiet", "--mirror", fixture.url(), clone])
    }
    try await fixture.git.run(["clone", "--quiet", "--mirror", fixture.url(), clone])
    await fixture.double.stop()
  }

  @Test func `git meets errors, cuts and refusals`() async throws {
    let fixture = try await Fixture()
    let clone = fixture.folder + "/clone"
    let arguments = ["clone", "--quiet", "--mirror", fixture.url(), clone]
    for (effect, target) in [
      (
        Fault.Effect.gitError("GitLab is currently unable to handle this request due to load"),
        Fault.Target.gitUploadPack
      ),
      (.gitError("upload-pack: not our ref"), .gitRefs),
      (.cut(afterBytes: 300), .gitCommand("fetch")),
      (.status(503), .gitRefs), (.html(502), .gitUploadPack), (.hangUp, .gitCommand("ls-refs")),
    ] {
      fixture.double.inject(effect, on: target)
      await #expect(throws: GitCommandError.self) { try await fixture.git.run(arguments) }
      fixture.double.clearFault()
    }
    fixture.double.inject(.gitError("due to load"), on: .gitUploadPack, times: 1)
    do {
      try await fixture.git.run(arguments)
    } catch let error as GitCommandError {
      #expect(error.message.contains("remote error: due to load"))
    }
    try await fixture.git.run(arguments)
    await fixture.double.stop()
  }

  @Test func `patterns cover paths encoded or not`() {
    #expect(Fault.match("*/merge_requests", "/api/v4/projects/1/merge_requests"))
    #expect(!Fault.match("*/merge_requests", "/api/v4/projects/1/merge_requests/2"))
    #expect(Fault.match("/a*b*c", "/a--b--c") && !Fault.match("/a*b*c", "/a--c--b"))
    #expect(Fault.match("*", "") && !Fault.match("a*a", "a"))
  }
}
