/// Applications, codes and refresh tokens.
struct OAuthState: Sendable {
}

extension Core {
  func answerOAuth(_ exchange: Exchange, form: Parameters) throws -> Answer {
    .routeNotFound
  }
}
