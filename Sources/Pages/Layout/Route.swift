/// Every address of the dashboard, below its root. Pages link to these alone, and the server answers them.
package enum Route: Sendable, Equatable {
  /// Code Repos: connections and their repositories.
  case codeRepos
  /// GET the form that connects to GitLab; POST it.
  case connect
  /// Where GitLab sends the browser back to after its consent page.
  case oauthCallback
  /// GET a connection with its repositories and mappings; POST saves them.
  case connection(Int64)
  /// GET the form that authorizes a connection anew; POST it.
  case reauthorize(Int64)
  /// GET asks whether to remove a connection; POST does.
  case disconnect(Int64)
  /// GET a repository with what is cached of it.
  case repository(Int64)
  /// GET the JSON twin of a part of that page.
  case repositoryData(Int64, RepositoryData)
  /// POST: `sync` no longer visits it.
  case pause(Int64)
  /// POST: `sync` visits it again.
  case resume(Int64)
  /// GET asks whether to remove a repository; POST does.
  case removeRepository(Int64)
  /// GET asks whether to clear a repository's cache; POST does.
  case clearCache(Int64)
  /// POST starts a sync of one repository.
  case syncRepository(Int64)
  /// GET a merge request, by repository and number.
  case mergeRequest(Int64, Int64)
  /// GET its JSON twin.
  case mergeRequestData(Int64, Int64)
  /// GET the progress; POST starts a sync of all active repositories.
  case sync
  /// GET the JSON twin of the progress.
  case syncData
  /// GET the stream of server-sent events.
  case events
  /// GET the list; POST starts an analysis.
  case analyses
  /// GET the form of a new analysis.
  case newAnalysis
  /// GET an analysis.
  case analysis(String)
  /// GET its JSON twin.
  case analysisData(String)
  /// GET it as one HTML file to share.
  case analysisFile(String)
  /// POST runs it again, offline.
  case rerun(String)
  /// GET the settings: API keys and webhook.
  case settings
  /// POST makes an API key.
  case createKey
  /// POST revokes an API key.
  case revokeKey(String)
  /// GET the login form; POST it.
  case login
  /// POST ends the session.
  case logout
  /// GET a static file, by its name with the hash of its content.
  case asset(String)

  /// The parts of a repository's page that have a JSON twin, each as the command line prints it with `--json`.
  package enum RepositoryData: String, Sendable, CaseIterable {
    /// As `mrs`.
    case mergeRequests = "merge-requests"
    /// As `hotspots --by file`.
    case files
    /// As `hotspots --by directory`.
    case directories
    /// As `hotspots --by author`.
    case authors
    /// Changed lines by day.
    case churn
  }

  /// The path below the dashboard's root, beginning with a slash.
  package var path: String {
    switch self {
    case .codeRepos: "/repos"
    case .connect: "/connect"
    case .oauthCallback: "/oauth/callback"
    case .connection(let id): "/connections/\(id)"
    case .reauthorize(let id): "/connections/\(id)/reauthorize"
    case .disconnect(let id): "/connections/\(id)/remove"
    case .repository(let id): "/repos/\(id)"
    case .repositoryData(let id, let data): "/repos/\(id)/\(data.rawValue).json"
    case .pause(let id): "/repos/\(id)/pause"
    case .resume(let id): "/repos/\(id)/resume"
    case .removeRepository(let id): "/repos/\(id)/remove"
    case .clearCache(let id): "/repos/\(id)/clear-cache"
    case .syncRepository(let id): "/repos/\(id)/sync"
    case .mergeRequest(let id, let iid): "/repos/\(id)/merge-requests/\(iid)"
    case .mergeRequestData(let id, let iid): "/repos/\(id)/merge-requests/\(iid).json"
    case .sync: "/sync"
    case .syncData: "/sync.json"
    case .events: "/events"
    case .analyses: "/analyses"
    case .newAnalysis: "/analyses/new"
    case .analysis(let id): "/analyses/\(Self.segment(id))"
    case .analysisData(let id): "/analyses/\(Self.segment(id)).json"
    case .analysisFile(let id): "/analyses/\(Self.segment(id)).html"
    case .rerun(let id): "/analyses/\(Self.segment(id))/rerun"
    case .settings: "/settings"
    case .createKey: "/settings/keys"
    case .revokeKey(let id): "/settings/keys/\(Self.segment(id))/revoke"
    case .login: "/login"
    case .logout: "/logout"
    case .asset(let name): "/assets/\(Self.segment(name))"
    }
  }

  /// Percent-encodes all but the unreserved characters of RFC 3986.
  static func segment(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
