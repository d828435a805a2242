extension CommonOptions {
  private static let valued: Set<String> = ["--cache", "--config"]
  private static let flags: Set<String> = [
    "--offline", "--json", "-v", "--verbose", "-q", "--quiet", "--no-color",
  ]

  /// Moves these options behind the command where they stand before it, as in `sigsentry --offline status`: every command
  /// takes them, and the parser looks for them there.
  static func behindCommand(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    while let first = rest.first {
      if valued.contains(first) {
        rest = rest.dropFirst(2)
      } else if flags.contains(first) || valued.contains(where: { first.hasPrefix($0 + "=") }) {
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard let command = rest.first, !command.hasPrefix("-") else { return arguments }
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    return Array(rest[..<end]) + arguments[..<rest.startIndex] + rest[end...]
  }
}
