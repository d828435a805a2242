import Reports
import Settings

/// The description of `/v1`, as OpenAPI 3.1 has it.
enum OpenAPI {
  static var document: JSONValue {
    .object([
      ("openapi", .string("3.1.0")),
      (
        "info",
        .object([
          ("title", .string("SigSentry for GitLab")), ("version", .string("1")),
          (
            "description",
            .string(
              "Connections to GitLab with their repositories, and analyses that name the merge request that broke it."
            )
          ),
        ])
      ),
      ("servers", .array([.object([("url", .string("/"))])])),
      ("security", .array([.object([("apiKey", .array([]))])])),
      ("paths", paths),
      (
        "components",
        .object([
          (
            "securitySchemes",
            .object([
              (
                "apiKey",
                .object([
                  ("type", .string("http")), ("scheme", .string("bearer")),
                  ("description", .string("A key that 'sigsentry api-keys create' made.")),
                ])
              )
            ])
          ),
          ("schemas", .object(schemas)),
        ])
      ),
    ])
  }

  // MARK: Paths

  static var paths: JSONValue {
    .object([
      (
        "/v1/openapi.json",
        .object([
          (
            "get",
            operation(
              "getDescription", "This description", nil,
              [("200", "The description", .object([("type", .string("object"))]))])
          )
        ])
      ),
      (
        "/v1/config/repos",
        .object([
          (
            "get",
            operation(
              "listConfigs", "Lists connections with their repositories", .configRead,
              [("200", "All of them", success(array(reference("Config"))))])
          ),
          (
            "post",
            operation(
              "createConfig", "Connects to a GitLab and adds repositories", .configWrite,
              [("201", "What is stored now", success(reference("Config"), takesBody: true))],
              body: reference("NewConfig"), errors: [400, 413, 415])
          ),
        ])
      ),
      (
        "/v1/config/repos/{id}",
        .object([
          ("parameters", .array([idParameter])),
          (
            "put",
            operation(
              "updateConfig", "Changes what is given and leaves the rest", .configWrite,
              [("200", "It is stored", success(flag("updated"), takesBody: true))],
              body: reference("ConfigChange"), errors: [400, 404, 413, 415])
          ),
          (
            "delete",
            operation(
              "deleteConfig",
              "Removes a connection with its repositories and mappings; the cache stays",
              .configWrite, [("200", "It is gone", success(flag("deleted")))], errors: [404])
          ),
        ])
      ),
      (
        "/v1/config/repos/{id}/cache",
        .object([
          ("parameters", .array([idParameter])),
          (
            "delete",
            operation(
              "flushCache", "Deletes what is cached of its repositories", .configWrite,
              [("200", "It is gone", success(flag("flushed")))], errors: [404, 409])
          ),
        ])
      ),
      (
        "/v1/analyses",
        .object([
          (
            "get",
            operation(
              "listAnalyses", "Lists analyses, newest first, without their results", .analysisRead,
              [("200", "A page of them", reference("AnalysisList"))], errors: [400],
              parameters: [
                query("page", Paging.numbers, default: 1),
                query("perPage", Paging.sizes, default: 20),
              ])
          ),
          (
            "post",
            operation(
              "createAnalysis", "Asks which merge request broke it", .analysisCreate,
              [
                (
                  "202", "It will be answered in the background",
                  success(reference("Analysis"), takesBody: true)
                )
              ],
              body: reference("NewAnalysis"), errors: [400, 413, 415])
          ),
        ])
      ),
      (
        "/v1/analyses/{id}",
        .object([
          ("parameters", .array([idParameter])),
          (
            "get",
            operation(
              "getAnalysis", "Tells how far an analysis is, and its result", .analysisRead,
              [("200", "The analysis", success(reference("AnalysisWithResult")))], errors: [404])
          ),
        ])
      ),
    ])
  }

