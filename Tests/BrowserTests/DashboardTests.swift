import BrowserSupport
import Foundation
import GitLabDouble
import Testing

/// The main ways through the dashboard, in a real browser.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(if: Browser.executable != nil, "Chromium is not installed"))
struct DashboardTests {
  private func fixture() async throws -> DashboardFixture {
    try await DashboardFixture(try #require(Browser.executable))
  }

  @Test func `connect by OAuth, and authorize again after the refresh token was revoked`()
    async throws
  {
    let fixture = try await fixture()
    let double = fixture.double
    let application = double.addApplication(redirectURIs: ["http://127.0.0.1/oauth/callback"])
    _ = try await double.addEmptyProject(path: "acme/shop")
    let tab = try await fixture.serve()

    try await tab.chooseInstance(double)
    try await tab.waitForText(fixture.address + "/oauth/callback", in: "#callback")
    try await tab.type(application.id, into: "#clientID")
    try await tab.click("button.primary")
    try await tab.waitForText("Authorize SigSentry")
    try await tab.clickWords("Authorize")
    try await tab.waitForText("Connected as", in: ".notice.success")
    try await tab.type("acme/shop", into: "#repositories")
    try await tab.click("button.primary")
    try await tab.waitForText("acme/shop", in: ".notice.success")

    double.inject(.expiredToken, on: .api)
    double.inject(
      .answer(status: 400, headers: [], body: #"{"error":"invalid_grant"}"#),
      on: .path("*/oauth/token"))
    try await tab.clickWords("Sync")
    try await tab.clickWords("Sync all now")
    try await tab.waitForText("failed", in: "#runs")
    try await tab.clickWords("Code Repos")
    try await tab.waitForText("1", in: ".badge")
    try await tab.waitForText("needs re-authorization", in: ".pill.bad")

    double.clearFault()
    try await tab.click(".card.alarm .button.primary")
    try await tab.click("button.primary")
    try await tab.waitForText("Authorize SigSentry")
    try await tab.clickWords("Authorize")
    try await tab.waitForText("Authorized as", in: ".notice.success")
    try await tab.wait("!document.querySelector('.badge')")
    try await fixture.stop()
  }

  @Test func `connect by token, and save repositories with a typo`() async throws {
    let fixture = try await fixture()
    _ = try await fixture.double.addEmptyProject(path: "acme/shop")
    let tab = try await fixture.serve()

    try await tab.chooseInstance(fixture.double)
    try await tab.click("#method-token")
    try await tab.type("glpat-wrong-wrong-wrong-w", into: "#token")
    try await tab.click("button.primary")
    try await tab.wait("document.querySelector('#token[aria-invalid]')")
    #expect(try await tab.text("document.querySelector('#token').value") == "")
    try await tab.type(fixture.token.value, into: "#token")
    try await tab.click("button.primary")
    try await tab.waitForText("Connected as", in: ".notice")

    try await tab.type("acme/shop\nacme/shpo", into: "#repositories")
    try await tab.click("button.primary")
    try await tab.waitForText("acme/shpo", in: ".checks .bad")
    try await tab.waitForText("acme/shop", in: ".checks .good")
    try await tab.type("acme/shop", into: "#repositories")
    try await tab.type("checkout", into: "[name='service.0']")
    try await tab.type("acme/shop", into: "[name='repository.0']")
    try await tab.type("90", into: "#lookbackDays")
    try await tab.click("button.primary")
    try await tab.waitForText("Saved.", in: ".notice.success")
    try await tab.wait("!document.querySelector('.checks')")
    #expect(try await tab.text("document.querySelector('#lookbackDays').value") == "90")
    #expect(
      try await tab.text("document.querySelector(\"[name='service.0']\").value") == "checkout")
    try await fixture.stop()
  }

  @Test func `sync with live progress, open a merge request of 5,000 files, run an analysis`()
    async throws
  {
    let fixture = try await fixture()
    let history = try await fixture.double.addDemo(
      path: "acme/shop", now: Date(),
      size: DemoHistory.Size(
        mergeRequests: 20, files: 5_000, lines: 20_000, longFileLines: 1_000, longLineBytes: 4_096,
        renames: 300, binaries: 60))
    try await fixture.run(
      "connect", "--base-url", fixture.double.baseURL, "--token-stdin",
      input: fixture.token.value + "\n")
    try await fixture.run("repos", "add", "acme/shop")
    let tab = try await fixture.serve()

    // One tab watches while the other one starts the sync.
    let watching = try await fixture.openTab("/sync")
    _ = try await watching.text(
      """
      (window.phases = new Set(), new MutationObserver(() => {
        const cell = document.querySelector("[data-field=phase]");
        if (cell) phases.add(cell.innerText);
      }).observe(document.body, {subtree: true, childList: true, characterData: true}), "")
      """)
    try await tab.clickWords("Sync")
    try await tab.clickWords("Sync all now")
    try await watching.wait("phases.has('computing diffs')")
    try await watching.waitForText("✓ done", in: "#runs")
    let phases = try await watching.text("[...phases].join()")
    #expect(phases.contains("listing merge requests") && phases.contains("fetching objects"))
    #expect(
      try await watching.text("document.querySelector('#sync-status').innerText")
        == "No sync is running.")

    try await tab.clickWords("Code Repos")
    try await tab.clickWords("acme/shop")
    try await tab.wait("document.querySelectorAll('svg.chart.wide rect').length > 20")
    let largest = try #require(history.largest)
    try await tab.clickWords("!\(largest)")
    try await tab.wait("document.querySelectorAll('table.files tbody tr').length === 5000")
    try await tab.waitForText("GitLab's API would cut this diff", in: ".notice.warning")
    try await tab.type("no such file", into: "input[type=search]")
    try await tab.wait(
      "document.querySelectorAll('table.files tbody tr:not([hidden])').length === 0")
    try await tab.type("", into: "input[type=search]")

    try await tab.clickWords("Analyses")
    try await tab.clickWords("New analysis")
    try await tab.type(history.symptom.description, into: "#description")
    try await tab.type(history.symptom.text, into: "#symptom")
    try await tab.click("button.primary")
    try await tab.waitForText("!\(history.symptom.culprit)", in: "#suspect-1")
    try await tab.wait("document.querySelector('.line.named')")
    try await fixture.stop()
  }

