import Credentials
import Foundation
import GitLab
import HTTP
import HTTPTypes
import Pages
import Reports
import Settings
import Sync

/// Code Repos: connecting, the form of repositories and mappings, and removing.
struct CodeReposRoutes: Sendable {
  let services: Services

  private var configuration: Configuration { services.configuration }

  var routes: [Endpoint] {
    [
      Endpoint(.get, Route.codeRepos.path, .person) { request in
        let page = try await services.workers.onDisk {
          try ConnectionViews(services).codeRepos(configuration)
        }
        return try await services.show(page, request)
      },
      Endpoint(.get, Route.connect.path, .person) { request in
        try await services.show(ConnectPage(callbackURL: callback(request)), request)
      },
      Endpoint(.post, Route.connect.path, .person, Endpoint.plainForm) { request in
        try await connect(request, again: nil)
      },
      Endpoint(.get, Route.oauthCallback.path, .person) { try await comeBack($0) },
      Endpoint(.get, "/connections/*/reauthorize", .person) { request in
        let id = try APIRoutes.id(request)
        let page = try await reauthorizePage(id, request)
        return try await services.show(page, request)
      },
      Endpoint(.post, "/connections/*/reauthorize", .person, Endpoint.plainForm) { request in
        let id = try APIRoutes.id(request)
        let item = try await services.workers.onDisk { try configuration.item(id) }
        return try await connect(request, again: item)
      },
      Endpoint(.get, "/connections/*/remove", .person) { try await askToRemove($0) },
      Endpoint(.post, "/connections/*/remove", .person, Endpoint.plainForm) {
        try await remove($0)
      },
      Endpoint(.get, "/connections/*", .person) { request in
        let id = try APIRoutes.id(request)
        let page = try await services.workers.onDisk {
          try ConnectionViews(services).form(configuration.item(id))
        }
        return try await services.show(page, request)
      },
      Endpoint(.post, "/connections/*", .person, Endpoint.plainForm) { try await save($0) },
    ]
  }

  private func callback(_ request: WebRequest) -> String {
    services.origin(request) + Route.oauthCallback.path
  }

  // MARK: Connecting

  private func reauthorizePage(_ id: Connection.ID, _ request: WebRequest) async throws
    -> ConnectPage
  {
    let callback = callback(request)
    return try await services.workers.onDisk {
      let item = try configuration.item(id)
      let isOAuth = item.connection.authentication == .oauth
      return ConnectPage(
        reauthorizing: try ConnectionViews(services).summary(item), isGitLabCom: false,
        baseURL: "\(item.connection.baseURL)", name: item.connection.name,
        method: isOAuth ? .oauth : .token, clientID: item.connection.clientID ?? "",
        callbackURL: callback)
    }
  }

  /// Takes the form of a new connection, or of one that is authorized anew.
  private func connect(_ request: WebRequest, again item: ConfigItem?) async throws -> WebResponse {
    let form = request.form
    func value(_ field: ConnectPage.Field) -> String {
      (form[field.rawValue] ?? "").trimmingSpaces
    }
    var page: ConnectPage
    if let item {
      page = try await reauthorizePage(item.connection.id, request)
    } else {
      page = ConnectPage(callbackURL: callback(request))
      page.isGitLabCom = value(.instance) != "other"
      page.baseURL = value(.baseURL)
      page.name = value(.name)
    }
    page.method = ConnectPage.Method(rawValue: value(.method)) ?? page.method
    page.clientID = value(.clientID)
    do {
      try configuration.requireNetwork()
      let address =
        item.map { "\($0.connection.baseURL)" }
        ?? (page.isGitLabCom ? ConfigBody.defaultBaseURL : page.baseURL)
      let baseURL = try configuration.baseURL(address, field: ConnectPage.Field.baseURL.rawValue)
      let name = item?.connection.name ?? (page.name.isEmpty ? nil : page.name)
      switch page.method {
      case .token:
        return try await connect(
          request, baseURL: baseURL, token: value(.token), name: name, again: item)
      case .oauth:
        return try await logIn(
          request, baseURL: baseURL, clientID: page.clientID, secret: value(.clientSecret),
          name: name, again: item)
      }
    } catch {
      let failure = WebFailure(error)
      var notices: [Notice] = []
      for field in failure.fields {
        if let place = ConnectPage.Field(rawValue: field.field) {
          page.errors[place] = field.sentence
        } else {
          notices.append(Notice(kind: .failure, text: field.sentence))
        }
      }
      if failure.fields.isEmpty { notices.append(.failed(failure)) }
      return try await services.show(
        page, request, status: failure.code.status, notices: notices)
    }
  }

