import Mirror

/// Directories or file contents that a comparison needs and that a mirror of the window only does not hold.
public struct MissingContents: Error, Sendable {
  /// How many are missing, as far as is known.
  public var count: Int
  /// One of them.
  public var first: MissingObjects.Place
  /// Why they could not be fetched, a sentence; `nil` where it was not tried.
  public var reason: String?

  /// `nil` where nothing is missing.
  init?(_ missing: MissingObjects, reason: String? = nil) {
    guard let first = missing.first else { return nil }
    self.first = first
    count = missing.trees.isEmpty ? missing.blobs.count : missing.trees.count
    self.reason = reason
  }

  /// One sentence: what is missing.
  var summary: String {
    let place =
      first.path.isEmpty
      ? "its tree" : "'\(String(decoding: first.path, as: UTF8.self))'"
    return first.isTree
      ? "The mirror lacks \(count == 1 ? "a directory" : "\(count) directories") that this needs, as \(place) (tree \(first.id))."
      : "The mirror lacks the contents of \(count == 1 ? "a file" : "\(count) files") that this needs, as \(place) (blob \(first.id))."
  }
}
