import Synchronization

/// One file of a diff as GitLab stores it.
struct StoredFile: Sendable {
  var oldPath: String
  var newPath: String
  var oldMode: String
  var newMode: String
  var status: Character
  /// The patch from `@@` on; empty for a pure rename and for what is too large.
  var patch: String
  var tooLarge = false
  var collapsed = false
}

/// A diff cut down to GitLab's limits.
struct StoredDiff: Sendable {
  var files: [StoredFile]
  var overflow: Bool
  /// `real_size` and `changes_count`.
  var count: String { overflow ? "\(files.count)+" : String(files.count) }
}

/// Added and deleted lines of one file.
struct FileStat: Sendable {
  var path: String
  var additions: Int
  var deletions: Int
}

/// Reads diffs by git and remembers them: a pair of commits never changes.
final class DiffReader: Sendable {
  private struct Key: Hashable {
    let base: String
    let head: String
  }
  private struct Cache {
    var stored: [Key: StoredDiff] = [:]
    var stats: [Key: [FileStat]] = [:]
    var limits: DiffLimits?
  }

  private let git: Git
  private let cache = Mutex(Cache())

  init(git: Git) {
    self.git = git
  }

  /// The diff within these limits.
  func stored(_ refs: DiffRefs, in repository: String, limits: DiffLimits) async throws
    -> StoredDiff
  {
    let key = Key(base: refs.base, head: refs.head)
    let known = cache.withLock { cache -> StoredDiff? in
      let same =
        cache.limits.map {
          ($0.files, $0.lines, $0.patchBytes) == (limits.files, limits.lines, limits.patchBytes)
            && $0.collapses == limits.collapses
        } ?? false
      if !same {
        cache.stored = [:]
        cache.limits = limits
      }
      return cache.stored[key]
    }
    if let known { return known }
    let output = try await git.run(
      ["diff-tree", "-r", "-M", "--raw", "-p", "-z", "--no-abbrev", refs.base, refs.head],
      in: repository)
    let diff = Self.parse(output, limits: limits)
    cache.withLock { $0.stored[key] = diff }
    return diff
  }

  /// Lines added and deleted by file, free of GitLab's limits.
  func stats(_ refs: DiffRefs, in repository: String) async throws -> [FileStat] {
    let key = Key(base: refs.base, head: refs.head)
    if let known = cache.withLock({ $0.stats[key] }) { return known }
    let output = try await git.run(
      ["diff-tree", "-r", "-M", "--numstat", "-z", refs.base, refs.head], in: repository)
    let stats = Self.numstat(output)
    cache.withLock { $0.stats[key] = stats }
    return stats
  }

  /// Reads `--numstat -z`; a binary file counts 0 and 0.
  static func numstat(_ output: [UInt8]) -> [FileStat] {
    var fields = output.split(separator: 0, omittingEmptySubsequences: false)[...]
    var stats: [FileStat] = []
    while let field = fields.popFirst(), !field.isEmpty {
      let parts = field.split(
        separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      var path = parts[2]
      if path.isEmpty {
        fields = fields.dropFirst()
        path = fields.popFirst() ?? path
      }
      stats.append(
        FileStat(
          path: String(decoding: path, as: UTF8.self),
          additions: Int(String(decoding: parts[0], as: UTF8.self)) ?? 0,
          deletions: Int(String(decoding: parts[1], as: UTF8.self)) ?? 0))
    }
    return stats
  }

  private static func parse(_ output: [UInt8], limits: DiffLimits) -> StoredDiff {
    var position = 0
    var entries: [StoredFile] = []
    func field() -> ArraySlice<UInt8> {
      let end = output[position...].firstIndex(of: 0) ?? output.count
      defer { position = min(end + 1, output.count) }
      return output[position..<end]
    }
    while position < output.count, output[position] == UInt8(ascii: ":") {
      let words = String(decoding: field(), as: UTF8.self).dropFirst().split(separator: " ")
      guard words.count == 5, let status = words[4].first else { break }
      let path = String(decoding: field(), as: UTF8.self)
      let other = "RC".contains(status) ? String(decoding: field(), as: UTF8.self) : path
      entries.append(
        StoredFile(
          oldPath: path, newPath: other, oldMode: mode(words[0]), newMode: mode(words[1]),
          status: status, patch: ""))
    }
    // With -z, a NUL stands between the raw part and the patches.
    if position < output.count, output[position] == 0 { position += 1 }
    return limit(entries, patches: patches(output[position...]), limits)
  }

  private static func mode(_ text: Substring) -> String {
    text.allSatisfy { $0 == "0" } ? "0" : String(text)
  }

  /// Splits a patch at its `diff --git` lines.
  private static func patches(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    let mark = Array("diff --git ".utf8)
    var starts: [Int] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      if bytes[index...].starts(with: mark) { starts.append(index) }
      guard let newline = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) else { break }
      index = newline + 1
    }
    return starts.enumerated().map { number, start in
      bytes[start..<(number + 1 < starts.count ? starts[number + 1] : bytes.endIndex)]
    }
  }

  /// What GitLab shows of a patch: from the first `@@` on, or the sentence on binary files.
  private static func body(of patch: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var index = patch.startIndex
    while index < patch.endIndex {
      let line = patch[index...]
      if line.starts(with: "@@ ".utf8) || line.starts(with: "Binary files ".utf8) { return line }
      guard let newline = line.firstIndex(of: UInt8(ascii: "\n")) else { break }
      index = newline + 1
    }
    return []
  }

  private static func limit(
    _ entries: [StoredFile], patches: [ArraySlice<UInt8>], _ limits: DiffLimits
  ) -> StoredDiff {
    var files: [StoredFile] = []
    var lines = 0
    var bytes = 0
    for (index, entry) in entries.enumerated() {
      if index >= limits.files || lines >= limits.lines || bytes >= limits.files * 5120 {
        return StoredDiff(files: files, overflow: true)
      }
      var file = entry
      let body = index < patches.count ? body(of: patches[index]) : []
      lines += body.count { $0 == UInt8(ascii: "\n") }
      bytes += body.count
      if body.count > limits.patchBytes {
        file.tooLarge = true
      } else if limits.collapses,
        index >= limits.files / 10 || lines > limits.lines / 10
          || body.count > limits.patchBytes / 10
      {
        file.collapsed = true
      } else {
        file.patch = String(decoding: body, as: UTF8.self)
      }
      files.append(file)
    }
    return StoredDiff(files: files, overflow: false)
  }
}
