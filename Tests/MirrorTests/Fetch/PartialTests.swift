import Foundation
import TestSupport
import Testing

@testable import Mirror

@Suite struct PartialTests {
  /// A repository of three commits that change, add, delete and move files.
  private func upstream() throws -> GitFixture {
    let upstream = try GitFixture()
    let body = (1...60).map { "line \($0)\n" }.joined()
    var stream = ""
    let steps: [[(String, String?)]] = [
      [("a.txt", body), ("b/old.txt", body + "x\n"), ("empty", ""), ("gone.txt", "gone\n")],
      [("a.txt", body + "more\n"), ("b/old.txt", nil), ("b/new.txt", body + "y\n")],
      [("gone.txt", nil), ("c.txt", "c\n"), ("same.txt", body)],
    ]
    for (index, files) in steps.enumerated() {
      stream += "commit refs/heads/main\ncommitter A <a@x> \(1_700_000_000 + index) +0000\n"
      stream += "data 1\nc\n"
      for (path, text) in files {
        stream +=
          text.map { "M 100644 inline \(path)\ndata \($0.utf8.count)\n\($0)\n" } ?? "D \(path)\n"
      }
    }
    try upstream.git("fast-import", "--quiet", input: Array(stream.utf8))
    try upstream.git("config", "uploadpack.allowFilter", "true")
    try upstream.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return upstream
  }

  /// A clone without blobs or without trees, which git does not complete by itself.
  private func partialClone(
    of upstream: GitFixture, filter: String = "blob:none"
  ) throws -> GitFixture {
    let clone = try GitFixture()
    try clone.git("config", "remote.origin.url", "file://" + upstream.path)
    try clone.git("fetch", "--quiet", "--filter=\(filter)", "origin", "main:main")
    return clone
  }

  @Test func `the blobs that a comparison lacks are those that it reads`() throws {
    let upstream = try upstream()
    let clone = try partialClone(of: upstream)
    let repository = try Repository(bareAt: clone.path)
    let engine = DiffEngine(repository)
    let tip = try repository.resolveCommit("main")
    var id: ObjectID? = tip
    while let commit = try id.map({ try repository.commit($0) }) {
      let parent = commit.parents.first
      let old = try parent.map { try engine.tree(of: $0) }
      let missing = MissingObjects(repository)
      try missing.add(from: old, to: commit.tree)
      #expect(!missing.blobs.isEmpty)
      #expect(missing.first.map { missing.blobs.contains($0.id) && !$0.isTree } == true)
      #expect(missing.trees.isEmpty)
      #expect(throws: DiffError.self) { try engine.changes(from: old, to: commit.tree) }
      let wants = missing.blobs.map { "\($0)\n" }.joined()
      try clone.git(
        "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags",
        "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin",
        input: Array(wants.utf8))
      let changes = try engine.changes(from: old, to: commit.tree)
      #expect(
        try Numstat.format(changes, nullTerminated: true)
          == upstream.git(
            "diff", "--numstat", "-z", "-M",
            parent.map { "\($0)" } ?? "\(ObjectID.emptyTree)", "\(commit.id)"))
      let rest = MissingObjects(repository)
      try rest.add(from: old, to: commit.tree)
      #expect(rest.isEmpty)
      id = parent
    }
  }

  @Test func `trees that are missing are found at any depth, and past one another`() throws {
    let upstream = try upstream()
    try upstream.git(
      "fast-import", "--quiet",
      input: Array(
        """
        commit refs/heads/main
        committer A <a@x> 1700000009 +0000
        data 1
        c
        from refs/heads/main^0
        M 100644 inline d/e/deep.txt
        data 2
        d

        M 100644 inline f/flat.txt
        data 2
        f


        """.utf8))
    let clone = try partialClone(of: upstream, filter: "tree:0")
    func fetch(_ objects: [String], filter: String) throws {
      try clone.git(
        "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags",
        "--no-write-fetch-head", "--filter=\(filter)", "--stdin", "origin",
        input: Array(objects.joined(separator: "\n").utf8))
    }
    func id(_ name: String) throws -> ObjectID {
      try #require(ObjectID(hex: upstream.gitText("rev-parse", name)))
    }
    let (old, new) = try (id("main~1^{tree}"), id("main^{tree}"))
    func missing() throws -> MissingObjects {
      let missing = MissingObjects(try Repository(bareAt: clone.path))
      let isWhole = try missing.add(from: old, to: new)
      #expect(isWhole == missing.trees.isEmpty)
      return missing
    }
    var found = try missing()
    #expect(found.trees == [old, new] && found.blobs.isEmpty)
    #expect(found.first == MissingObjects.Place(id: old, isTree: true, path: []))
    // The roots alone: what lies below them is found in one step, not at the first gap.
    try fetch(["\(old)", "\(new)"], filter: "tree:0")
    found = try missing()
    #expect(try found.trees == [id("main:d"), id("main:f")] && found.blobs.isEmpty)
    try fetch(["\(id("main:d"))"], filter: "tree:0")
    found = try missing()
    #expect(try found.trees == [id("main:d/e"), id("main:f")])
    let whole = MissingObjects(try Repository(bareAt: clone.path))
    #expect(try !whole.add(treesOf: new))
    // What both sides have is no matter of theirs.
    #expect(try whole.trees == [id("main:b"), id("main:d/e"), id("main:f")])
    try fetch(found.trees.map { "\($0)" }, filter: "blob:none")
    found = try missing()
    #expect(found.trees.isEmpty)
    #expect(try found.blobs == [id("main:d/e/deep.txt"), id("main:f/flat.txt")])
  }

  @Test func `a repository is marked as git marks a partial clone`() throws {
    let fixture = try GitFixture()
    let repository = try Repository(bareAt: fixture.path)
    #expect(!repository.isPartial)
    for url in ["https://example.com/a.git", "https://example.com/\"b\\\n[c].git"] {
      try repository.markPartial(url: url, filter: .noBlobs)
      #expect(repository.isPartial)
      #expect(try fixture.gitText("config", "remote.origin.url") == url)
    }
    #expect(try fixture.gitText("config", "remote.origin.partialclonefilter") == "blob:none")
    #expect(try fixture.gitText("config", "extensions.partialClone") == "origin")
    #expect(try Repository(bareAt: fixture.path).isPartial)
    #expect(repository.partialFilter == .noBlobs)
    try repository.markPartial(url: "https://example.com/a.git", filter: .noTrees)
    #expect(repository.partialFilter == .noTrees)
    #expect(try fixture.gitText("config", "remote.origin.partialclonefilter") == "tree:0")
    try fixture.git("fsck")
  }

  @Test(arguments: [
    ("version 2\n", "fetch=shallow wait-for-done filter\n", true),
    ("version 2\n", "fetch=shallow\n", false), ("version 2\n", "filter\n", false),
  ])
  func `a server says whether it takes filters`(
    version: String, line: String, expected: Bool
  ) throws {
    var parser = AdvertisementParser()
    try parser.append(
      PacketLine.encode(version) + PacketLine.encode(line) + PacketLine.flushBytes)
    #expect(try parser.finish().supportsFilters == expected)
  }
}
