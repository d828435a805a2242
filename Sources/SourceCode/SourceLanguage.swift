/// A language whose functions can be found, or whose comments can be told from code.
public enum SourceLanguage: UInt8, Sendable, Hashable, CaseIterable {
  /// Those whose functions can be found; TypeScript counts as JavaScript, and Objective-C as C++.
  case c, cPlusPlus, cSharp, go, java, javaScript, kotlin, php, python, ruby, rust, scala, swift
  /// The same for Vala.
  case vala
  /// Comments begin with `#`: shell scripts, YAML, TOML and the like. Functions are not sought.
  case hashComments
  /// Anything else: every line that is not blank counts as code.
  case other

  /// Tells the language by the ending of a path.
  public init(path: some Collection<UInt8>) {
    let name = path.suffix(64).split(separator: UInt8(ascii: "/")).last ?? [][...].dropLast()
    let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isNamed = parts.count > 1
    let ending = isNamed ? String(decoding: parts[parts.count - 1], as: UTF8.self) : ""
    self = Self.endings[ending.lowercased()] ?? .other
  }

  private static let endings: [String: SourceLanguage] = {
    var endings: [String: SourceLanguage] = [:]
    let lists: [(SourceLanguage, String)] = [
      (.c, "c h"), (.cPlusPlus, "cc cpp cxx c++ hpp hh hxx h++ inl ipp tpp m mm cu cuh ino"),
      (.cSharp, "cs"), (.go, "go"), (.java, "java groovy gradle"),
      (.javaScript, "js mjs cjs jsx ts tsx mts cts vue svelte"), (.kotlin, "kt kts"),
      (.php, "php phtml php5 inc"), (.python, "py pyi pyx pyw wsgi"),
      (.ruby, "rb rake gemspec ru"), (.rust, "rs"), (.scala, "scala sc"), (.swift, "swift"),
      (.vala, "vala vapi gs"),
      (
        .hashComments,
        "sh bash zsh yml yaml toml cmake build mk conf cfg ini properties pl pm tcl r jl ex exs desktop service in ac am dockerfile nix bzl"
      ),
    ]
    for (language, list) in lists {
      for ending in list.split(separator: " ") { endings[String(ending)] = language }
    }
    return endings
  }()
}
