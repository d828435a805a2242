import Cache
import Mirror
import SourceCode

/// The difference of two versions of a text file: its hunks, the functions around them, and what they do.
struct TextChange {
  private(set) var hunks: [CachedHunk] = []
  /// Whether the file says of itself that a tool wrote it.
  private(set) var isMarkedGenerated = false
  private let oldLines: LineBytes
  private let newLines: LineBytes
  /// Whether white space at the beginning of a line has a meaning.
  private let hasMeaningfulIndents: Bool

  init(
    old: ContentReader.Text?, new: ContentReader.Text?, language: SourceLanguage,
    matcher: LineMatcher
  ) {
    let oldBytes = old?.bytes ?? []
    let newBytes = new?.bytes ?? []
    oldLines = LineBytes(oldBytes)
    newLines = LineBytes(newBytes)
    hasMeaningfulIndents = language == .python || language == .hashComments
    isMarkedGenerated = Self.isMarkedGenerated(newBytes.isEmpty ? oldBytes : newBytes)
    guard !isMarkedGenerated else { return }
    let found = matcher.hunks(old: oldBytes.span, new: newBytes.span)
    guard !found.isEmpty else { return }
    let oldOutline = SourceOutline(oldBytes.span, language: language)
    let newOutline = SourceOutline(newBytes.span, language: language)
    for hunk in found.prefix(2_000) {
      hunks.append(contentsOf: pieces(hunk, oldOutline, newOutline))
    }
  }

  /// What the whole change does: code, unless all of it is comments or formatting.
  var effect: ChangeEffect {
    if hunks.isEmpty || hunks.contains(where: { $0.effect == .code }) { return .code }
    return hunks.contains { $0.effect == .comments } ? .comments : .formatting
  }

  /// Calls back with the lines that were added or removed, code alone.
  func forEachChangedLine(_ body: (ArraySlice<UInt8>) -> Void) {
    for hunk in hunks where hunk.effect == .code {
      for line in hunk.new { body(newLines[line]) }
      for line in hunk.old { body(oldLines[line]) }
    }
  }

  /// A hunk, parted where its new lines lie in several functions.
  private func pieces(
    _ hunk: LineHunk, _ oldOutline: SourceOutline, _ newOutline: SourceOutline
  ) -> [CachedHunk] {
    let effect = effect(of: hunk, oldOutline, newOutline)
    guard !hunk.new.isEmpty else {
      // Removed lines lay in a function that may still be there.
      let function = oldOutline.function(at: hunk.old.lowerBound)
      let around = newOutline.function(at: hunk.new.lowerBound)
      let lines = around?.name == function?.name ? around?.lines : nil
      return [
        CachedHunk(
          old: hunk.old, new: hunk.new, effect: effect, function: function?.name,
          functionLines: lines)
      ]
    }
    var pieces: [CachedHunk] = []
    var start = hunk.new.lowerBound
    while start < hunk.new.upperBound {
      let function = newOutline.function(at: start)
      var end = start + 1
      while end < hunk.new.upperBound, newOutline.function(at: end) == function { end += 1 }
      pieces.append(
        CachedHunk(
          old: pieces.isEmpty ? hunk.old : hunk.old.upperBound..<hunk.old.upperBound,
          new: start..<end, effect: effect, function: function?.name,
          functionLines: function?.lines))
      start = end
    }
    return pieces
  }

  private func effect(
    of hunk: LineHunk, _ oldOutline: SourceOutline, _ newOutline: SourceOutline
  ) -> ChangeEffect {
    let touchesCode =
      hunk.old.contains { oldOutline.holdsCode.indices.contains($0) && oldOutline.holdsCode[$0] }
      || hunk.new.contains { newOutline.holdsCode.indices.contains($0) && newOutline.holdsCode[$0] }
    if !touchesCode { return isBlank(hunk) ? .formatting : .comments }
    guard !hunk.old.isEmpty, !hunk.new.isEmpty else { return .code }
    return visible(oldLines, hunk.old) == visible(newLines, hunk.new) ? .formatting : .code
  }

  private func isBlank(_ hunk: LineHunk) -> Bool {
    visible(oldLines, hunk.old).isEmpty && visible(newLines, hunk.new).isEmpty
  }

  private func visible(_ lines: LineBytes, _ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in range {
      if hasMeaningfulIndents, lines[line].contains(where: { $0 > 0x20 }) {
        bytes += lines[line].prefix { $0 <= 0x20 }
      }
      bytes += lines[line].filter { $0 > 0x20 }
    }
    return bytes
  }

  /// The marks that Go, Facebook's tools and others put at the head of what they write.
  private static func isMarkedGenerated(_ bytes: [UInt8]) -> Bool {
    let head = String(decoding: bytes.prefix(1_024), as: UTF8.self)
    return head.contains("DO NOT EDIT") && head.contains("enerated") || head.contains("@generated")
  }
}

/// The lines of a text.
struct LineBytes {
  private let bytes: [UInt8]
  private var starts: [Int] = [0]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for (index, byte) in bytes.enumerated() where byte == 0x0A { starts.append(index + 1) }
    if starts.last == bytes.count { starts.removeLast() }
  }

  var count: Int { starts.count }

  /// A line with its newline; empty where there is none.
  subscript(line: Int) -> ArraySlice<UInt8> {
    guard starts.indices.contains(line) else { return [] }
    return bytes[starts[line]..<(line + 1 < starts.count ? starts[line + 1] : bytes.count)]
  }
}
