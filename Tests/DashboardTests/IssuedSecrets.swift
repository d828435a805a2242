@testable import GitLabDouble

extension GitLabDouble {
  /// All tokens that were ever given out, dead ones included.
  var issuedSecrets: [String] {
    core.withWorld { Array($0.tokens.keys) } + core.withOAuth { Array($0.refreshTokens.keys) }
  }
}
