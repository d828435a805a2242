import Cache
import Credentials
import Foundation
import GitLab
import Glibc
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
  private let report: (Finding) -> Void

  /// Bytes of free space below which a sync is likely to fail, and below which a person should know.
  private static let leastSpace: (failing: Int64, warning: Int64) = (200 << 20, 2 << 30)

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

      /// Names a repository.
      public init(path: String, projectID: Int64? = nil) {
        self.path = path
        self.projectID = projectID
      }
    }

    /// Takes the parts together.
    public init(connection: Connection?, baseURL: BaseURL, repositories: [Subject]) {
      self.connection = connection
      self.baseURL = baseURL
      self.repositories = repositories
    }
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  func add(_ finding: Finding) { report(finding) }

  func checkCancellation() throws {
    if provider.cancellation.isCancelled { throw CancellationError() }
  }

  // MARK: - This machine

  /// Looks at the settings, the key, the cache and the disks.
  public func examineMachine() throws {
    do {
      try store.verify()
      let count = try store.connections().count
      add(.ok(.settings, "", "\(store.path): sound, \(Self.counted(count, "connection"))"))
    } catch {
      add(settingsFailure(error))
      return
    }
    try examineKey()
    examineCache()
    for directory in Set([store.directory, cacheDirectory]).sorted() { examineDisk(directory) }
  }

  private func settingsFailure(_ error: SettingsError) -> Finding {
    Finding(
      .settings, of: "", .failed, String(error.summary.dropLast()), trouble: Trouble(error),
      remedy: error.hint)
  }

  private func examineKey() throws {
    var opened = 0
    for connection in try store.connections() {
      do throws(VaultError) {
        _ = try provider.vault.secrets(of: connection.id)
        opened += 1
      } catch {
        add(
          Finding(
            .key, of: connection.name, .failed, String(error.summary.dropLast()),
            trouble: Trouble(error), remedy: error.hint))
      }
    }
    if opened > 0 {
      add(.ok(.key, "", "opens the tokens of \(Self.counted(opened, "connection"))"))
    }
  }

  private func examineCache() {
    do {
      let cache = try CacheStore(directory: cacheDirectory, access: .readOnly)
      let problems = try cache.integrityProblems()
      guard let first = problems.first else {
        add(.ok(.cache, "", "\(cache.path): sound"))
        return
      }
      add(.trouble(.cache, "", .cacheCorrupt, "\(cache.path) is damaged: \(first)"))
    } catch CacheError.missing(let path) {
      add(
        .trouble(
          .cache, "", .cacheMissing, "there is no cache at \(path) yet", state: .warning))
    } catch {
      add(.failure(.cache, "", error))
    }
  }

  private func examineDisk(_ directory: String) {
    // A directory that is not there yet will be made on its parent's disk.
    var path = directory
    while access(path, F_OK) != 0, path.contains("/"), path != "/" {
      path = URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
    var status = statvfs()
    guard statvfs(path, &status) == 0 else {
      add(.skipped(.disk, "", "\(directory): the free space is not told"))
      return
    }
    let free = Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    let text = "\(directory): \(free / (1 << 20)) MiB free"
    if access(path, W_OK) != 0 {
      add(.trouble(.disk, "", .cacheUnwritable, "\(directory) cannot be written"))
    } else if free < Self.leastSpace.failing {
      add(.trouble(.disk, "", .diskFull, text))
    } else if free < Self.leastSpace.warning {
      add(.trouble(.disk, "", .diskLow, text, state: .warning))
    } else {
      add(.ok(.disk, "", text))
    }
  }
}
