/// The form that connects to GitLab, or authorizes a connection anew.
package struct ConnectPage: Sendable {
  /// What the form sends; each is the name of its control.
  package enum Field: String, Sendable, CaseIterable {
    /// `gitlab.com` or `other`.
    case instance
    /// The instance's address, where it is another.
    case baseURL
    /// The connection's name; empty for one made from the host.
    case name
    /// ``Method``.
    case method
    /// The OAuth application's id.
    case clientID
    /// Its secret, for a confidential application; may be empty.
    case clientSecret
    /// The access token.
    case token
  }

  /// The ways to connect; each is the value of its radio button.
  package enum Method: String, Sendable { case oauth, token }

  /// The connection that is authorized anew: its id, name and address are fixed.
  package var reauthorizing: ConnectionSummary?
  /// Whether the address is GitLab.com's.
  package var isGitLabCom: Bool
  /// The address as it was given.
  package var baseURL: String
  /// The name as it was given.
  package var name: String
  /// The way as it was chosen.
  package var method: Method
  /// The application's id as it was given.
  package var clientID: String
  /// The exact address that the administrator has to allow.
  package var callbackURL: String
  /// What is wrong at which field, in a sentence with what to do.
  package var errors: [Field: String]

  /// Makes one of its parts.
  package init(
    reauthorizing: ConnectionSummary? = nil, isGitLabCom: Bool = true, baseURL: String = "",
    name: String = "", method: Method = .oauth, clientID: String = "", callbackURL: String,
    errors: [Field: String] = [:]
  ) {
    self.reauthorizing = reauthorizing
    self.isGitLabCom = isGitLabCom
    self.baseURL = baseURL
    self.name = name
    self.method = method
    self.clientID = clientID
    self.callbackURL = callbackURL
    self.errors = errors
  }
}
