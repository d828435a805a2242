import Foundation
import HTTPTypes
import Reports
import Settings

/// The routes below `/v1`.
struct APIRoutes: Sendable {
  let services: Services

  var routes: [Endpoint] {
    [
      Endpoint(.get, "/v1/openapi.json", .open) { _ in
        .json(OpenAPI.document)
      }
    ] + configRoutes + analysisRoutes
  }

  /// - Parameter ignored: Members of the request that mean nothing here; told only where there are any.
  static func success(
    _ data: JSONValue, status: HTTPResponse.Status = .ok, ignored: [String] = []
  ) -> WebResponse {
    var members = [("success", JSONValue.bool(true)), ("data", data)]
    if !ignored.isEmpty { members.append(("ignored", .array(ignored.map(JSONValue.string)))) }
    return .json(.object(members), status: status)
  }

  static func done(_ word: String, ignored: [String] = []) -> WebResponse {
    success(.object([(word, .bool(true))]), ignored: ignored)
  }

  /// The number in a path; nothing else has an address.
  static func id(_ request: WebRequest) throws -> Int64 {
    guard let text = request.parameters.first, (1...18).contains(text.utf8.count),
      !text.hasPrefix("0"),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let id = Int64(text)
    else { throw WebFailure.notFound }
    return id
  }

  // MARK: Configurations

  private var configRoutes: [Endpoint] {
    let configuration = services.configuration
    let workers = services.workers
    return [
      Endpoint(.get, "/v1/config/repos", .key(.configRead)) { _ in
        let items = try await workers.onDisk { try configuration.items() }
        return Self.success(.array(items.map(\.json)))
      },
      Endpoint(.post, "/v1/config/repos", .key(.configWrite), .smallJSON) { request in
        let body = try ConfigBody(creating: request.body)
        let item = try await workers.onNetwork {
          try configuration.create(
            name: body.name, baseURL: body.baseURL ?? "", token: body.token ?? "", body.change)
        }
        await services.syncSoon(item.repositories)
        return Self.success(item.json, status: .created, ignored: body.ignored)
      },
      Endpoint(.put, "/v1/config/repos/*", .key(.configWrite), .smallJSON) { request in
        let id = try Self.id(request)
        let body = try ConfigBody(changing: request.body)
        let before = try await workers.onDisk { try configuration.item(id) }
        try await workers.onNetwork {
          try configuration.update(id, baseURL: body.baseURL, token: body.token, body.change)
        }
        let after = try await workers.onDisk { try configuration.item(id) }
        await services.noteChange(from: before.repositories, to: after.repositories)
        return Self.done("updated", ignored: body.ignored)
      },
      Endpoint(.delete, "/v1/config/repos/*", .key(.configWrite)) { request in
        let id = try Self.id(request)
        let gone = try await workers.onDisk {
          try configuration.remove(id, withRepositories: true)
        }
        for repository in gone { await services.syncs.forget(repository.id) }
        return Self.done("deleted")
      },
      Endpoint(.delete, "/v1/config/repos/*/cache", .key(.configWrite)) { request in
        let id = try Self.id(request)
        let item = try await workers.onDisk { try configuration.item(id) }
        for repository in item.repositories where await services.syncs.isBusy(repository.id) {
          throw WebFailure.busy(repository)
        }
        try await workers.onDisk { try configuration.flush(id) }
        return Self.done("flushed")
      },
    ]
  }

  // MARK: Analyses

  private var analysisRoutes: [Endpoint] {
    let workers = services.workers
    let store = services.store
    return [
      Endpoint(
        .post, "/v1/analyses", .key(.analysisCreate),
        .json(AnalysisQuestion.maximumSymptomBytes * 2)
      ) { request in
        let body = try AnalysisBody(request.body, now: Date())
        let analysis = try await services.analyses.submit(body.question)
        return Self.success(Self.json(analysis), status: .accepted, ignored: body.ignored)
          .with(.location, "/v1/analyses/\(analysis.id)")
      },
      Endpoint(.get, "/v1/analyses", .key(.analysisRead)) { request in
        let page = try Paging(request.query)
        let (analyses, count) = try await workers.onDisk {
          (
            try store.analyses(limit: page.size, offset: (page.number - 1) * page.size),
            try store.analysisCount()
          )
        }
        return .json(
          .object([
            ("success", .bool(true)), ("data", .array(analyses.map(Self.json(_:)))),
            (
              "pagination",
              .object([
                ("page", .integer(page.number)), ("perPage", .integer(page.size)),
                ("total", .integer(count)),
              ])
            ),
          ]))
      },
      Endpoint(.get, "/v1/analyses/*", .key(.analysisRead)) { request in
        let id = try Self.id(request)
        let json = try await workers.onDisk { try Self.json(id, in: store) }
        return Self.success(json)
      },
    ]
  }

  /// One analysis with its result.
  static func json(_ id: StoredAnalysis.ID, in store: SettingsStore) throws -> JSONValue {
    guard let analysis = try store.analysis(id: id) else {
      throw WebFailure(.notFound, "There is no such analysis.")
    }
    let question = (try? JSONValue(parsing: Array(analysis.question.utf8))) ?? .null
    var json = json(analysis)
    for name in ["repositories", "services", "revision"] {
      json = json.adding(name, question[name] ?? .null)
    }
    let answer = try store.answer(ofAnalysis: id, \.answer)
      .flatMap { try? JSONValue(parsing: Array($0.utf8)) }
    return json.adding("result", answer ?? .null)
  }

