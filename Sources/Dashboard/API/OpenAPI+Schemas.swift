import Reports
import Settings

/// The schemas that the description refers to by name.
extension OpenAPI {
  static var schemas: [(String, JSONValue)] {
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

  static let error = answer([
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

  static let mapping = answer([
    ("serviceName", string), ("repo", optionalString), ("pathPrefix", optionalString),
    ("defaultBranch", optionalString),
  ])

  static let config = answer([
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

  static let newMapping = object(
    [
      ("serviceName", text(1...256, isOptional: false)),
      ("repo", text(1...8192, isOptional: false)),
      ("pathPrefix", text(0...4096)), ("defaultBranch", text(0...255)),
    ], required: ["serviceName", "repo"])

  static func repositories(isOptional: Bool) -> JSONValue {
    let limits: [(String, JSONValue)] = [
      (
        "items",
        type("string", with: [("minLength", .integer(1)), ("maxLength", .integer(8192))])
      ),
      ("minItems", .integer(1)), ("maxItems", .integer(ConfigChange.maximumRepositories)),
    ]
    return isOptional ? type("array", "null", with: limits) : type("array", with: limits)
  }

  static let changeable: [(String, JSONValue)] = [
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

  static let newConfig = object(
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

  static let configChange = object(
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

  static let names = type(
    "array", "null",
    with: [
      (
        "items",
        type("string", with: [("minLength", .integer(1)), ("maxLength", .integer(8192))])
      ),
      ("maxItems", .integer(AnalysisQuestion.maximumNames)),
    ])

  static let newAnalysis = object(
    [
      ("description", text(AnalysisQuestion.descriptionRange, isOptional: false)),
      ("timeStart", givenTime), ("timeEnd", givenTime),
      ("metadata", type("object", "null")),
      ("symptom", text(0...AnalysisQuestion.maximumSymptomBytes)), ("repositories", names),
      ("services", names), ("revision", text(1...255)),
      ("lookbackDays", integer(RepositorySetting.lookbackRange)),
      ("limit", integer(1...AnalysisQuestion.maximumLimit)),
    ], required: ["description"])

  static let analysisMembers: [(String, JSONValue)] = [
    ("id", string), ("status", choice(StoredAnalysis.Status.allCases.map(\.rawValue))),
    ("createdAt", time), ("completedAt", optionalTime), ("description", string),
    ("timeStart", time), ("timeEnd", time), ("metadata", type("object")),
    ("error", optionalString),
  ]

  static let author = answer([("name", optionalString)])
  static let lines = type(
    "array", "null",
    with: [("items", type("integer")), ("minItems", .integer(2)), ("maxItems", .integer(2))])

  static let correlation = object(
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

  static let suspect = answer([
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

  static let result = object(
    [
      ("codeCorrelation", reference("CodeCorrelation")), ("suspects", array(reference("Suspect"))),
      ("at", time), ("lookbackDays", type("integer")), ("repositories", array(string)),
      ("candidates", type("integer")), ("notes", array(string)),
    ], required: ["codeCorrelation", "suspects", "at", "lookbackDays", "repositories", "notes"])
}
