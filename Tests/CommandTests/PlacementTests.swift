import Testing

@testable import sigsentry

@Suite struct PlacementTests {
  @Test(arguments: [
    ("--offline status", "status --offline"),
    (
      "--cache a --config=b -q --json stats g/p --mrs",
      "stats g/p --mrs --cache a --config=b -q --json"
    ),
    ("--json analyze -- -file", "analyze --json -- -file"),
    ("status --json", "status --json"), ("--json", "--json"), ("--cache status", "--cache status"),
    ("--cache a --help", "--cache a --help"), ("--limit 3 mrs", "--limit 3 mrs"),
  ])
  func `options before the command are taken as if they stood behind it`(
    given: String, parsed: String
  ) {
    let arguments = given.split(separator: " ").map(String.init)
    #expect(CommonOptions.behindCommand(arguments).joined(separator: " ") == parsed)
  }
}
