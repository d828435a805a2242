import GitLab

/// Why a login in the browser or on a device brought no tokens. Nothing is stored then.
public enum LoginError: Error, Sendable, Equatable {
  /// GitLab refused or was not reached.
  case oauth(OAuthError)
  /// The browser came back with another login's answer, or a forged one.
  case wrongState
  /// The redirect URI is not among the application's; the line that is missing there.
  case redirectURINotAllowed(line: String)
  /// The browser did not come back; the line that has to be among the application's redirect URIs.
  case timedOut(line: String)
  /// No port could be listened at.
  case cannotListen(reason: String)
  /// The redirect URI that was asked for cannot be listened at.
  case invalidRedirectURI(String)
  /// The person or a signal ended it.
  case cancelled

  /// Whether a request was ended by ``HTTP/Cancellation``.
  public var isCancelledRequest: Bool {
    if case .oauth(let error) = self { return error.isCancelled }
    return false
  }

  /// One sentence: what happened.
  public var summary: String {
    switch self {
    case .oauth(.accessDenied): "Access was denied on GitLab's page; nothing is stored."
    case .redirectURINotAllowed, .oauth(.redirectURINotAllowed):
      "GitLab does not allow the redirect URI of this login for the application."
    case .oauth(.deviceCodeExpired): "Nobody confirmed the code in time; nothing is stored."
    case .oauth(.http(let error)): "\(error)"
    case .oauth(let error): "The login failed: \(error)."
    case .wrongState:
      "The browser came back with the answer to another login (its state differs); nothing is stored."
    case .timedOut: "The browser did not come back from GitLab in time; nothing is stored."
    case .cannotListen(let reason): "This machine lets no port be listened at: \(reason)."
    case .invalidRedirectURI(let text): "The redirect URI \(text) cannot be listened at."
    case .cancelled: "Interrupted."
    }
  }
}