  /// One analysis in the form of a list.
  static func json(_ analysis: StoredAnalysis) -> JSONValue {
    let question = (try? JSONValue(parsing: Array(analysis.question.utf8))) ?? .null
    return .object([
      ("id", .string("\(analysis.id)")), ("status", .string(analysis.status.rawValue)),
      ("createdAt", .time(analysis.createdAt)), ("completedAt", .time(analysis.finishedAt)),
      ("description", question["description"] ?? .null),
      ("timeStart", question["timeStart"] ?? .null), ("timeEnd", question["timeEnd"] ?? .null),
      ("metadata", question["metadata"] ?? .null), ("error", .optional(analysis.failure)),
    ])
  }
}

/// Which part of a list is asked for.
struct Paging: Sendable {
  var number = 1
  var size = 20

  static let sizes = 1...100
  static let numbers = 1...1_000_000

  init(_ query: FormFields) throws {
    func read(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
      guard let text = query[name] else { return nil }
      guard let number = Int(text), range.contains(number) else {
        throw WebFailure(fields: [
          FieldFailure(
            name, "It has to be a whole number from \(range.lowerBound) to \(range.upperBound).")
        ])
      }
      return number
    }
    number = try read("page", Self.numbers) ?? number
    size = try read("perPage", Self.sizes) ?? size
  }
}

/// The body of a configuration's POST or PUT.
struct ConfigBody: Sendable {
  var name: String?
  var baseURL: String?
  var token: String?
  var change = ConfigChange()
  /// The members that mean nothing here.
  var ignored: [String] = []

  static let defaultBaseURL = "https://gitlab.com"

  init(creating body: [UInt8]) throws {
    var reader = try BodyReader(body)
    if let platform = reader.text("platform", 1...64, isRequired: true),
      platform != ConfigItem.platform
    {
      reader.fail("platform", "Only \(ConfigItem.platform) is known.")
    }
    name = reader.text("name", 1...64)
    var (token, baseURL): (String?, String?)
    reader.object("credentials", isRequired: true) { credentials in
      token = credentials.text("token", 1...4096, isRequired: true)
      baseURL = credentials.text("baseUrl", 1...2048)
    }
    self.token = token
    self.baseURL = baseURL ?? Self.defaultBaseURL
    try read(&reader, isNew: true)
  }

  init(changing body: [UInt8]) throws {
    var reader = try BodyReader(body)
    if let platform = reader.text("platform", 1...64), platform != ConfigItem.platform {
      reader.fail("platform", "Only \(ConfigItem.platform) is known.")
    }
    var (token, baseURL): (String?, String?)
    reader.object("credentials") { credentials in
      token = credentials.text("token", 1...4096)
      baseURL = credentials.text("baseUrl", 1...2048)
    }
    self.token = token
    self.baseURL = baseURL
    try read(&reader, isNew: false)
  }

  private mutating func read(_ reader: inout BodyReader, isNew: Bool) throws {
    change.repositories = reader.texts(
      "repositories", atMost: ConfigChange.maximumRepositories, isRequired: isNew, least: 1)
    change.mappings = reader.objects(
      "serviceMappings", atMost: ConfigChange.maximumMappings
    ) { reader in
      let service = reader.text("serviceName", 1...256, isRequired: true)
      let repository = reader.text("repo", 1...8192, isRequired: true)
      let prefix = reader.text("pathPrefix", 0...4096)
      let branch = reader.text("defaultBranch", 0...255)
      guard let service, let repository else { return nil }
      return ConfigChange.Mapping(
        service: service, repository: repository, pathPrefix: prefix, branch: branch)
    }
    change.lookbackDays = reader.integer("lookbackDays", RepositorySetting.lookbackRange)
    change.isActive = reader.flag("isActive")
    try reader.check()
    ignored = reader.ignored
  }
}

/// The body of a new analysis.
struct AnalysisBody: Sendable {
  var question: AnalysisQuestion
  /// The members that mean nothing here.
  var ignored: [String]

  init(_ body: [UInt8], now: Date) throws {
    var reader = try BodyReader(body)
    let description = reader.text(
      "description", AnalysisQuestion.descriptionRange, isRequired: true)
    let end = reader.time("timeEnd") ?? now
    let start =
      reader.time("timeStart") ?? end.addingTimeInterval(-AnalysisQuestion.defaultSpan)
    if end.timeIntervalSince(now) > AnalysisQuestion.maximumAhead {
      reader.fail("timeEnd", "It lies more than 60 s in the future.")
    }
    if start > end { reader.fail("timeStart", "It lies after timeEnd.") }
    question = AnalysisQuestion(
      description: description ?? "", timeStart: start, timeEnd: end)
    question.metadata =
      reader.object("metadata", atMost: AnalysisQuestion.maximumMetadataBytes) ?? .object([])
    if let symptom = reader.text("symptom", 0...AnalysisQuestion.maximumSymptomBytes) {
      question.symptom = Array(symptom.utf8)
      if question.symptom.count > AnalysisQuestion.maximumSymptomBytes {
        reader.fail("symptom", "It is larger than \(AnalysisQuestion.maximumSymptomBytes) bytes.")
      }
    }
    question.repositories =
      reader.texts("repositories", atMost: AnalysisQuestion.maximumNames) ?? []
    question.services = reader.texts("services", atMost: AnalysisQuestion.maximumNames) ?? []
    question.revision = reader.text("revision", 1...255)
    question.lookbackDays = reader.integer("lookbackDays", RepositorySetting.lookbackRange)
    question.limit = reader.integer("limit", 1...AnalysisQuestion.maximumLimit) ?? question.limit
    ignored = reader.ignored
    try reader.check()
  }
}
