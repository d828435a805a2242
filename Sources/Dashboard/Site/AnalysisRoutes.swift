import Cache
import Foundation
import HTTPTypes
import Pages
import Reports
import Settings

/// The analyses and the form of a new one.
struct AnalysisRoutes: Sendable {
  let services: Services

  /// The symptom's bytes that its page shows.
  private static let shownSymptom = 64 << 10
  private static let form = Endpoint.Content.files(AnalysisQuestion.maximumSymptomBytes + 1 << 20)

  var routes: [Endpoint] {
    let store = services.store
    return [
      Endpoint(.get, Route.analyses.path, .person) { request in
        let page = try await services.workers.onDisk { try list(page: request.query["page"]) }
        return try await services.show(page, request)
      },
      Endpoint(.post, Route.analyses.path, .person, Self.form) { try await ask($0) },
      Endpoint(.get, Route.newAnalysis.path, .person) { request in
        let page = try await services.workers.onDisk { try form(chosen: request.query) }
        return try await services.show(page, request)
      },
      Endpoint(.get, "/analyses/*.json", .person) { request in
        let id = try APIRoutes.id(request)
        return .json(try await services.workers.onDisk { try APIRoutes.json(id, in: store) })
      },
      Endpoint(.get, "/analyses/*.html", .person) { request in
        let id = try APIRoutes.id(request)
        let page = try await services.workers.onDisk {
          try store.answer(ofAnalysis: id, \.page)
        }
        guard let page else {
          throw WebFailure(.notFound, "This analysis has no answer.")
        }
        var response = WebResponse.html(page)
        // The file has its style in itself, and may not do more than that.
        response.headers[.contentSecurityPolicy] =
          "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        response.headers[.contentDisposition] = "attachment; filename=\"analysis-\(id).html\""
        return response
      },
      Endpoint(.get, "/analyses/*", .person) { request in
        let id = try APIRoutes.id(request)
        let page = try await services.workers.onDisk { try self.page(id) }
        return try await services.show(page, request)
      },
      Endpoint(.post, "/analyses/*/rerun", .person, Endpoint.plainForm) { request in
        let id = try APIRoutes.id(request)
        let question = try await services.workers.onDisk { try Self.question(id, in: store) }
        guard let question else { throw WebFailure.noAnalysis }
        let again = try await services.analyses.submit(question)
        return services.goOn(to: .analysis("\(again.id)"), request)
      },
    ]
  }

  /// The question of an analysis with its symptom.
  private static func question(
    _ id: StoredAnalysis.ID, in store: SettingsStore
  ) throws -> AnalysisQuestion? {
    guard let analysis = try store.analysis(id: id) else { return nil }
    return AnalysisQuestion(
      stored: analysis.question, symptom: try store.symptom(ofAnalysis: id) ?? [])
  }

  // MARK: Showing

  /// The list; a page that there is none of gives the nearest.
  private func list(page: String?) throws -> AnalysesPage {
    let count = try services.store.analysisCount()
    let size = AnalysesPage.pageSize
    let pages = max(1, (count + size - 1) / size)
    let page = min(max(1, page.flatMap { Int($0) } ?? 1), pages)
    return AnalysesPage(
      analyses: try services.store.analyses(limit: size, offset: (page - 1) * size)
        .map(Self.summary),
      page: page, pages: pages)
  }

  private static func summary(_ analysis: StoredAnalysis) -> AnalysisSummary {
    let question = AnalysisQuestion(stored: analysis.question, symptom: [])
    let headline = analysis.headline.flatMap {
      try? JSONDecoder().decode(AnalysisHeadline.self, from: Data($0.utf8))
    }
    return AnalysisSummary(
      id: "\(analysis.id)", description: question?.description ?? "",
      status: AnalysisSummary.Status(rawValue: analysis.status.rawValue) ?? .failed,
      createdAt: analysis.createdAt, from: question?.timeStart ?? analysis.createdAt,
      until: question?.timeEnd ?? analysis.createdAt,
      repositories: headline?.repositories ?? question?.repositories ?? [],
      suspect: headline?.suspect, confidence: headline?.confidence)
  }

