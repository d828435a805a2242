/// Finds words, code-like words and paths in prose and in the messages of log lines.
struct ProseReader {
  private(set) var words: TermCounter
  private(set) var identifiers: TermCounter
  /// Both in the order of the text; a stop word is an empty string.
  private(set) var sequence: [String] = []
  private(set) var paths: [Symptom.PathMention] = []

  private var places: [String: Int] = [:]
  private var budget: Int
  private let limit: Int
  /// Lines already read, by their text without digits.
  private var seen: Set<UInt64> = []

  init(limits: Symptom.Limits) {
    budget = limits.proseBytes
    limit = limits.terms
    words = TermCounter(limit: limits.terms)
    identifiers = TermCounter(limit: limits.terms)
  }

  /// Reads a line whose like was not read before.
  mutating func read(_ line: Bytes) {
    guard budget > 0 else { return }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var hasPath = false
    var words = 0
    var previous = UInt8(ascii: " ")
    for byte in line.prefix(4_096) {
      if byte == "/" || byte == "." { hasPath = true }
      if byte > 0x20, previous <= 0x20 { words += 1 }
      previous = byte
      if !byte.isDigit { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    // Paths differ by their line numbers alone, and in a list of files, as `db/0012.sql` or `M db/0012.sql`, by others.
    if hasPath, words < 3 || line.contains(0x3A) { hash = line.prefix(4_096).fingerprint }
    guard seen.count < 16_384, seen.insert(hash).inserted else { return }
    let piece = line.prefix(16_384)
    budget -= piece.count
    tokens(piece)
  }

  private mutating func tokens(_ line: Bytes) {
    let whole = line.trimmed
    var at = line.startIndex
    while at < line.endIndex {
      guard Self.isTokenByte(line[at]) else {
        at += 1
        continue
      }
      let end = line.skip(from: at, while: Self.isTokenByte)
      let token = line.slice(at, end)
      let isAlone = at == whole.startIndex && end == whole.endIndex
      read(token, in: line, isAlone: isAlone)
      at = end
    }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    if byte.isWord { return true }
    switch byte {
    case ".", "/", "-", ":", "\\", "@", "+", "#", "~", "%": return true
    default: return false
    }
  }

  private mutating func read(_ raw: Bytes, in line: Bytes, isAlone: Bool) {
    var token = raw
    while let last = token.last, last == "." || last == ":" || last == "-" || last == "+" {
      token = token.dropLast()
    }
    while let first = token.first,
      first == ":" || first == "-" || first == "+" || first == "@" || first == "#" || first == "%"
    {
      token = token.dropFirst()
    }
    guard token.count > 1, token.count < 1_024 else { return }
    if let scheme = token.find(text: "://") ?? token.find(text: "/-/blob/")
      ?? token.find(text: "/-/blame/")
    {
      readURL(token, scheme)
      return
    }
    if token.contains(where: { $0 == "/" || $0 == "\\" || $0 == "." }),
      readPath(token, line, isAlone: isAlone)
    {
      return
    }
    if let hash = token.find("#") {
      // Ruby's Type#method
      read(token.before(hash), in: line, isAlone: false)
      read(token.from(hash + 1), in: line, isAlone: false)
      return
    }
    let open = raw.startIndex > line.startIndex ? line[raw.startIndex - 1] : 0x20
    let close = line.at(raw.endIndex)
    let isQuoted =
      (open == "`" || open == "'" || open == "\"")
      && (close == "`" || close == "'" || close == "\"")
    let isCalled = close == "(" && line.at(raw.endIndex + 1) == ")"
    if Self.isIdentifier(token) || (isQuoted || isCalled) && Self.isName(token) {
      let name = token.text(atMost: 200)
      identifiers.add(name)
      follow(name)
    } else {
      readWords(token)
    }
  }

  private mutating func readWords(_ token: Bytes) {
    // Numbers, hashes and addresses are no words.
    for part in token.split(whereSeparator: { !$0.isWord }) {
      guard part.count >= 3, part.count <= 40,
        part.allSatisfy({ $0.isLetter || $0 >= 0x80 })
      else { continue }
      let word = part.text.lowercased()
      let isStopWord = StopWords.all.contains(word)
      if !isStopWord { words.add(word) }
      follow(isStopWord ? "" : word)
    }
  }

  private mutating func follow(_ word: String) {
    if sequence.count < 2 * limit { sequence.append(word) }
  }

  private static func isName(_ token: Bytes) -> Bool {
    token.count > 2 && token.first?.isLetter == true
      && token.allSatisfy { $0.isWord || $0 == "." || $0 == ":" || $0 == "-" }
  }

  /// camelCase, PascalCase, snake_case, dotted.names, scoped::names.
  static func isIdentifier(_ token: Bytes) -> Bool {
    guard let first = token.first, first.isLetter || first == "_" || first == "$",
      token.count > 2,
      token.allSatisfy({
        $0.isLetter || $0.isDigit || $0 == "_" || $0 == "$" || $0 == "." || $0 == ":"
      })
    else { return false }
    var humps = 0
    var lowers = 0
    for at in token.indices {
      let byte = token[at]
      let previous = token.at(at - 1)
      if byte == "_", at > token.startIndex, at + 1 < token.endIndex, token[at + 1].isWord {
        return true
      }
      if byte == ":", token.at(at + 1) == ":", token.at(at + 2).isWord { return true }
      if byte == ".", previous.isLetter || previous.isDigit, token.at(at + 1).isLetter {
        return token.before(at).count > 1
      }
      if byte.isLower { lowers += 1 }
      if byte.isUpper, previous.isLower { humps += 1 }
    }
    return humps > 0 && lowers > 1 && !token.contains(0x3A)
  }

  // MARK: Paths

  /// A link to a file of a GitLab repository, or a URL of a script.
  private mutating func readURL(_ token: Bytes, _ scheme: Int) {
    if let file = token.find(text: "://file/") {
      // An editor's link: vscode://file//home/me/pool.c:12:3
      let path = token.from(file + 7)
      let name = path.skip(from: path.startIndex) { $0 == "/" }
      add(path.from(path.at(name + 1) == ":" ? name : name - 1))
      return
    }
    for mark: StaticString in [
      "/-/blob/", "/-/blame/", "/-/raw/", "/-/edit/", "/blob/", "/blame/",
    ] {
      guard let at = token.find(text: mark) else { continue }
      let rest = token.from(at + mark.utf8CodeUnitCount)
      guard let slash = rest.find("/") else { return }
      add(rest.from(slash + 1))
      return
    }
    if token.starts("file:") || token.starts("webpack") || token.starts("resource:") { add(token) }
  }

  private mutating func readPath(_ token: Bytes, _ line: Bytes, isAlone: Bool) -> Bool {
    if Self.mark(in: token) != nil {
      add(token)
      return true
    }
    let location = Location(token)
    let path = location.path
    guard path.contains(where: { $0.isLetter }), !path.contains(text: "::") else { return false }
    let isFolder = path.last == "/" || path.last == "\\"
    let name = path.lastIndex { $0 == "/" || $0 == "\\" }.map { path.from($0 + 1) } ?? path
    let slashes = path.reduce(0) { $0 + ($1 == "/" || $1 == "\\" ? 1 : 0) }
    let isSource = Self.isSourceName(name)
    guard !isFolder || slashes > 1 else { return false }
    if slashes == 0 {
      guard isSource else { return false }
    } else {
      // Of "and/or" only a whole line is taken for a path; versions and dates are none.
      let dot = name.findLast(".")
      let hasEnding = dot.map { name.at($0 + 1).isLetter && name.endIndex - $0 < 12 } ?? false
      guard
        isSource || hasEnding || path.first == "/" || path.first == "." || slashes > 1 || isAlone
      else { return false }
      guard name.isEmpty || name.contains(where: { $0.isLetter }) else { return false }
    }
    add(token, line: location.line == nil ? Self.line(after: token, in: line) : nil)
    return true
  }

  /// Where the mark of a line begins in `pool.c#L12`, `pool.c#L12-L20` or `pool.R#12`, and the line.
  private static func mark(in token: Bytes) -> (start: Int, line: Int)? {
    guard let hash = token.findLast("#"), hash > token.startIndex else { return nil }
    let isGitLabs = token.at(hash + 1) == "L"
    guard let (line, end) = token.number(at: isGitLabs ? hash + 2 : hash + 1) else { return nil }
    if isGitLabs { return (hash, line) }
    // Of "group/project#12" the number is an issue's.
    let path = token.before(hash)
    let name = path.findLast("/").map { path.from($0 + 1) } ?? path
    return end == token.endIndex && isSourceName(name) ? (hash, line) : nil
  }

  /// The number in `pool.c, line 12`, `pool.c line 12`, `deploy.sh: line 12:` or `pool.c(12)`.
  private static func line(after token: Bytes, in line: Bytes) -> Int? {
    let rest = line.from(token.endIndex)
    if rest.first == "(", let (value, end) = rest.number(at: rest.startIndex + 1) {
      return rest.at(end) == ")" || rest.at(end) == "," ? value : nil
    }
    let at = rest.skip(from: rest.startIndex) {
      $0 == "," || $0 == ":" || $0 == "\"" || $0 == "'" || $0 == "`" || $0 == " "
    }
    guard at - rest.startIndex < 4 else { return nil }
    // Maven: Pool.java:[12,3]
    if rest.starts(":[") { return rest.number(at: rest.startIndex + 2)?.value }
    if rest.has("on line ", at: at) { return rest.number(at: at + 8)?.value }
    guard rest.has("line ", at: at) else { return nil }
    return rest.number(at: at + 5)?.value
  }

  private mutating func add(_ token: Bytes, line: Int? = nil) {
    let mark = Self.mark(in: token)
    let location = Location(mark.map { token.before($0.start) } ?? token)
    add(path: location.path.text(atMost: 1_024), line: mark?.line ?? line ?? location.line)
  }

  /// Counts a mention of a path.
  mutating func add(path: String, line: Int?) {
    guard path.utf8.count > 1 else { return }
    if let place = places[path] {
      paths[place].count += 1
      if paths[place].line == nil { paths[place].line = line }
    } else if paths.count < limit {
      places[path] = paths.count
      paths.append(Symptom.PathMention(path: path, line: line, count: 1))
    }
  }

  /// Whether a file name ends like source code or is one of a build file.
  static func isSourceName(_ name: Bytes) -> Bool {
    if name.equals("Makefile") || name.equals("Dockerfile") || name.equals("Gemfile") {
      return true
    }
    guard let dot = name.findLast("."), dot > name.startIndex, name.endIndex - dot <= 11 else {
      return false
    }
    return endings.contains(name.from(dot + 1).caselessFingerprint)
  }

  /// The fingerprints of known endings.
  private static let endings = Set(endingNames.map { Array($0.utf8)[...].caselessFingerprint })

  private static let endingNames: Set<String> = [
    "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "hxx", "m", "mm", "inl", "py", "pyx", "pyi", "java",
    "kt", "kts", "scala", "groovy", "js", "mjs", "cjs", "jsx", "ts", "tsx", "mts", "vue", "svelte",
    "go", "rb", "rake", "erb", "haml", "php", "phtml", "cs", "fs", "vb", "rs", "swift", "sh",
    "bash", "pl", "pm", "lua", "ex", "exs", "erl", "hs", "ml", "clj", "dart", "r", "jl", "vala",
    "sql", "graphql", "proto", "xml", "yml", "yaml", "json", "toml", "ini", "cfg", "conf", "html",
    "css", "scss", "less", "md", "rst", "txt", "build", "cmake", "gradle", "tf", "ui", "blp", "in",
    "s", "asm", "cu", "glsl", "csproj", "sln", "mod", "gemspec", "service", "desktop", "po",
  ]
}
