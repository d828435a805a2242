import Mirror

/// File contents that a comparison needs and that a mirror of the window only does not hold.
public struct MissingContents: Error, Sendable {
  /// How many files' contents are missing.
  public var count: Int
  /// One of the files.
  public var path: [UInt8]
  /// Its content's id.
  public var id: ObjectID
  /// Why they could not be fetched, a sentence; `nil` where it was not tried.
  public var reason: String?
}
