import Foundation
import SourceCode

/// Takes the answer out of what a repair says of itself: what is left could have been written by who only saw it broken.
struct PastProse {
  /// Titles of the culprit and of its commits, which repairs like to quote.
  private let titles: [String]

  /// More bytes of a message are not read.
  private static let mostBytes = 16 << 10
  /// Shorter titles are words like others.
  private static let shortestTitle = 8

  init(titles: [String]) {
    self.titles = Set(titles.map { Self.collapsed($0) })
      .filter { $0.count >= Self.shortestTitle }.sorted { ($1.count, $0) < ($0.count, $1) }
  }

  /// Beginnings of lines that name the culprit, or are no prose.
  private static let dropped = [
    "revert \"", "revert '", "reverts ", "this reverts", "this commit reverts", "fixes:", "fixes ",
    "closes", "resolves", "related", "part-of:", "see merge", "merge branch", "changelog:", "cc:",
    "link:", "(cherry picked", "signed-off-by", "co-authored-by", "reviewed-by", "approved-by",
    "reported-by", "tested-by", "acked-by", "suggested-by", "bug:", "gitlab-", "/", "- [", "* [",
    "<!--", "#", "---",
  ]

  /// The prose of a message: without lines of fixed form, sentences that name a commit or a merge request, quoted titles of
  /// the culprit, links and numbers of issues.
  func words(_ message: String) -> String {
    let text = String(decoding: message.utf8.wholeScalars(atMost: Self.mostBytes), as: UTF8.self)
    var paragraphs: [[Substring]] = [[]]
    // A trailer's title may go on in the next lines.
    var isInTitle = false
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let content = line.drop { $0.isWhitespace }
      if content.isEmpty {
        isInTitle = false
        paragraphs.append([])
      } else if isInTitle {
        isInTitle = !content.contains("\")")
      } else if Self.dropped.contains(where: { content.lowercased().hasPrefix($0) }) {
        isInTitle = content.contains("(\"") && !content.contains("\")")
      } else {
        paragraphs[paragraphs.count - 1].append(content)
      }
    }
    return paragraphs.map { lines in
      var text = Self.collapsed(lines.joined(separator: " "))
      for title in titles {
        while let range = text.range(of: title, options: .caseInsensitive) {
          text.removeSubrange(range)
        }
      }
      return Self.sentences(text).filter { !Self.namesChange($0) }
        .map(Self.withoutReferences).filter { !$0.isEmpty }.joined(separator: " ")
    }.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private static func collapsed(_ text: some StringProtocol) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func sentences(_ text: String) -> [Substring] {
    var found: [Substring] = []
    var start = text.startIndex
    var previous: Character = " "
    for index in text.indices {
      if text[index] == " ", previous == "." || previous == "!" || previous == "?" {
        found.append(text[start..<index])
        start = text.index(after: index)
      }
      previous = text[index]
    }
    found.append(text[start...])
    return found
  }

  /// Whether a sentence holds the id of a commit or the number of a merge request.
  private static func namesChange(_ sentence: Substring) -> Bool {
    if sentence.contains("merge_requests/") || sentence.contains("/commit/") { return true }
    return sentence.split(whereSeparator: { " ()[],;:\"'`<>".contains($0) }).contains { word in
      if let mark = word.lastIndex(of: "!") {
        let number = word[word.index(after: mark)...].prefix { $0.isNumber }
        if !number.isEmpty { return true }
      }
      let id = word.utf8.prefix { $0.isHex }
      return id.count >= 7 && id.count <= 40 && id.contains { $0.isDigit }
        && id.contains { !$0.isDigit } && id.count == word.utf8.prefix { $0.isWord }.count
    }
  }

  private static func withoutReferences(_ sentence: Substring) -> String {
    sentence.split(separator: " ").filter { !$0.contains("://") && !$0.contains("#") }
      .joined(separator: " ")
  }
}
