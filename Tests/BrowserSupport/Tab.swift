import Foundation

/// A tab of a browser. Every wait is for something that the page shows.
public struct Tab: Sendable {
  let browser: Browser
  let session: String
  /// Whether pages may run scripts of their own.
  private(set) var runsScripts = true

  /// How long a page may take to come to a state before a test gives up; a loaded machine is slow.
  private static let patience = Duration.seconds(100)

  init(browser: Browser, session: String) {
    self.browser = browser
    self.session = session
  }

  /// The same tab, with pages that run no scripts.
  public func withoutScripts() async throws -> Tab {
    _ = try await call("Emulation.setScriptExecutionDisabled", ["value": .bool(true)])
    var tab = self
    tab.runsScripts = false
    return tab
  }

  private func call(
    _ method: String, _ parameters: [String: JSON] = [:]
  ) async throws -> Message.Result {
    try await browser.call(method, parameters, session: session)
  }

  /// Opens an address and waits until its document is read.
  public func open(_ address: String) async throws {
    let answer = try await call("Page.navigate", ["url": .string(address)])
    if let error = answer.errorText { throw BrowserError.refused("\(address): \(error)") }
    try await wait("document.readyState === 'complete'")
  }

  /// What an expression comes to, as text.
  public func text(_ expression: String) async throws -> String {
    // Without scripts no promise is ever kept.
    let whole = runsScripts ? "(async () => String(\(expression)))()" : "String(\(expression))"
    let answer = try await call(
      "Runtime.evaluate",
      [
        "expression": .string(whole), "awaitPromise": .bool(runsScripts),
        "returnByValue": .bool(true),
      ])
    if let exception = answer.exceptionDetails {
      throw BrowserError.script(exception.exception?.description ?? exception.text)
    }
    return answer.result?.value ?? ""
  }

  /// Waits until an expression is true in the page, or in one that takes its place.
  public func wait(_ condition: String) async throws {
    let deadline = ContinuousClock.now + Self.patience
    while ContinuousClock.now < deadline {
      do {
        let seen = try await text(runsScripts ? Self.awaiting(condition) : "Boolean(\(condition))")
        if seen == "true" { return }
      } catch BrowserError.refused {
      } catch BrowserError.script {
      }
      // Where the page cannot look by itself, it is asked again and again.
      if !runsScripts { try await Task.sleep(for: .milliseconds(5)) }
    }
    let page = (try? await text("location.href + '\\n' + document.body.innerText")) ?? "nothing"
    throw BrowserError.never(condition, page: String(page.prefix(3_000)))
  }

  /// Looks anew again and again, by a timer, as a page that nobody looks at has no frames; a page that is left answers with an error, and its successor is asked.
  private static func awaiting(_ condition: String) -> String {
    """
    await new Promise((found) => {
      const end = performance.now() + 2000;
      const look = () => {
        let so = false;
        try { so = Boolean(\(condition)); } catch {}
        if (so || performance.now() > end) found(so); else setTimeout(look, 10);
      };
      look();
    })
    """
  }

  /// Waits until the page shows some words.
  public func waitForText(_ words: String, in selector: String = "body") async throws {
    try await wait(
      "document.querySelector(\(Self.quoted(selector))).innerText.includes(\(Self.quoted(words)))")
  }

  /// Puts text into a field as a person types it.
  public func type(_ value: String, into selector: String) async throws {
    let field = "document.querySelector(\(Self.quoted(selector)))"
    try await wait("\(field) && \(field).offsetParent !== null")
    _ = try await text("(\(field).focus(), \(field).select(), '')")
    _ = try await call("Input.insertText", ["text": .string(value)])
  }

  /// Clicks the first element that a selector finds.
  public func click(_ selector: String) async throws {
    let target = "document.querySelector(\(Self.quoted(selector)))"
    try await wait("\(target) && \(target).offsetParent !== null")
    _ = try await text("(\(target).click(), '')")
  }

  /// Clicks the first link or button with these words.
  public func clickWords(_ words: String) async throws {
    let target = """
      [...document.querySelectorAll('a,button')].find((one) => one.offsetParent !== null \
      && one.innerText.trim().startsWith(\(Self.quoted(words))))
      """
    try await wait(target)
    _ = try await text("((\(target)).click(), '')")
  }

  /// Follows a link again and again until something is so; asks and clicks at once, lest the page changes in between.
  public func follow(_ words: String, until condition: String) async throws {
    let deadline = ContinuousClock.now + Self.patience
    let step = """
      (\(condition)) ? "so" : document.readyState !== "complete" ? "" \
      : ([...document.links].find((one) => one.innerText === \(Self.quoted(words)))?.click(), "")
      """
    while ContinuousClock.now < deadline {
      do {
        if try await text(step) == "so" { return }
      } catch BrowserError.refused {
      } catch BrowserError.script {
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    try await wait(condition)
  }

  /// The address that the tab shows.
  public func address() async throws -> String { try await text("location.href") }

  /// Lays the page out as on a screen of a size.
  public func resize(width: Int, height: Int) async throws {
    _ = try await call(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .number(Double(width)), "height": .number(Double(height)),
        "deviceScaleFactor": .number(1), "mobile": .bool(false),
      ])
  }

  /// A JavaScript literal of a text.
  public static func quoted(_ text: String) -> String {
    let data = (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8)
    return String(decoding: data, as: UTF8.self)
  }
}
