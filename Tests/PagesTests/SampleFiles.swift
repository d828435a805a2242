import Foundation
import Pages
import Testing

/// Writes every page with its static files into the directory that `SIGSENTRY_PAGES` names, to be looked at in a browser,
/// and tells how long the largest take.
@Suite struct SampleFiles {
  private static let directory = ProcessInfo.processInfo.environment["SIGSENTRY_PAGES"]

  @Test(.enabled(if: directory != nil)) func `sample pages are written where they are wanted`()
    throws
  {
    let directory = URL(fileURLWithPath: try #require(Self.directory), isDirectory: true)
    let assets = directory.appendingPathComponent("assets", isDirectory: true)
    try FileManager.default.createDirectory(at: assets, withIntermediateDirectories: true)
    for asset in Asset.all {
      try Data(asset.bytes).write(to: assets.appendingPathComponent(asset.name))
    }
    let samples = SamplePages()
    let shell = Shell(csrfToken: "x", isLoggedIn: true, now: SamplePages.now)
    var pages = samples.all
    let clock = ContinuousClock()
    let repository = samples.repositoryPage(1_000)
    let request = samples.mergeRequestPage(5_000)
    for (name, page) in [("large-repository", repository), ("large-merge-request", request)]
      as [(String, any Page)]
    {
      let time = clock.measure { pages.append((name, page.html(in: shell))) }
      print("\(name): \(time), \(pages.last?.html.bytes.count ?? 0) bytes")
    }
    for (name, html) in pages {
      try Data(html.bytes).write(to: directory.appendingPathComponent("\(name).html"))
    }
  }
}
