import Foundation
import GitLab
import HTTP

/// A repository to bring up to date, with all that is needed to reach it.
public struct SyncTarget: Sendable {
  /// The path as the user gave it or as it was last known.
  public var path: String
  /// GitLab's number for it, once known.
  public var projectID: Int64?
  /// The instance, without a slash at its end.
  public var baseURL: String
  /// The instance's directory name below `mirrors/`.
  public var host: String
  /// Days of merge requests to keep ready.
  public var lookbackDays: Int
  /// Keep everything ready that changed since then, instead of the last ``lookbackDays``.
  public var since: Date?
  /// Which file contents a new mirror is to hold; one that is there stays as it is.
  public var content: MirrorContent
  /// How to reach the instance.
  public var http: HTTPConfiguration
  /// Makes the source of tokens for the thread that asks.
  public var tokens: @Sendable (HTTPClient) throws -> any TokenSource
  /// Told which project the path stands for, on the sync's thread.
  public var resolved: @Sendable (Project) throws -> Void

  /// Makes a target of its parts.
  public init(
    path: String, projectID: Int64?, baseURL: String, host: String, lookbackDays: Int, since: Date?,
    content: MirrorContent = .automatic, http: HTTPConfiguration,
    tokens: @escaping @Sendable (HTTPClient) throws -> any TokenSource,
    resolved: @escaping @Sendable (Project) throws -> Void
  ) {
    self.path = path
    self.projectID = projectID
    self.baseURL = baseURL
    self.host = host
    self.lookbackDays = lookbackDays
    self.since = since
    self.content = content
    self.http = http
    self.tokens = tokens
    self.resolved = resolved
  }
}
