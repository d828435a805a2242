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

  private static var paths: JSONValue {
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
              [("201", "What is stored now", success(reference("Config")))],
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
              [("200", "It is stored", success(flag("updated")))],
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
              [("202", "It will be answered in the background", success(reference("Analysis")))],
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

  private static func operation(
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

  private static let words = [
    400: "Something in the request is wrong", 401: "No valid API key was sent",
    403: "The key lacks the permission", 404: "There is no such thing",
    409: "A sync is running", 413: "The body is too large", 415: "The body is no JSON",
    421: "The host is not this server's", 429: "Too many requests; see Retry-After",
    500: "It could not be done",
  ]

  private static let idParameter = JSONValue.object([
    ("name", .string("id")), ("in", .string("path")), ("required", .bool(true)),
    ("schema", .object([("type", .string("string")), ("pattern", .string("^[1-9][0-9]{0,17}$"))])),
  ])

  private static func query(
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

  private static func json(_ schema: JSONValue) -> JSONValue {
    .object([("application/json", .object([("schema", schema)]))])
  }

  private static func reference(_ name: String) -> JSONValue {
    .object([("$ref", .string("#/components/schemas/\(name)"))])
  }

  private static func array(_ items: JSONValue) -> JSONValue {
    .object([("type", .string("array")), ("items", items)])
  }

  private static func object(
    _ members: [(String, JSONValue)], required: [String]
  ) -> JSONValue {
    .object([
      ("type", .string("object")), ("properties", .object(members)),
      ("required", .array(required.map(JSONValue.string))),
    ])
  }

  /// An answer's object: all members are there.
  private static func answer(_ members: [(String, JSONValue)]) -> JSONValue {
    object(members, required: members.map(\.0))
  }

  private static func success(_ data: JSONValue) -> JSONValue {
    answer([("success", .object([("const", .bool(true))])), ("data", data)])
  }

  private static func flag(_ name: String) -> JSONValue {
    answer([(name, .object([("const", .bool(true))]))])
  }

  private static func type(_ names: String..., with more: [(String, JSONValue)] = []) -> JSONValue {
    .object(
      [
        (
          "type",
          names.count == 1 ? .string(names[0]) : .array(names.map(JSONValue.string))
        )
      ] + more)
  }

  private static func text(_ range: ClosedRange<Int>, isOptional: Bool = true) -> JSONValue {
    let limits: [(String, JSONValue)] = [
      ("minLength", .integer(range.lowerBound)), ("maxLength", .integer(range.upperBound)),
      ("pattern", .string("^[^\\u0000]*$")),
    ]
    return isOptional ? type("string", "null", with: limits) : type("string", with: limits)
  }

  private static func integer(_ range: ClosedRange<Int>) -> JSONValue {
    type(
      "integer", "null",
      with: [("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))])
  }

  private static func choice(_ values: [String]) -> JSONValue {
    type("string", with: [("enum", .array(values.map(JSONValue.string)))])
  }

  private static let time = type("string", with: [("format", .string("date-time"))])
  private static let optionalTime = type(
    "string", "null", with: [("format", .string("date-time"))])
  /// Not every reader checks formats.
  private static let givenTime = type(
    "string", "null",
    with: [
      ("format", .string("date-time")),
      (
        "pattern",
        .string(
          "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
            + "(\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$")
      ),
    ])
  private static let string = type("string")
  private static let optionalString = type("string", "null")
  private static let bool = type("boolean")

  // MARK: Schemas

  private static var schemas: [(String, JSONValue)] {
    [
      ("Error", error), ("Config", config), ("Mapping", mapping), ("NewMapping", newMapping),
      ("NewConfig", newConfig), ("ConfigChange", configChange), ("NewAnalysis", newAnalysis),
      ("Analysis", answer(analysisMembers)),
      (
        "AnalysisWithResult",
        answer(
          analysisMembers + [
            ("repositories", array(string)), ("services", array(string)),
            ("revision", optionalString),
            (
              "result",
              .object([("oneOf", .array([reference("Result"), type("null")]))])
            ),
          ])
      ),
      (
        "AnalysisList",
        answer([
          ("success", .object([("const", .bool(true))])), ("data", array(reference("Analysis"))),
          (
            "pagination",
            answer([
              ("page", type("integer")), ("perPage", type("integer")), ("total", type("integer")),
            ])
          ),
        ])
      ),
      ("Result", result), ("CodeCorrelation", correlation), ("Suspect", suspect),
    ]
  }

  private static let error = answer([
    ("success", .object([("const", .bool(false))])),
    (
      "error",
      answer([
        ("code", choice(WebFailure.Code.allCases.map(\.rawValue))), ("message", string),
        (
          "details",
          object(
            [
              ("hint", string),
              (
                "fields",
                array(answer([("field", string), ("message", string), ("hint", optionalString)]))
              ),
            ], required: [])
        ),
      ])
    ),
  ])

  private static let mapping = answer([
    ("serviceName", string), ("repo", optionalString), ("pathPrefix", optionalString),
    ("defaultBranch", optionalString),
  ])

  private static let config = answer([
    ("id", string), ("name", string), ("platform", choice([ConfigItem.platform])),
    ("baseUrl", string),
    ("authentication", choice(Connection.Authentication.allCases.map(\.rawValue))),
    ("user", string), ("expiresAt", optionalTime), ("needsReauthorization", bool),
    ("repositories", array(string)), ("serviceMappings", array(reference("Mapping"))),
    (
      "lookbackDays",
      type("integer", with: [("minimum", .integer(1)), ("maximum", .integer(365))])
    ),
    ("isActive", bool), ("createdAt", time), ("updatedAt", time),
  ])

  private static let newMapping = object(
    [
      ("serviceName", text(1...256, isOptional: false)),
      ("repo", text(1...8192, isOptional: false)),
      ("pathPrefix", text(0...4096)), ("defaultBranch", text(0...255)),
    ], required: ["serviceName", "repo"])

  private static func repositories(isOptional: Bool) -> JSONValue {
    let limits: [(String, JSONValue)] = [
      (
        "items",
        type("string", with: [("minLength", .integer(1)), ("maxLength", .integer(8192))])
      ),
      ("minItems", .integer(1)), ("maxItems", .integer(ConfigChange.maximumRepositories)),
    ]
    return isOptional ? type("array", "null", with: limits) : type("array", with: limits)
  }

  private static let changeable: [(String, JSONValue)] = [
    (
      "serviceMappings",
      type(
        "array", "null",
        with: [
          ("items", reference("NewMapping")), ("maxItems", .integer(ConfigChange.maximumMappings)),
        ])
    ),
    ("lookbackDays", integer(RepositorySetting.lookbackRange)),
    ("isActive", type("boolean", "null")),
  ]

  private static let newConfig = object(
    [
      ("platform", choice([ConfigItem.platform])), ("name", text(1...64)),
      (
        "credentials",
        object(
          [
            (
              "token",
              type(
                "string",
                with: [
                  ("minLength", .integer(1)), ("maxLength", .integer(4096)),
                  ("writeOnly", .bool(true)),
                ])
            ),
            ("baseUrl", text(1...2048)),
          ], required: ["token"])
      ),
      ("repositories", repositories(isOptional: false)),
    ] + changeable, required: ["platform", "credentials", "repositories"])

  private static let configChange = object(
    [
      (
        "platform",
        type("string", "null", with: [("enum", .array([.string(ConfigItem.platform), .null]))])
      ),
      (
        "credentials",
        type(
          "object", "null",
          with: [
            (
              "properties",
              .object([
                (
                  "token",
                  type(
                    "string", "null",
                    with: [
                      ("minLength", .integer(1)), ("maxLength", .integer(4096)),
                      ("writeOnly", .bool(true)),
                    ])
                ),
                ("baseUrl", text(1...2048)),
              ])
            )
          ])
      ),
      ("repositories", repositories(isOptional: true)),
    ] + changeable, required: [])

  private static let names = type(
    "array", "null",
    with: [
      (
        "items",
        type("string", with: [("minLength", .integer(1)), ("maxLength", .integer(8192))])
      ),
      ("maxItems", .integer(AnalysisQuestion.maximumNames)),
    ])

  private static let newAnalysis = object(
    [
      ("description", text(AnalysisQuestion.descriptionRange, isOptional: false)),
      ("timeStart", givenTime), ("timeEnd", givenTime),
      ("metadata", type("object", "null")),
      ("symptom", text(0...AnalysisQuestion.maximumSymptomBytes)), ("repositories", names),
      ("services", names), ("revision", text(1...255)),
      ("lookbackDays", integer(RepositorySetting.lookbackRange)),
      ("limit", integer(1...AnalysisQuestion.maximumLimit)),
    ], required: ["description"])

  private static let analysisMembers: [(String, JSONValue)] = [
    ("id", string), ("status", choice(StoredAnalysis.Status.allCases.map(\.rawValue))),
    ("createdAt", time), ("completedAt", optionalTime), ("description", string),
    ("timeStart", time), ("timeEnd", time), ("metadata", type("object")),
    ("error", optionalString),
  ]

  private static let author = answer([("name", optionalString)])
  private static let lines = type(
    "array", "null",
    with: [("items", type("integer")), ("minItems", .integer(2)), ("maxItems", .integer(2))])

  private static let correlation = object(
    [
      ("available", bool),
      (
        "suspectedCode",
        .object([
          (
            "oneOf",
            .array([
              answer([
                ("repo", string), ("filePath", string), ("functionName", optionalString),
                ("lineRange", lines), ("snippet", optionalString),
              ]), type("null"),
            ])
          )
        ])
      ),
      (
        "causalPR",
        .object([
          (
            "oneOf",
            .array([
              answer([
                ("id", type("integer")), ("title", string), ("author", author),
                ("mergedAt", optionalTime), ("url", optionalString), ("confidence", type("number")),
                ("explanation", string),
              ]), type("null"),
            ])
          )
        ])
      ),
      (
        "recentCommits",
        array(
          answer([
            ("sha", string), ("title", string), ("author", author), ("committedAt", optionalTime),
            ("url", optionalString),
          ]))
      ),
      ("explanation", string),
    ], required: ["available", "suspectedCode", "causalPR", "recentCommits"])

  private static let suspect = answer([
    ("repository", string), ("mergeRequest", type("integer")), ("sha", optionalString),
    ("title", string), ("author", optionalString), ("mergedAt", optionalTime),
    ("url", optionalString), ("score", type("number")), ("confidence", type("number")),
    ("file", string), ("function", optionalString), ("lines", lines),
    (
      "evidence",
      array(
        answer([
          ("kind", string), ("frame", type("integer", "null")), ("file", string),
          ("line", type("integer", "null")), ("weight", type("number")), ("text", string),
        ]))
    ),
    (
      "snippet",
      array(
        answer([("number", type("integer")), ("text", string), ("changed", bool), ("named", bool)])
      )
    ),
  ])

  private static let result = object(
    [
      ("codeCorrelation", reference("CodeCorrelation")), ("suspects", array(reference("Suspect"))),
      ("at", time), ("lookbackDays", type("integer")), ("repositories", array(string)),
      ("candidates", type("integer")), ("notes", array(string)),
    ], required: ["codeCorrelation", "suspects", "at", "lookbackDays", "repositories", "notes"])
}