  private func connect(
    _ request: WebRequest, baseURL: BaseURL, token: String, name: String?, again: ConfigItem?
  ) async throws -> WebResponse {
    let secret = try configuration.token(token, field: ConnectPage.Field.token.rawValue)
    let stored = try await services.workers.onNetwork {
      if again == nil, let name, try services.store.connection(named: name) != nil {
        throw WebFailure(fields: [
          FieldFailure(
            ConnectPage.Field.name.rawValue, SettingsError.duplicateConnection(name: name))
        ])
      }
      return try configuration.connect(
        token: secret, baseURL: baseURL, name: try name ?? configuration.freeName(for: baseURL),
        tokenField: ConnectPage.Field.token.rawValue,
        addressField: ConnectPage.Field.baseURL.rawValue)
    }
    return await finish(request, stored.outcome, stored.check)
  }

  private func finish(
    _ request: WebRequest, _ outcome: ConnectionSetup.Outcome, _ check: TokenCheck
  ) async -> WebResponse {
    let connection = outcome.connection
    var details: [String] = []
    if !check.excessScopes.isEmpty { details.append(Trouble.excessScopes.remedy()) }
    if outcome.adoptedRepositories > 0 {
      details.append(
        Count.of(outcome.adoptedRepositories, "repository now uses", "repositories now use")
          + " it.")
    }
    let notice = Notice(
      kind: details.isEmpty ? .success : .warning,
      text:
        "\(outcome.isRenewal ? "Authorized" : "Connected") as \(connection.displayName) "
        + "(@\(connection.userName)).", details: details)
    if outcome.isRenewal {
      let id = connection.id
      let item = try? await services.workers.onDisk { try configuration.item(id) }
      await services.syncSoon(item?.repositories ?? [])
    }
    return services.goOn(to: .connection(connection.id), request, notice)
  }

  // MARK: OAuth

