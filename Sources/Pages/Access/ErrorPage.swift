/// A page in the place of one that cannot be shown.
package struct ErrorPage: Sendable {
  /// The HTTP status.
  package var status: Int
  /// What happened, a few words.
  package var title: String
  /// What happened to what, a sentence.
  package var message: String
  /// What to do, a sentence.
  package var remedy: String?
  /// How the log names this request, for who reads it.
  package var requestID: String?

  /// Makes one of its parts.
  package init(
    status: Int, title: String, message: String, remedy: String? = nil, requestID: String? = nil
  ) {
    self.status = status
    self.title = title
    self.message = message
    self.remedy = remedy
    self.requestID = requestID
  }
}
