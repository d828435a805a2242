import Foundation
import Mirror
import Testing

@testable import Sync

@Suite struct HeadRotationTests {
  @Test func `every head has its turn before any comes again`() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("rotation-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let mirror = MirrorDirectory(cache: directory.path, host: "host", projectID: 1)
    try FileManager.default.createDirectory(
      atPath: mirror.path, withIntermediateDirectories: true)
    let iids = (1...100).map { Int64($0 * 3) }.shuffled()
    var seen: Set<Int64> = []
    for _ in 0..<4 {
      let taken = HeadRotation(mirror).take(iids, limit: 25)
      #expect(taken.count == 25)
      #expect(seen.isDisjoint(with: taken))
      seen.formUnion(taken)
    }
    #expect(seen == Set(iids))
    #expect(HeadRotation(mirror).take(iids, limit: 100).count == 100)
  }

  @Test func `the list begins anew at its end`() {
    #expect(HeadRotation.next(of: [2, 4, 6], after: 4, limit: 2) == [6, 2])
    #expect(HeadRotation.next(of: [2, 4, 6], after: 9, limit: 2) == [2, 4])
    #expect(HeadRotation.next(of: [2], after: 2, limit: 5) == [2])
    #expect(HeadRotation.next(of: [], after: 2, limit: 5) == [])
  }
}
