/// Numbers of things in words.
public enum Count {
  /// A number with its noun: `1 file`, `2 files`; `many` where an s at its end does not make it.
  public static func of(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
  }
}