  static func operation(
    _ id: String, _ summary: String, _ permission: APIKey.Permission?,
    _ answers: [(status: String, description: String, schema: JSONValue)],
    body: JSONValue? = nil, errors: [Int] = [], parameters: [JSONValue] = []
  ) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("operationId", .string(id)), ("summary", .string(summary)),
      (
        "description",
        .string(
          permission.map { "Needs the permission \($0.rawValue)." } ?? "Needs no key.")
      ),
    ]
    if permission == nil { members.append(("security", .array([]))) }
    if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
    if let body {
      members.append(
        ("requestBody", .object([("required", .bool(true)), ("content", json(body))])))
    }
    var responses = answers.map { answer in
      (
        answer.status,
        JSONValue.object([
          ("description", .string(answer.description)), ("content", json(answer.schema)),
        ])
      )
    }
    for status in errors + (permission == nil ? [421, 500] : [401, 403, 421, 429, 500]) {
      responses.append(
        (
          "\(status)",
          .object([
            ("description", .string(words[status] ?? "An error")),
            ("content", json(reference("Error"))),
          ])
        ))
    }
    members.append(("responses", .object(responses)))
    return .object(members)
  }

  static let words = [
    400: "Something in the request is wrong", 401: "No valid API key was sent",
    403: "The key lacks the permission", 404: "There is no such thing",
    409: "A sync is running", 413: "The body is too large", 415: "The body is no JSON",
    421: "The host is not this server's", 429: "Too many requests; see Retry-After",
    500: "It could not be done",
  ]

  static let idParameter = JSONValue.object([
    ("name", .string("id")), ("in", .string("path")), ("required", .bool(true)),
    ("schema", .object([("type", .string("string")), ("pattern", .string("^[1-9][0-9]{0,17}$"))])),
  ])

  static func query(
    _ name: String, _ range: ClosedRange<Int>, default value: Int
  ) -> JSONValue {
    .object([
      ("name", .string(name)), ("in", .string("query")), ("required", .bool(false)),
      (
        "schema",
        .object([
          ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
          ("maximum", .integer(range.upperBound)), ("default", .integer(value)),
        ])
      ),
    ])
  }

  // MARK: Pieces of schemas

  static func json(_ schema: JSONValue) -> JSONValue {
    .object([("application/json", .object([("schema", schema)]))])
  }

  static func reference(_ name: String) -> JSONValue {
    .object([("$ref", .string("#/components/schemas/\(name)"))])
  }

  static func array(_ items: JSONValue) -> JSONValue {
    .object([("type", .string("array")), ("items", items)])
  }

  static func object(
    _ members: [(String, JSONValue)], required: [String]
  ) -> JSONValue {
    .object([
      ("type", .string("object")), ("properties", .object(members)),
      ("required", .array(required.map(JSONValue.string))),
    ])
  }

  /// An answer's object: all members are there.
  static func answer(_ members: [(String, JSONValue)]) -> JSONValue {
    object(members, required: members.map(\.0))
  }

  static func success(_ data: JSONValue, takesBody: Bool = false) -> JSONValue {
    let members = [("success", JSONValue.object([("const", .bool(true))])), ("data", data)]
    guard takesBody else { return answer(members) }
    let ignored = type(
      "array",
      with: [
        ("items", string),
        (
          "description", .string("Members of the body that mean nothing here; left out where none.")
        ),
      ])
    return object(members + [("ignored", ignored)], required: members.map(\.0))
  }

  static func flag(_ name: String) -> JSONValue {
    answer([(name, .object([("const", .bool(true))]))])
  }

  static func type(_ names: String..., with more: [(String, JSONValue)] = []) -> JSONValue {
    .object(
      [
        (
          "type",
          names.count == 1 ? .string(names[0]) : .array(names.map(JSONValue.string))
        )
      ] + more)
  }

  static func text(_ range: ClosedRange<Int>, isOptional: Bool = true) -> JSONValue {
    let limits: [(String, JSONValue)] = [
      ("minLength", .integer(range.lowerBound)), ("maxLength", .integer(range.upperBound)),
      ("pattern", .string("^[^\\u0000]*$")),
    ]
    return isOptional ? type("string", "null", with: limits) : type("string", with: limits)
  }

  static func integer(_ range: ClosedRange<Int>) -> JSONValue {
    type(
      "integer", "null",
      with: [("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))])
  }

  static func choice(_ values: [String]) -> JSONValue {
    type("string", with: [("enum", .array(values.map(JSONValue.string)))])
  }

  static let time = type("string", with: [("format", .string("date-time"))])
  static let optionalTime = type(
    "string", "null", with: [("format", .string("date-time"))])
  /// Not every reader checks formats.
  static let givenTime = type(
    "string", "null",
    with: [
      ("format", .string("date-time")),
      (
        "pattern",
        .string(
          "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
            + "(\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$")
      ),
    ])
  static let string = type("string")
  static let optionalString = type("string", "null")
  static let bool = type("boolean")
}
