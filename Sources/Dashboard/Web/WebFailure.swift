import Correlation
import Foundation
import HTTPTypes
import Pages
import Reports
import Sync

/// Why a request is not answered as asked, in the API's codes and in words for a person.
struct WebFailure: Error, Sendable {
  /// The codes that programs branch on.
  enum Code: String, Sendable, CaseIterable {
    case validation = "VALIDATION_ERROR"
    case unauthorized = "UNAUTHORIZED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case conflict = "CONFLICT"
    case tooLarge = "PAYLOAD_TOO_LARGE"
    case unsupportedType = "UNSUPPORTED_MEDIA_TYPE"
    case misdirected = "MISDIRECTED_REQUEST"
    case rateLimited = "RATE_LIMITED"
    case failed = "INTERNAL_ERROR"

    var status: HTTPResponse.Status {
      switch self {
      case .validation: .badRequest
      case .unauthorized: .unauthorized
      case .forbidden: .forbidden
      case .notFound: .notFound
      case .methodNotAllowed: .methodNotAllowed
      case .conflict: .conflict
      case .tooLarge: .contentTooLarge
      case .unsupportedType: .unsupportedMediaType
      case .misdirected: .init(code: 421, reasonPhrase: "Misdirected Request")
      case .rateLimited: .tooManyRequests
      case .failed: .internalServerError
      }
    }
  }

  var code: Code
  /// What happened, a sentence.
  var message: String
  /// What to do, a sentence.
  var hint: String?
  /// What is wrong with which field.
  var fields: [FieldFailure] = []
  var headers: HTTPFields = [:]

  init(_ code: Code, _ message: String, hint: String? = nil, fields: [FieldFailure] = []) {
    self.code = code
    self.message = message
    self.hint = hint
    self.fields = fields
  }

  /// Fields that cannot be taken.
  init(fields: [FieldFailure]) {
    self.init(
      .validation, fields.first.map { "\($0.field): \($0.message)" } ?? "Something is wrong.",
      hint: fields.first?.hint, fields: fields)
  }

  static let notFound = WebFailure(.notFound, "There is nothing at this address.")

  static func tooMany(after seconds: Double) -> WebFailure {
    let wait = max(1, Int(seconds.rounded(.up)))
    var failure = WebFailure(.rateLimited, "Too many requests.", hint: "Wait \(wait) s.")
    failure.headers[.retryAfter] = "\(wait)"
    return failure
  }

  /// Sorts an error of any target. What none of them words is not shown: it may hold anything.
  init(_ error: any Error) {
    switch error {
    case let failure as WebFailure: self = failure
    case let error as AnalysisScopes.Failure:
      self.init(.notFound, error.summary, hint: error.hint)
    case let error as CachedProjectLookup.Failure:
      let code: Code =
        switch error {
        case .unknown: .notFound
        case .severalInstances: .validation
        }
      self.init(code, error.summary, hint: error.hint)
    case let error as AnalysisError: self.init(.failed, error.summary, hint: error.hint)
    default:
      let explanation =
        Explanation(error)
        ?? Explanation("The request could not be answered.", hint: "Try again.")
      let code: Code =
        switch explanation.kind {
        case .usage: .validation
        case .notCached: .notFound
        case .failed, .needsReauthorization: .failed
        }
      self.init(code, explanation.summary, hint: explanation.hint)
    }
  }

  /// The page in the place of one that cannot be shown.
  private var page: ErrorPage {
    let title =
      switch code {
      case .validation, .unsupportedType, .methodNotAllowed, .tooLarge: "That does not work"
      case .unauthorized: "Log in first"
      case .forbidden: "Not allowed"
      case .notFound: "Not found"
      case .conflict: "Not now"
      case .misdirected: "Another address"
      case .rateLimited: "Too many requests"
      case .failed: "Something failed"
      }
    return ErrorPage(status: Int(code.status.code), title: title, message: message, remedy: hint)
  }

  /// The API's envelope.
  var json: JSONValue {
    var details: [(String, JSONValue)] = []
    if let hint { details.append(("hint", .string(hint))) }
    if !fields.isEmpty { details.append(("fields", .array(fields.map(\.json)))) }
    return .object([
      ("success", .bool(false)),
      (
        "error",
        .object([
          ("code", .string(code.rawValue)), ("message", .string(message)),
          ("details", .object(details)),
        ])
      ),
    ])
  }

  func response(_ style: Endpoint.Style) -> WebResponse {
    var response =
      switch style {
      case .envelope: WebResponse.json(json, status: code.status)
      case .page:
        WebResponse(
          code.status, type: "text/html; charset=utf-8",
          page.html(in: Shell(csrfToken: "", now: Date())).bytes)
      }
    for field in headers { response.headers.append(field) }
    return response
  }
}

/// What is wrong with one field of a form or a JSON object.
struct FieldFailure: Error, Sendable, Equatable {
  /// The field, as `credentials.token` or `repositories[2]`.
  var field: String
  /// What is wrong, a sentence.
  var message: String
  /// What to do, a sentence.
  var hint: String?

  init(_ field: String, _ message: String, hint: String? = nil) {
    self.field = field
    self.message = message
    self.hint = hint
  }

  /// Words an error at a field.
  init(_ field: String, _ error: any Error) {
    let failure = WebFailure(error)
    self.init(field, failure.message, hint: failure.hint)
  }

  var json: JSONValue {
    .object([
      ("field", .string(field)), ("message", .string(message)), ("hint", .optional(hint)),
    ])
  }
}