  private func page(_ id: StoredAnalysis.ID) throws -> AnalysisPage {
    let store = services.store
    guard let analysis = try store.analysis(id: id) else { throw WebFailure.noAnalysis }
    let answer = try store.answer(ofAnalysis: id, \.view).flatMap {
      try? JSONDecoder().decode(AnalysisAnswer.self, from: Data($0.utf8))
    }
    let notes = analysis.headline.flatMap {
      try? JSONDecoder().decode(AnalysisHeadline.self, from: Data($0.utf8))
    }?.notes
    let symptom = try store.symptom(ofAnalysis: id) ?? []
    return AnalysisPage(
      summary: Self.summary(analysis),
      symptom: String(decoding: symptom.prefix(Self.shownSymptom), as: UTF8.self), answer: answer,
      failure: analysis.failure ?? notes.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") })
  }

  // MARK: Asking

  /// The form with everything that can be chosen.
  private func form(chosen query: FormFields) throws -> NewAnalysisPage {
    typealias Field = NewAnalysisPage.Field
    let repositories = try services.store.repositories()
    let statuses = try RepositoryStatuses(store: services.store, cache: services.cache)
    let chosen = Set(query.all(Field.repository.rawValue))
    let services = Set(query.all(Field.service.rawValue))
    let unique = RepositoryNames(repositories.map { ("\($0.baseURL)", $0.path) })
    let names = Dictionary(
      repositories.map { ($0.id, unique.name(of: $0.path, at: "\($0.baseURL)")) },
      uniquingKeysWith: { first, _ in first })
    return NewAnalysisPage(
      repositories: try repositories.map { setting in
        let isSynced = try statuses.status(of: setting).project?.syncedAt != nil
        let name = names[setting.id] ?? setting.path
        return NewAnalysisPage.Choice(
          name: name, isChosen: chosen.contains(name),
          note: isSynced ? nil : "never synced")
      },
      services: try self.services.store.mappings().map {
        NewAnalysisPage.Choice(
          name: $0.service, isChosen: services.contains($0.service),
          note: names[$0.repositoryID])
      })
  }

  private func ask(_ request: WebRequest) async throws -> WebResponse {
    let fields = request.form
    let (question, errors) = Self.read(fields, now: Date())
    var failures = errors
    if let question, errors.isEmpty {
      do {
        let analysis = try await services.analyses.submit(question)
        return services.goOn(to: .analysis("\(analysis.id)"), request)
      } catch {
        failures[.description] = WebFailure(error).sentence
      }
    }
    typealias Field = NewAnalysisPage.Field
    var page = try await services.workers.onDisk { try form(chosen: fields) }
    page.description = fields[Field.description.rawValue] ?? ""
    page.symptom = fields[Field.symptom.rawValue] ?? ""
    page.window =
      NewAnalysisPage.Window(rawValue: fields[Field.window.rawValue] ?? "") ?? page.window
    page.from = fields[Field.from.rawValue] ?? ""
    page.until = fields[Field.until.rawValue] ?? ""
    page.errors = failures
    return try await services.show(page, request, status: .unprocessableContent)
  }

  /// Reads the form; what is wrong stands at its field.
  static func read(
    _ fields: FormFields, now: Date
  ) -> (AnalysisQuestion?, [NewAnalysisPage.Field: String]) {
    typealias Field = NewAnalysisPage.Field
    func value(_ field: Field) -> String { fields[field.rawValue] ?? "" }
    var errors: [Field: String] = [:]
    let description = value(.description).trimmingCharacters(in: .whitespacesAndNewlines)
    if !AnalysisQuestion.descriptionRange.contains(description.unicodeScalars.count) {
      errors[.description] = "Describe it in 1 to 5,000 characters."
    }
    var symptom = value(.symptom)
    let file = value(.symptomFile)
    if !file.isEmpty { symptom += (symptom.isEmpty ? "" : "\n\n") + file }
    if symptom.utf8.count > AnalysisQuestion.maximumSymptomBytes {
      errors[.symptom] =
        "It is larger than \(AnalysisQuestion.maximumSymptomBytes >> 20) MiB; cut it to what matters."
    }
    var (start, end) = (now, now)
    switch NewAnalysisPage.Window(rawValue: value(.window)) {
    case nil: errors[.window] = "Choose one."
    case .custom?:
      if let from = time(value(.from)) {
        start = from
      } else {
        errors[.from] = "Give a day and time."
      }
      if !value(.until).isEmpty {
        if let until = time(value(.until)) {
          end = until
        } else {
          errors[.until] = "Give a day and time, or leave it empty."
        }
      }
      if errors.isEmpty, end.timeIntervalSince(now) > AnalysisQuestion.maximumAhead {
        errors[.until] = "It lies in the future."
      }
      if errors.isEmpty, start > end { errors[.from] = "It lies after the end." }
    case let window?: start = now.addingTimeInterval(-Double(window.minutes ?? 60) * 60)
    }
    guard errors.isEmpty else { return (nil, errors) }
    var question = AnalysisQuestion(description: description, timeStart: start, timeEnd: end)
    question.symptom = Array(symptom.utf8)
    question.repositories = Array(
      fields.all(Field.repository.rawValue).prefix(AnalysisQuestion.maximumNames))
    question.services = Array(
      fields.all(Field.service.rawValue).prefix(AnalysisQuestion.maximumNames))
    return (question, [:])
  }

  /// A time as a form's control writes it, in UTC.
  private static func time(_ text: String) -> Date? {
    let text = text.trimmingSpaces
    return APITime.parse("\(text):00Z") ?? APITime.parse("\(text)Z")
  }
}

extension WebFailure {
  static let noAnalysis = WebFailure(.notFound, "There is no such analysis.")
}
