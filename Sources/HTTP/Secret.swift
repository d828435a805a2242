/// A token, password or code that shows itself to nobody who does not ask for it.
///
/// Descriptions, interpolation, `dump` and mirrors all yield three bullets. It is not `Codable`, so
/// that no file or answer holds one by accident.
public struct Secret: Sendable, Hashable {
  private let text: String

  /// Wraps a text.
  public init(_ text: String) {
    self.text = text
  }

  /// Returns the text itself: for the one place that sends or stores it.
  public func reveal() -> String {
    text
  }

  static let mask = "•••"
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Three bullets.
  public var description: String { Self.mask }

  /// Three bullets.
  public var debugDescription: String { Self.mask }

  /// A mirror that shows three bullets.
  public var customMirror: Mirror {
    Mirror(self, unlabeledChildren: [Self.mask])
  }
}
