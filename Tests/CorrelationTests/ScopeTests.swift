import Cache
import Foundation
import TestSupport
import Testing

@testable import Correlation

@Suite struct ScopeTests {
  private let fixture: AnalyzerFixture

  init() throws {
    fixture = try AnalyzerFixture()
    try fixture.commit([
      "svc/a.c": "int a;\nint b;\nint c;\n", "web/w.c": "int w;\n", "doc/d.c": "int d;\n",
    ])
  }

  @Test func `what was moved out of a folder is a candidate of it`() throws {
    let mover = try fixture.merge(
      "Move a", ["lib/a.c": "int a;\nint b;\nint c;\n"], removing: ["svc/a.c"])
    try fixture.merge("Other", ["web/w.c": "int w = 2;\n"])
    let analysis = try fixture.analyze(
      "svc/a.c: No such file", in: [(folders: ["svc"], branch: "main")])
    #expect(analysis.candidates == 1)
    #expect(analysis.suspects.map(\.mergeRequest.iid) == [mover])
  }

  @Test func `folders are looked at together`() throws {
    let a = try fixture.merge("Change a", ["svc/a.c": "int a = 2;\nint b;\nint c;\n"])
    let w = try fixture.merge("Change w", ["web/w.c": "int w = 2;\n"])
    try fixture.merge("Change d", ["doc/d.c": "int d = 2;\n"])
    let analysis = try fixture.analyze(
      "svc/a.c web/w.c doc/d.c", in: [(folders: ["svc", "web"], branch: "main")])
    #expect(Set(analysis.suspects.map(\.mergeRequest.iid)) == [a, w])
  }

  @Test func `what the symptom leads to outside of the folders is told`() throws {
    try fixture.merge("Change a", ["svc/a.c": "int a = 2;\nint b;\nint c;\n"])
    func outside(_ symptom: String, _ folders: [String]) throws -> [String] {
      let analysis = try fixture.analyze(symptom, in: [(folders: folders, branch: "main")])
      #expect(analysis.pathPrefixes == (folders.isEmpty ? [:] : ["acme/shop": folders]))
      return analysis.outside.map(\.file)
    }
    let trace = "#0  f () at /b/svc/a.c:1\n#1  main () at /b/web/w.c:1\n"
    #expect(try outside(trace, ["web"]) == ["svc/a.c"])
    // What calls into the folder from elsewhere does not matter.
    #expect(try outside(trace, ["svc"]).isEmpty)
    #expect(try outside(trace, []).isEmpty)
    #expect(try outside(trace, ["web", "svc"]).isEmpty)
    #expect(try outside("web/w.c:1 is wrong", ["svc"]) == ["web/w.c"])
    #expect(try outside("none/n.c:1 is wrong", ["svc"]).isEmpty)
  }

  @Test func `a folder of one branch does not narrow the other branch`() throws {
    try fixture.merge("Change a", ["svc/a.c": "int a = 2;\nint b;\nint c;\n"])
    try fixture.upstream.git("branch", "release", "main")
    let both = try fixture.analyze(
      "web/w.c:1", in: [(folders: [], branch: "main"), (folders: ["svc"], branch: "release")])
    #expect(both.pathPrefixes.isEmpty && both.outside.isEmpty)
  }

  @Test func `what two branches share is named once`() throws {
    let a = try fixture.merge("Change a", ["svc/a.c": "int a = 2;\nint b;\nint c;\n"])
    try fixture.merge("Change w", ["web/w.c": "int w = 2;\n"])
    try fixture.upstream.git("branch", "release", "main")
    let one = try fixture.analyze("svc/a.c:1", in: [(folders: [], branch: "main")])
    let both = try fixture.analyze(
      "svc/a.c:1", in: [(folders: [], branch: "main"), (folders: ["svc"], branch: "release")])
    #expect(both.candidates == 2 && both.considered.count == 2)
    #expect(both.repositories == ["acme/shop"])
    #expect(both.revisions.keys.sorted() == ["acme/shop", "acme/shop@release"])
    #expect(both.suspects.map(\.mergeRequest.iid) == one.suspects.map(\.mergeRequest.iid))
    #expect(both.suspects.first?.mergeRequest.iid == a)
    #expect(both.suspects.first?.confidence == one.suspects.first?.confidence)
  }
}
