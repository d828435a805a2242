import Foundation

/// A tab of a browser. Every wait is for something that the page shows.
public struct Tab: Sendable {
  let browser: Browser
  let session: String

  /// How long a page may take to come to a state before a test gives up; a loaded machine is slow.
  private static let patience = Duration.seconds(60)

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
    let answer = try await call(
      "Runtime.evaluate",
      [
        "expression": .string("(async () => String(\(expression)))()"), "awaitPromise": .bool(true),
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
        // Looked at anew with every frame; a page that is left answers with an error, and its successor is asked.
        let seen = try await text(
          """
          await new Promise((found) => {
            const end = performance.now() + 2000;
            const look = () => {
              let so = false;
              try { so = Boolean(\(condition)); } catch {}
              if (so || performance.now() > end) found(so); else requestAnimationFrame(look);
            };
            look();
          })
          """)
        if seen == "true" { return }
      } catch BrowserError.refused {
      } catch BrowserError.script {
      }
    }
    let page = (try? await text("location.href + '\\n' + document.body.innerText")) ?? "nothing"
    throw BrowserError.never(condition, page: String(page.prefix(3_000)))
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
