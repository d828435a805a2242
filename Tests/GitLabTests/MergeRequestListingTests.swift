import Foundation
import GitLab
import Testing

@Suite struct MergeRequestListingTests {
  private func rows(_ range: Range<Int>, at time: (Int) -> Double) throws -> [MergeRequest] {
    let objects = range.map { number in
      """
      {"id":\(number),"iid":\(number),"title":"t","state":"opened","target_branch":"main","source_branch":"s",
      "created_at":"2025-01-01T00:00:00Z","updated_at":"\(Timestamp.format(Date(timeIntervalSince1970: time(number))))"}
      """
    }
    return try JSONDecoder().decode(
      [MergeRequest].self, from: Data("[\(objects.joined(separator: ","))]".utf8))
  }

  @Test func `a short page ends the listing`() throws {
    var listing = MergeRequestListing(updatedAfter: Date(timeIntervalSince1970: 0))
    #expect(listing.next?.number == 1)
    #expect(try listing.receive(rows(1..<4) { Double($0) }).count == 3)
    #expect(listing.next == nil)
  }

  @Test func `a full page starts the next one at its last time`() throws {
    var listing = MergeRequestListing(updatedAfter: Date(timeIntervalSince1970: 0))
    _ = try listing.receive(rows(1..<101) { Double($0) })
    #expect(listing.next?.updatedAfter == Date(timeIntervalSince1970: 100))
    #expect(listing.next?.number == 1)
    // The row of that time comes again and is no news.
    #expect(try listing.receive(rows(100..<103) { Double($0) }).map(\.iid) == [101, 102])
  }

  @Test func `a page of one instant turns the page`() throws {
    var listing = MergeRequestListing(updatedAfter: Date(timeIntervalSince1970: 5))
    _ = try listing.receive(rows(1..<101) { _ in 5 })
    #expect(listing.next?.updatedAfter == Date(timeIntervalSince1970: 5))
    #expect(listing.next?.number == 2)
    _ = try listing.receive(rows(101..<110) { _ in 5 })
    #expect(listing.next == nil)
  }

  @Test func `a server that does not turn pages is an error and no gap`() throws {
    var listing = MergeRequestListing(updatedAfter: Date(timeIntervalSince1970: 5))
    let same = try rows(1..<101) { _ in 5 }
    _ = try listing.receive(same)
    #expect(throws: GitLabError.self) { try listing.receive(same) }
  }

  @Test func `a row that changed while the list was read comes again`() throws {
    var listing = MergeRequestListing(updatedAfter: Date(timeIntervalSince1970: 0))
    _ = try listing.receive(rows(1..<101) { Double($0) })
    let again = try rows(7..<8) { _ in 200 }
    #expect(try listing.receive(again).map(\.iid) == [7])
  }
}

@Suite struct DecodingTests {
  @Test func `labels come as text and as objects, and most fields may be missing`() throws {
    let text = """
      {"id":1,"iid":2,"title":"t","state":"merged","target_branch":"main","source_branch":"s","labels":["a",{"name":"b"}],
      "created_at":"2025-03-03T09:15:27.402Z","updated_at":"2025-03-03T10:15:27+02:00","author":null,"draft":null,
      "changes_count":"1000+","diff_refs":{"base_sha":null,"head_sha":"h","start_sha":null},"unknown":{"x":[1]}}
      """
    let request = try JSONDecoder().decode(MergeRequest.self, from: Data(text.utf8))
    #expect(request.labels == ["a", "b"])
    #expect(request.updatedAt == Timestamp.parse("2025-03-03T08:15:27Z"))
    #expect(request.isDraft == false)
    #expect(request.diffRefs?.head == "h")
  }

  @Test func `times are written in UTC with milliseconds and sort as they are`() {
    let date = Date(timeIntervalSince1970: 1_741_190_531.877)
    #expect(Timestamp.format(date) == "2025-03-05T16:02:11.877Z")
    #expect(Timestamp.parse("no time") == nil)
  }
}
