import Foundation

/// API keys and the webhook.
package struct SettingsPage: Sendable {
  /// What the form of a new key sends; each is the name of its control.
  package enum Field: String, Sendable, CaseIterable {
    /// What it is for.
    case name
    /// A permission, once for each that is ticked.
    case permission
  }

  /// The keys, newest first.
  package var keys: [APIKeySummary]
  /// The permissions that there are, as `config:read`.
  package var permissions: [Permission]
  /// The key that was just made: shown this once.
  package var newSecret: String?
  /// The name as it was given.
  package var name: String
  /// What is wrong at which field.
  package var errors: [Field: String]
  /// The address for GitLab's webhooks.
  package var webhookURL: String
  /// Whether a webhook token is set; without one hooks are refused.
  package var hasWebhookToken: Bool
  /// The address of the API's description.
  package var openAPIURL: String

  /// Makes one of its parts.
  package init(
    keys: [APIKeySummary] = [], permissions: [Permission] = [], newSecret: String? = nil,
    name: String = "", errors: [Field: String] = [:], webhookURL: String, hasWebhookToken: Bool,
    openAPIURL: String
  ) {
    self.keys = keys
    self.permissions = permissions
    self.newSecret = newSecret
    self.name = name
    self.errors = errors
    self.webhookURL = webhookURL
    self.hasWebhookToken = hasWebhookToken
    self.openAPIURL = openAPIURL
  }

  /// A permission that a key may have.
  package struct Permission: Sendable {
    /// As `config:read`.
    package var name: String
    /// What it allows.
    package var meaning: String
    /// Whether it is ticked.
    package var isChosen: Bool

    /// Makes one of its parts.
    package init(
      name: String, meaning: String, isChosen: Bool = false
    ) {
      self.name = name
      self.meaning = meaning
      self.isChosen = isChosen
    }
  }
}

/// An API key, without its secret.
package struct APIKeySummary: Sendable {
  /// Its id.
  package var id: String
  /// What it is for.
  package var name: String
  /// The secret's first characters, to tell keys apart, as `ss_secret_ab12`.
  package var prefix: String
  /// What it may do.
  package var permissions: [String]
  /// When it was made.
  package var createdAt: Date
  /// When it was last used; nil for never.
  package var lastUsedAt: Date?
  /// When it was revoked; nil for a live one.
  package var revokedAt: Date?

  /// Makes one of its parts.
  package init(
    id: String, name: String, prefix: String, permissions: [String] = [], createdAt: Date,
    lastUsedAt: Date? = nil, revokedAt: Date? = nil
  ) {
    self.id = id
    self.name = name
    self.prefix = prefix
    self.permissions = permissions
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
    self.revokedAt = revokedAt
  }
}
