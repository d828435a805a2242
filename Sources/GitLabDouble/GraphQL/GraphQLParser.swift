/// A value in a GraphQL document.
indirect enum GraphQLValue: Sendable {
  case variable(String)
  case json(JSON)
  case list([GraphQLValue])

  func resolved(_ variables: JSON) throws(GraphQLFailure) -> JSON {
    switch self {
    case .variable(let name): return variables[name] ?? .null
    case .json(let value): return value
    case .list(let values):
      var resolved: [JSON] = []
      for value in values { resolved.append(try value.resolved(variables)) }
      return .array(resolved)
    }
  }
}

/// One field of a selection set.
struct GraphQLField: Sendable {
  var alias: String
  var name: String
  var arguments: [(name: String, value: GraphQLValue)]
  var selection: [GraphQLField]
  var line: Int
  var column: Int
}

/// A query, ready to be checked and executed.
struct GraphQLOperation: Sendable {
  /// Variables with their defaults.
  var defaults: [JSON.Member]
  var selection: [GraphQLField]
}

/// An error of a GraphQL query; told with HTTP status 200.
struct GraphQLFailure: Error {
  var message: String
  var line: Int
  var column: Int
  var path: [String] = []
  var extensions: [JSON.Member] = []

  var json: JSON {
    var value: JSON = [
      "message": .string(message),
      "locations": [["line": .int(line), "column": .int(column)]],
    ]
    if !path.isEmpty { value.merge([.init("path", .array(path.map { .string($0) }))]) }
    if !extensions.isEmpty { value.merge([.init("extensions", .object(extensions))]) }
    return value
  }
}

/// Reads GraphQL queries: one operation, fields, aliases, arguments and variables.
struct GraphQLParser {
  private struct Token {
    var text: String
    var isString: Bool
    var line: Int
    var column: Int
  }

  private var tokens: [Token] = []
  private var position = 0
  private static let deepest = 30

  /// Reads a document.
  static func parse(_ text: String) throws(GraphQLFailure) -> GraphQLOperation {
    var parser = GraphQLParser()
    try parser.tokenize(text)
    return try parser.operation()
  }

  // MARK: Tokens