  private func logIn(
    _ request: WebRequest, baseURL: BaseURL, clientID: String, secret: String, name: String?,
    again item: ConfigItem?
  ) async throws -> WebResponse {
    let idField = ConnectPage.Field.clientID.rawValue
    guard (1...256).contains(clientID.utf8.count),
      clientID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw WebFailure(fields: [
        FieldFailure(
          idField, "The Application ID is missing or has odd characters.",
          hint: "Copy the Application ID that GitLab shows.")
      ])
    }
    let clientSecret =
      secret.isEmpty
      ? nil
      : try configuration.token(secret, field: ConnectPage.Field.clientSecret.rawValue)
    let redirectURI = callback(request)
    guard let session = request.session else { throw WebFailure.notFound }
    let login = try await services.workers.onNetwork {
      if item == nil, let name, try services.store.connection(named: name) != nil {
        throw WebFailure(fields: [
          FieldFailure(
            ConnectPage.Field.name.rawValue, SettingsError.duplicateConnection(name: name))
        ])
      }
      // A new login to a confidential application needs its secret again, which is stored.
      let stored =
        item?.connection.clientID == clientID && clientSecret == nil
        ? item.flatMap {
          try? configuration.vault.secrets(of: $0.connection.id).secrets.clientSecret
        } : nil
      let client = OAuthClient(
        baseURL: baseURL.description,
        application: OAuthApplication(clientID: clientID, clientSecret: clientSecret ?? stored),
        configuration: configuration.provider.network(item?.connection.caFile),
        cancellation: services.cancellation)
      let code = CodeLogin(
        client: client, redirectURI: redirectURI, registeredRedirectURI: redirectURI)
      do throws(LoginError) {
        try code.probe()
      } catch {
        throw WebFailure(fields: [FieldFailure(Self.field(of: error), error)])
      }
      return PendingLogins.Login(
        code: code, baseURL: baseURL,
        name: try name ?? configuration.freeName(for: baseURL), caFile: item?.connection.caFile,
        reauthorizing: item?.connection.id, session: session.id)
    }
    services.logins.add(login)
    let page = LeavingPage(address: login.code.page, baseURL: "\(baseURL)")
    return try await services.show(page, request).with(.refresh, "0; url=\(login.code.page)")
  }

  /// Which field of the form a failed login is about.
  private static func field(of error: LoginError) -> String {
    let field: ConnectPage.Field =
      switch error {
      case .oauth(.http), .oauth(.notSupported), .oauth(.notGitLab), .oauth(.server): .baseURL
      default: .clientID
      }
    return field.rawValue
  }

  /// GitLab sent the browser back.
  private func comeBack(_ request: WebRequest) async throws -> WebResponse {
    let state = request.query["state"] ?? ""
    guard let session = request.session,
      let login = services.logins.take(state: state, session: session.id)
    else {
      return services.goOn(to: .connect, request, .failed(LoginError.wrongState))
    }
    let answer = RedirectAnswer(
      code: request.query["code"].flatMap { $0.isEmpty ? nil : Secret($0) }, state: state,
      error: request.query["error"], errorDescription: request.query["error_description"])
    do {
      let stored = try await services.workers.onNetwork {
        let tokens = try login.code.tokens(for: answer)
        let date = Date()
        let client = try configuration.client(
          of: login.baseURL, tokens: FixedToken(tokens.accessToken), caFile: login.caFile)
        let stored = try configuration.setup.store(
          tokens, from: login.code.client, client: client, name: login.name,
          baseURL: login.baseURL, caFile: login.caFile, at: date)
        configuration.revoke(stored.outcome.replaced)
        return stored
      }
      return await finish(request, stored.outcome, stored.check)
    } catch {
      let route = login.reauthorizing.map { Route.reauthorize($0) } ?? .connect
      return services.goOn(to: route, request, .failed(error))
    }
  }

  // MARK: Saving and removing

  private func save(_ request: WebRequest) async throws -> WebResponse {
    let id = try APIRoutes.id(request)
    let form = ConnectionForm(request.form)
    let outcome = try await services.workers.onNetwork { try configuration.save(form, to: id) }
    await services.noteChange(from: outcome.before, to: outcome.after)
    let saved = Notice(
      kind: .success, text: outcome.changes.isEmpty ? "Nothing changed." : "Saved.",
      details: outcome.changes)
    if outcome.isClean, outcome.checks.allSatisfy({ $0.mark == .ok }) {
      return services.goOn(to: .connection(id), request, saved)
    }
    var page = try await services.workers.onDisk {
      try ConnectionViews(services).form(configuration.item(id))
    }
    page.checks = outcome.checks
    page.errors = outcome.errors
    page.mappings = outcome.rows
    if !outcome.isClean {
      page.repositories = form.lines.joined(separator: "\n")
      page.lookbackDays = form.lookbackDays
      page.isActive = form.isActive
    }
    var notices: [Notice] = outcome.isClean || !outcome.changes.isEmpty ? [saved] : []
    if !outcome.isClean {
      notices.append(
        Notice(
          kind: .failure, text: "Not everything is saved; what is wrong is said where it stands."))
    }
    return try await services.show(
      page, request, status: outcome.isClean ? .ok : .unprocessableContent, notices: notices)
  }

  private func askToRemove(_ request: WebRequest) async throws -> WebResponse {
    let id = try APIRoutes.id(request)
    let item = try await services.workers.onDisk { try configuration.item(id) }
    let connection = item.connection
    var consequences = ["Its token is deleted from this machine."]
    if !item.repositories.isEmpty {
      consequences.append(
        item.repositories.count == 1
          ? "Its repository stays, without a connection: it is synced only if public."
          : "Its \(item.repositories.count) repositories stay, without a connection: they are synced only if public."
      )
    }
    let page = ConfirmPage(
      question: "Remove the connection \(connection.name)?", consequences: consequences,
      button: "Remove", action: .disconnect(id), cancel: .connection(id),
      choice: connection.authentication == .oauth && !services.options.isOffline
        ? .init(name: Self.revokeField, label: "Also revoke the tokens on GitLab") : nil)
    return try await services.show(page, request)
  }

  private static let revokeField = "revoke"

  private func remove(_ request: WebRequest) async throws -> WebResponse {
    let id = try APIRoutes.id(request)
    let revokes = request.form[Self.revokeField] == "on"
    do {
      let connection = try await services.workers.onNetwork {
        let item = try configuration.item(id)
        if revokes {
          try configuration.requireNetwork()
          try configuration.provider.revoke(item.connection)
        }
        _ = try configuration.remove(id, withRepositories: false)
        return item.connection
      }
      return services.goOn(
        to: .codeRepos, request,
        Notice(
          kind: .success,
          text:
            "Removed the connection \(connection.name)\(revokes ? " and revoked its tokens" : "").")
      )
    } catch let error as TokenError {
      return services.goOn(to: .connection(id), request, .failed(error))
    }
  }
}
