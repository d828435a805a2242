import Credentials
import HTTP
import Settings

/// Finds out why something does not work: goes through every part on the way from this machine to a project's diffs and
/// says of each that it is well, or what is wrong and what to do. Blocks its thread; changes nothing but a token that is
/// due for renewal.
public struct Doctor {
  let store: SettingsStore
  let provider: TokenProvider
  let cacheDirectory: String
  let wait: (Double) throws -> Void
  let report: (Finding) -> Void

  /// - Parameters:
  ///   - wait: Waits for so many seconds before a request is tried again; throws to end that.
  ///   - report: Told each finding as it is made.
  public init(
    store: SettingsStore, provider: TokenProvider, cacheDirectory: String,
    wait: @escaping (Double) throws -> Void, report: @escaping (Finding) -> Void
  ) {
    self.store = store
    self.provider = provider
    self.cacheDirectory = cacheDirectory
    self.wait = wait
    self.report = report
  }

  /// A GitLab to look at: with which connection, and for which repositories.
  public struct Patient: Sendable {
    /// `nil` for an instance that is read as anybody may.
    public var connection: Connection?
    /// The instance.
    public var baseURL: BaseURL
    /// Repositories in the settings, or a path that is not there yet.
    public var repositories: [Subject]

    /// A repository.
    public struct Subject: Sendable {
      /// Its path.
      public var path: String
      /// GitLab's number for it, once known.
      public var projectID: Int64?
      /// What it is called; its path, where no other repository has that.
      public var name: String

      /// Names a repository.
      public init(path: String, projectID: Int64? = nil, name: String? = nil) {
        self.path = path
        self.projectID = projectID
        self.name = name ?? path
      }
    }

    /// Takes the parts together.
    public init(connection: Connection?, baseURL: BaseURL, repositories: [Subject]) {
      self.connection = connection
      self.baseURL = baseURL
      self.repositories = repositories
    }
  }

  func add(_ finding: Finding) { report(finding) }

  func checkCancellation() throws {
    if provider.cancellation.isCancelled { throw CancellationError() }
  }
}
