/// A command to the browser.
struct Command: Encodable {
  var id: Int
  var method: String
  var params: [String: JSON]
  var sessionId: String?
}

/// A parameter of a command.
enum JSON: Encodable, Sendable {
  case string(String)
  case bool(Bool)
  case number(Double)
  case array([JSON])
  case object([String: JSON])

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let value): try container.encode(value)
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

/// What the browser says: the answer to the command with this id, or an event where there is none.
struct Message: Decodable, Sendable {
  /// The members of answers that are used here.
  struct Result: Decodable, Sendable {
    var browserContextId: String?
    var targetId: String?
    var sessionId: String?
    var result: Value?
    var exceptionDetails: Exception?
    var errorText: String?
    var data: String?
  }

  /// What an expression came to; expressions here come to text.
  struct Value: Decodable, Sendable {
    var value: String?
  }

  struct Exception: Decodable, Sendable {
    struct Details: Decodable, Sendable { var description: String? }

    var text: String
    var exception: Details?
  }

  struct Failure: Decodable, Sendable { var message: String }

  var id: Int?
  var result: Result?
  var error: Failure?
}
