import TestSupport

/// A history of random edits of everything that git can store, the same for the same seed.
struct RandomHistory {
  private struct File {
    var mode: String
    var content: [UInt8]
  }

  private var generator: SeededGenerator
  private var files: [[UInt8]: File] = [:]
  private var submodules: [[UInt8]: String] = [:]
  private var stream = FastImport()

  private static let names: [[UInt8]] =
    [
      "a", "b", "main.c", "util.c", "Makefile", "README", "with space", "q\"uote", "back\\slash",
      "tab\there", "new\nline", "br{a}ce", "x => y", "ünïcode", "-dash", "a-b", "a.b", "a0", ".x",
    ].map { Array($0.utf8) } + [[0xff, 0xfe, 0x80], [0x01, 0x7f, 0x0d]]
  private static let directories: [[UInt8]] =
    [
      "", "src/", "src/lib/", "lib/", "docs/a/b/c/", "a{b/", "x => y/", "t ä/",
    ].map { Array($0.utf8) } + [[0xc3, 0x28, 0x2f]]

  private init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Makes a stream of commits on `main`.
  static func stream(seed: UInt64, commits: Int) -> FastImport {
    var history = RandomHistory(seed: seed)
    for _ in 0..<commits { history.commit() }
    return history.stream
  }

  private mutating func commit() {
    for _ in 0..<Int.random(in: 1...8, using: &generator) { change() }
    // Each commit gives its whole tree: then no order of edits has to be thought about.
    var edits: [FastImport.Edit] = [.deleteAll]
    for (path, file) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      edits.append(.write(path, mode: file.mode, content: file.content))
    }
    for (path, commit) in submodules.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      edits.append(.submodule(path, commit: commit))
    }
    stream.commit(edits)
  }

  private mutating func change() {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0...4: place(File(mode: randomMode(), content: randomContent()), at: randomPath())
    case 5...9: edit()
    case 10...11: move(edited: false)
    case 12...13: move(edited: true)
    case 14: swap()
    case 15: moveDirectory()
    case 16: if let path = randomFile(), let file = files[path] { place(file, at: randomPath()) }
    case 17: if let path = randomFile() { files[path] = nil }
    case 18: changeMode()
    default:
      let path = randomPath()
      free(path)
      submodules[path] = String(
        repeating: "0123456789abcdef".randomElement(using: &generator) ?? "0", count: 40)
    }
  }

  /// Removes whatever a file at this path could not stand beside.
  private mutating func free(_ path: [UInt8]) {
    let below = path + [0x2f]
    let isInTheWay = { (other: [UInt8]) in
      other == path || other.starts(with: below) || path.starts(with: other + [0x2f])
    }
    files = files.filter { !isInTheWay($0.key) }
    submodules = submodules.filter { !isInTheWay($0.key) }
  }

  private mutating func place(_ file: File, at path: [UInt8]) {
    free(path)
    files[path] = file
  }

  private mutating func randomFile() -> [UInt8]? {
    files.keys.sorted { $0.lexicographicallyPrecedes($1) }.randomElement(using: &generator)
  }

  private mutating func randomPath() -> [UInt8] {
    (Self.directories.randomElement(using: &generator) ?? [])
      + (Self.names.randomElement(using: &generator) ?? [])
  }

  private mutating func randomMode() -> String {
    ["100644", "100644", "100644", "100755", "120000"].randomElement(using: &generator)
      ?? "100644"
  }

  private mutating func edit() {
    guard let path = randomFile(), var file = files[path] else { return }
    file.content = edited(file.content)
    files[path] = file
  }

  private mutating func move(edited isEdited: Bool) {
    guard let path = randomFile(), var file = files[path] else { return }
    files[path] = nil
    if isEdited { file.content = edited(file.content) }
    place(file, at: randomPath())
  }

  private mutating func swap() {
    guard let one = randomFile(), let two = randomFile() else { return }
    let kept = files[one]
    files[one] = files[two]
    files[two] = kept
  }

  private mutating func moveDirectory() {
    let old = Self.directories.randomElement(using: &generator) ?? []
    let new = Self.directories.randomElement(using: &generator) ?? []
    for (path, file) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
    where path.starts(with: old) {
      files[path] = nil
      place(file, at: new + path.dropFirst(old.count))
    }
  }

  private mutating func changeMode() {
    guard let path = randomFile(), var file = files[path] else { return }
    file.mode = randomMode()
    files[path] = file
  }

  private mutating func edited(_ content: [UInt8]) -> [UInt8] {
    var lines = content.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let index = Int.random(in: 0..<lines.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: lines.insert(randomLine(), at: index)
      case 1: lines[index] = randomLine()
      case 2 where lines.count > 1: lines.remove(at: index)
      default: lines.append(randomLine())
      }
    }
    return Array(lines.joined(separator: [0x0a]))
  }

  private mutating func randomLine() -> [UInt8] {
    Array(
      [
        "", "}", "  return \(Int.random(in: 0..<20, using: &generator));", "\r", "x\r",
        String(repeating: "wide ", count: Int.random(in: 1..<40, using: &generator)),
        "line \(Int.random(in: 0..<1000, using: &generator))",
      ].randomElement(using: &generator)?.utf8 ?? "".utf8)
  }

  private mutating func randomContent() -> [UInt8] {
    let count = Int.random(in: 1..<60, using: &generator)
    var text = Array((0..<count).map { _ in randomLine() }.joined(separator: [0x0a]))
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: text = []
    case 1: text.insert(0, at: text.count / 2)
    case 2:
      text = Array(
        String(decoding: text, as: UTF8.self).utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    case 3: text = Array(repeating: 0x61, count: 7999) + [0] + text
    case 4: text = Array(repeating: 0x61, count: 8000) + [0] + text
    case 5: text.append(0x0a)
    case 6: text = Array("same\n".utf8)
    default: break
    }
    return text
  }
}
