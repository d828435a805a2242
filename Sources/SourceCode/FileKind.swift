/// What a file is for, told by its path.
public enum FileKind: UInt8, Sendable, Hashable, CaseIterable {
  /// The program, and whatever is nothing else.
  case code
  /// A test of it, or what tests need.
  case test
  /// Text for people.
  case documentation
  /// Text of the program in a language.
  case translation
  /// Settings of the program, its build or its deployment.
  case configuration
  /// Versions of what the program is built with.
  case dependency
  /// A change of a database.
  case migration
  /// Written by a tool.
  case generated
  /// A copy of someone else's code.
  case vendored

  /// Tells the kind by a path.
  public init(path: some Collection<UInt8>) {
    // Every name here is ASCII: bytes are lowered, where characters would be looked up.
    let lowered = path.suffix(512).map { $0.isUpper ? $0 | 0x20 : $0 }
    let path = String(decoding: lowered, as: UTF8.self)
    let components = path.split(separator: "/")
    let name = components.last ?? ""
    let folders = components.dropLast()
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last ?? ""
    func has(_ names: Set<Substring>) -> Bool { folders.contains { names.contains($0) } }
    if Self.dependencyFiles.contains(name) || Self.dependencyEndings.contains(ending) {
      self = .dependency
    } else if has([
      "vendor", "node_modules", "third_party", "third-party", "thirdparty", "vendored",
    ]) {
      self = .vendored
    } else if Self.isGenerated(name) || has(["__generated__"]) {
      self = .generated
    } else if ["po", "pot", "xlf", "xliff", "mo"].contains(ending) || has(["locale", "locales"]) {
      self = .translation
    } else if has(["migrations", "migrate", "post_migrate"]) || ending == "sql" {
      self = .migration
    } else if Self.isTest(name, folders) {
      self = .test
    } else if ["md", "rst", "adoc", "txt", "1", "5", "7", "8"].contains(ending)
      && name != "cmakelists.txt"
      || ["news", "readme", "changelog", "authors", "copying", "license"].contains(name)
      || has(["doc", "docs", "documentation", "man", "changelogs"])
    {
      self = .documentation
    } else if Self.configurationEndings.contains(ending) || Self.configurationFiles.contains(name) {
      self = .configuration
    } else {
      self = .code
    }
  }

  private static func isGenerated(_ name: Substring) -> Bool {
    name.hasSuffix(".min.js") || name.hasSuffix(".min.css") || name.hasSuffix(".map")
      || name.hasSuffix(".pb.go") || name.hasSuffix(".pb.cc") || name.hasSuffix(".pb.h")
      || name.hasSuffix("_pb2.py") || name.hasSuffix(".g.cs") || name.hasSuffix(".designer.cs")
      || name.hasSuffix(".snap") || name.hasSuffix(".pbxproj") || holds(name, "_generated.")
      || holds(name, ".generated.") || holds(name, "generated_") || name.hasPrefix("mock_")
      || name.hasPrefix("zz_generated")
  }

  private static func isTest(_ name: Substring, _ folders: ArraySlice<Substring>) -> Bool {
    folders.contains { testFolders.contains($0) }
      || name.hasPrefix("test_") || name.hasPrefix("test-") || holds(name, "_test.")
      || holds(name, "-test.") || holds(name, "_spec.") || holds(name, ".test.")
      || holds(name, ".spec.") || name.hasSuffix("test.java") || name.hasSuffix("tests.cs")
      || name.hasSuffix("tests.swift")
  }

  /// Whether a name has a part, told by its bytes.
  private static func holds(_ name: Substring, _ part: StaticString) -> Bool {
    var name = name
    return name.withUTF8 { name in
      part.withUTF8Buffer { part in
        name.indices.dropLast(part.count - 1).contains { name[$0...].starts(with: part) }
      }
    }
  }

  private static let testFolders: Set<Substring> = [
    "test", "tests", "spec", "specs", "__tests__", "testdata", "fixtures", "testing", "e2e",
  ]
  private static let dependencyFiles: Set<Substring> = [
    "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "go.mod", "go.sum",
    "cargo.toml", "cargo.lock", "gemfile", "gemfile.lock", "requirements.txt", "pipfile",
    "pipfile.lock", "poetry.lock", "pom.xml", "composer.json", "composer.lock", "package.resolved",
    "packages.config", "podfile", "podfile.lock", "mix.lock", "uv.lock", "libs.versions.toml",
  ]
  private static let dependencyEndings: Set<Substring> = ["wrap", "gemspec", "lock"]
  private static let configurationEndings: Set<Substring> = [
    "yml", "yaml", "toml", "ini", "cfg", "conf", "json", "properties", "env", "tf", "gradle",
    "build", "cmake", "mk", "service", "xml", "plist", "in", "ac",
  ]
  private static let configurationFiles: Set<Substring> = [
    "makefile", "dockerfile", "cmakelists.txt", "meson.build", "meson_options.txt", "jenkinsfile",
    "setup.py", "setup.cfg", "pyproject.toml", ".gitlab-ci.yml", ".env",
  ]
}
