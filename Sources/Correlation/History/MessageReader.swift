import Mirror

/// Reads what messages of commits say in fixed forms.
enum MessageReader {
  /// The merge request that a trailer names: `Part-of: <…/merge_requests/12>` or `See merge request group/project!12`.
  static func mergeRequest(in message: String) -> Int64? {
    for line in message.utf8.split(separator: 0x0A).reversed().prefix(12) {
      let line = Array(line.prefix(400))[...]
      if line.starts("Part-of:") || line.starts("See merge request") {
        if let iid = number(in: line) { return iid }
      }
    }
    return nil
  }

  /// The commit in `This reverts commit 1234abcd…`, of 40 digits.
  static func revertedCommit(in message: String) -> ObjectID? {
    let text = Array(message.utf8.prefix(16 << 10))[...]
    guard let at = text.find(text: "his reverts commit ") else { return nil }
    let digits = text.from(at + 19).prefix { $0.isHex }
    return ObjectID(hexBytes: Array(digits))
  }

  /// The merge request in `This reverts merge request !12`.
  static func revertedMergeRequest(in message: String) -> Int64? {
    let text = Array(message.utf8.prefix(16 << 10))[...]
    guard let at = text.find(text: "his reverts merge request ") else { return nil }
    return number(in: text.from(at + 26).prefix { $0 != 0x0A })
  }

  /// The title in `Revert "…"`; `nil` where that is a revert itself.
  static func revertedTitle(_ title: String) -> String? {
    guard title.hasPrefix("Revert \""), title.hasSuffix("\"") else { return nil }
    let inner = title.dropFirst(8).dropLast()
    return inner.isEmpty || inner.hasPrefix("Revert \"") ? nil : String(inner)
  }

  /// How many digits of a commit's id ``namedCommits(in:)`` gives.
  static let digits = 7

  /// The first digits of every commit that a message names, but for those that it takes back or was copied from.
  static func namedCommits(in message: String) -> Set<String> {
    var message = message
    return message.withUTF8 { bytes in
      var found: Set<String> = []
      for line in bytes.prefix(16 << 10).split(separator: 0x0A).prefix(400) {
        let ids = commitIDs(in: line.prefix(600))
        guard !ids.isEmpty else { continue }
        let line = Array(line.prefix(600))[...]
        guard line.find(text: "his reverts commit") == nil,
          line.find(text: "cherry picked from") == nil
        else { continue }
        found.formUnion(ids)
      }
      return found
    }
  }

  /// The first digits, in lower case, of the words that look like ids of commits.
  private static func commitIDs(in line: Slice<UnsafeBufferPointer<UInt8>>) -> [String] {
    var found: [String] = []
    var at = line.startIndex
    while at < line.endIndex {
      let start = at
      var (isHex, hasDigit) = (true, false)
      while at < line.endIndex, line[at].isWord {
        isHex = isHex && line[at].isHex
        hasDigit = hasDigit || line[at].isDigit
        at += 1
      }
      if isHex, hasDigit, (digits...40).contains(at - start) {
        found.append(
          String(decoding: line[start..<(start + digits)].map(\.lowered), as: UTF8.self))
      }
      at += 1
    }
    return found
  }

  /// Every commit in `Fixes: <id>` trailers, and in sentences that blame one, by at least 7 digits.
  static func blamedCommits(in message: String) -> [String] {
    var found: [String] = []
    for line in message.utf8.prefix(16 << 10).split(separator: 0x0A) {
      let line = Array(line.prefix(600))[...]
      let lowered = Array(line.map(\.lowered))[...]
      var at: Int?
      if lowered.starts("fixes:") { at = 6 }
      for phrase: StaticString in [
        "regression from ", "regressed in ", "regression in ", "broken by ", "broke in ",
        "introduced by ", "introduced in ", "caused by ", "since commit ", "breaks since ",
      ] where at == nil {
        if let place = lowered.find(text: phrase) { at = place + phrase.utf8CodeUnitCount }
      }
      guard let at else { continue }
      let rest = lowered.from(at)
      for word in rest.split(whereSeparator: { !$0.isWord }).prefix(4)
      where word.count >= 7 && word.count <= 40 && word.allSatisfy(\.isHex)
        && word.contains(where: \.isDigit)
      {
        found.append(String(decoding: word, as: UTF8.self))
        break
      }
    }
    return found
  }

  /// Every merge request in sentences that blame one, as `regression from !12`.
  static func blamedMergeRequests(in message: String) -> [Int64] {
    var found: [Int64] = []
    for line in message.utf8.prefix(16 << 10).split(separator: 0x0A) {
      let lowered = Array(line.prefix(600).map(\.lowered))[...]
      for phrase: StaticString in [
        "regression from", "regressed in", "regression in", "broken by", "broke in",
        "introduced by", "introduced in", "caused by", "reverts merge request",
      ] {
        guard let at = lowered.find(text: phrase) else { continue }
        let rest = lowered.from(at + phrase.utf8CodeUnitCount).prefix(120)
        if let iid = number(in: rest) { found.append(iid) }
        break
      }
    }
    return found
  }

  /// The number in `!12` or `merge_requests/12`.
  private static func number(in line: Bytes) -> Int64? {
    if let at = line.find(text: "merge_requests/"), let (value, _) = line.number(at: at + 15) {
      return Int64(value)
    }
    guard let at = line.find("!"), let (value, _) = line.number(at: at + 1) else { return nil }
    return Int64(value)
  }
}
