/// A person, or a bot, of the stand-in GitLab.
public struct User: Sendable, Hashable {
  /// The instance-wide id.
  public var id: Int
  /// The name in URLs, unique.
  public var username: String
  /// The display name.
  public var name: String
  /// The address of the user's commits.
  public var email: String
  /// `active`, `blocked` and so on; anything but `active` is refused with a reason.
  public var state: String

  /// Makes a user; the address defaults to one derived from the username.
  public init(
    id: Int, username: String, name: String, email: String? = nil, state: String = "active"
  ) {
    self.id = id
    self.username = username
    self.name = name
    self.email = email ?? "\(username)@example.com"
    self.state = state
  }
}
