import Credentials
import Foundation
import GitLab
import HTTP
import Reports
import Settings

/// Gets tokens by OAuth and tells the person, on standard error, what to do for it.
struct OAuthConnecting {
  let workspace: Workspace
  let client: OAuthClient
  /// Seconds to wait for the browser.
  let timeout: Int
  let opensBrowser: Bool

  /// Logs in with the browser, has the tokens checked and stored, and shows the browser how it ended.
  ///
  /// - Parameter store: Checks and stores the tokens; what it returns names the account.
  func byBrowser(
    address: LoopbackAddress, store: (OAuthTokens) throws -> String
  ) throws {
    let login = try BrowserLogin(
      client: client, address: address, cancellation: Interruption.cancellation)
    try login.probe()
    let isOpen = opensBrowser && Browser.open(login.page)
    let page = TerminalText.safe(login.page)
    workspace.options.tell(
      isOpen
        ? "Your browser opens GitLab's page; allow the access there. If it does not, open:\n\(page)"
        : "Open this page in a browser on this machine and allow the access:\n\(page)")
    workspace.options.tell(
      "Waiting \(timeout) s for the browser. If GitLab says that the redirect URI is not valid, this line is "
        + "missing in the application's settings: \(login.registeredRedirectURI)")
    let tokens = try login.tokens(within: .seconds(timeout))
    do {
      login.succeed(try store(tokens))
    } catch {
      login.fail("GitLab said yes, but the connection was not stored.")
      throw error
    }
  }

  /// Logs in on another machine with a code.
  func byDevice(store: (OAuthTokens) throws -> String) throws {
    do {
      let authorization = try client.authorizeDevice()
      workspace.options.tell(
        """
        Open \(TerminalText.safe(authorization.page)) on any machine and type the code:
          \(TerminalText.safe(authorization.userCode))
        """)
      let tokens = try client.poll(authorization, wait: Interruption.wait)
      _ = try store(tokens)
    } catch let error as OAuthError {
      throw LoginError.oauth(error)
    }
  }
}
