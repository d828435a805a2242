/// How far a fetch has come.
public struct FetchProgress: Sendable, Equatable {
  /// Objects in the pack; 0 until its header has come.
  public var totalObjects = 0
  /// Objects received.
  public var receivedObjects = 0
  /// Objects received and indexed.
  public var indexedObjects = 0
  /// Bytes of pack received.
  public var receivedBytes = 0
}