  @Test func `all of it works without scripts`() async throws {
    let fixture = try await fixture()
    let history = try await fixture.double.addDemo(path: "acme/shop", now: Date())
    let tab = try await fixture.serve().withoutScripts()
    try await tab.open(fixture.address)

    try await tab.chooseInstance(fixture.double)
    try await tab.click("#method-token")
    try await tab.type(fixture.token.value, into: "#token")
    try await tab.click("button.primary")
    try await tab.waitForText("Connected as", in: ".notice")
    try await tab.type("acme/shop", into: "#repositories")
    try await tab.click("button.primary")
    try await tab.waitForText("Saved.", in: ".notice")

    try await tab.clickWords("Sync")
    try await tab.clickWords("Sync all now")
    try await tab.follow(
      "Refresh", until: "document.querySelector('#runs').innerText.includes('✓ done')")
    try await tab.clickWords("Code Repos")
    try await tab.clickWords("acme/shop")
    try await tab.clickWords("Deleted")
    try await tab.wait(
      "document.querySelector('th[aria-sort=descending]').innerText.includes('Deleted')")
    try await tab.clickWords("Analyses")
    try await tab.clickWords("New analysis")
    try await tab.type(history.symptom.description, into: "#description")
    try await tab.type(history.symptom.text, into: "#symptom")
    try await tab.click("button.primary")
    try await tab.wait("document.querySelector('.facts')")
    try await tab.follow("Refresh", until: "document.querySelector('#suspect-1')")
    try await tab.waitForText("!\(history.symptom.culprit)", in: "#suspect-1")
    try await fixture.stop()
  }
}