  private mutating func tokenize(_ text: String) throws(GraphQLFailure) {
    let scalars = Array(text.unicodeScalars)
    var index = 0
    var line = 1
    var lineStart = 0
    func isName(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "_" || isDigit(scalar))
    }
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    while index < scalars.count {
      let scalar = scalars[index]
      let column = index - lineStart + 1
      let start = index
      switch scalar {
      case "\n":
        line += 1
        index += 1
        lineStart = index
        continue
      case " ", "\t", "\r", ",", "\u{FEFF}":
        index += 1
        continue
      case "#":
        while index < scalars.count, scalars[index] != "\n" { index += 1 }
        continue
      case "{", "}", "(", ")", "[", "]", ":", "$", "!", "=", "@", "|", "&":
        index += 1
      case ".":
        guard index + 2 < scalars.count, scalars[index + 1] == ".", scalars[index + 2] == "." else {
          throw Self.unexpected(".", line, column)
        }
        index += 3
      case "\"":
        let value = try Self.string(scalars, &index, line, column)
        tokens.append(Token(text: value, isString: true, line: line, column: column))
        continue
      default:
        if isName(scalar) || scalar == "-" {
          index += 1
          while index < scalars.count,
            isName(scalars[index])
              || (scalars[index] == "." && isDigit(scalars[start]) && index + 1 < scalars.count
                && isDigit(scalars[index + 1]))
          {
            index += 1
          }
        } else {
          throw Self.unexpected(String(Character(scalar)), line, column)
        }
      }
      var slice = String.UnicodeScalarView()
      slice.append(contentsOf: scalars[start..<index])
      tokens.append(Token(text: String(slice), isString: false, line: line, column: column))
    }
  }

  private static func string(
    _ scalars: [Unicode.Scalar], _ index: inout Int, _ line: Int, _ column: Int
  ) throws(GraphQLFailure) -> String {
    var value = String.UnicodeScalarView()
    index += 1
    while index < scalars.count, scalars[index] != "\"" {
      guard scalars[index] != "\n" else { break }
      if scalars[index] == "\\", index + 1 < scalars.count {
        index += 1
        switch scalars[index] {
        case "n": value.append("\n")
        case "t": value.append("\t")
        case "r": value.append("\r")
        default: value.append(scalars[index])
        }
      } else {
        value.append(scalars[index])
      }
      index += 1
    }
    guard index < scalars.count, scalars[index] == "\"" else {
      throw unexpected("\"", line, column)
    }
    index += 1
    return String(value)
  }

  private static func unexpected(_ text: String, _ line: Int, _ column: Int) -> GraphQLFailure {
    GraphQLFailure(
      message: "Parse error on \"\(text)\" at [\(line), \(column)]", line: line, column: column)
  }

  // MARK: Grammar

  private var peeked: String? {
    position < tokens.count && !tokens[position].isString ? tokens[position].text : nil
  }

  private func failure() -> GraphQLFailure {
    guard position < tokens.count else {
      return GraphQLFailure(message: "Unexpected end of document", line: 1, column: 1)
    }
    let token = tokens[position]
    return Self.unexpected(token.text, token.line, token.column)
  }

  private mutating func take(_ text: String) -> Bool {
    guard peeked == text else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ text: String) throws(GraphQLFailure) {
    guard take(text) else { throw failure() }
  }

  private mutating func name() throws(GraphQLFailure) -> String {
    guard let text = peeked, let first = text.unicodeScalars.first,
      first == "_" || first.properties.isAlphabetic
    else { throw failure() }
    position += 1
    return text
  }

  private mutating func operation() throws(GraphQLFailure) -> GraphQLOperation {
    var defaults: [JSON.Member] = []
    if peeked != "{" {
      guard take("query") else { throw failure() }
      if peeked != "{", peeked != "(" { _ = try name() }
      if take("(") {
        while !take(")") {
          try expect("$")
          let variable = try name()
          try expect(":")
          try type()
          if take("=") {
            defaults.append(.init(variable, try value(depth: 0).resolved(.null)))
          }
        }
      }
    }
    let selection = try selection(depth: 0)
    guard position == tokens.count else { throw failure() }
    return GraphQLOperation(defaults: defaults, selection: selection)
  }

  private mutating func type() throws(GraphQLFailure) {
    if take("[") {
      try type()
      try expect("]")
    } else {
      _ = try name()
    }
    _ = take("!")
  }

  private mutating func selection(depth: Int) throws(GraphQLFailure) -> [GraphQLField] {
    guard depth < Self.deepest else { throw failure() }
    try expect("{")
    var fields: [GraphQLField] = []
    while !take("}") {
      guard position < tokens.count else { throw failure() }
      let token = tokens[position]
      let first = try name()
      let own = take(":") ? try name() : first
      var arguments: [(name: String, value: GraphQLValue)] = []
      if take("(") {
        while !take(")") {
          let argument = try name()
          try expect(":")
          arguments.append((argument, try value(depth: 0)))
        }
      }
      let inner = peeked == "{" ? try selection(depth: depth + 1) : []
      fields.append(
        GraphQLField(
          alias: first, name: own, arguments: arguments, selection: inner, line: token.line,
          column: token.column))
    }
    return fields
  }

  private mutating func value(depth: Int) throws(GraphQLFailure) -> GraphQLValue {
    guard depth < Self.deepest, position < tokens.count else { throw failure() }
    let token = tokens[position]
    if token.isString {
      position += 1
      return .json(.string(token.text))
    }
    if take("$") { return .variable(try name()) }
    if take("[") {
      var values: [GraphQLValue] = []
      while !take("]") { values.append(try value(depth: depth + 1)) }
      return .list(values)
    }
    guard let first = token.text.unicodeScalars.first,
      first == "-" || first == "_" || first.properties.isAlphabetic || ("0"..."9").contains(first)
    else { throw failure() }
    position += 1
    switch token.text {
    case "true": return .json(true)
    case "false": return .json(false)
    case "null": return .json(nil)
    default:
      if let number = Int(token.text) { return .json(.int(number)) }
      if let number = Double(token.text) { return .json(.double(number)) }
      return .json(.string(token.text))
    }
  }
}
