/// Header fields in order; names compare without regard to case, and a name may occur repeatedly.
///
/// Descriptions and mirrors show the names only, because a value may be a token.
public struct HTTPHeaders: Sendable, Equatable {
  /// One field.
  public struct Field: Sendable, Equatable {
    /// The name as it was written.
    public let name: String
    /// The value, without white space at its ends.
    public fileprivate(set) var value: String
  }

  /// All fields, in order.
  public private(set) var fields: [Field] = []

  /// Makes an empty list.
  public init() {}

  /// Makes a list of names and values.
  public init(_ fields: [(name: String, value: String)]) {
    for field in fields { add(field.name, field.value) }
  }

  /// The first value of that name. Setting replaces every field of the name; `nil` removes them.
  public subscript(name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      fields.removeAll { Self.same($0.name, name) }
      if let newValue { add(name, newValue) }
    }
  }

  /// Returns the values of every field of that name.
  public func values(_ name: String) -> [String] {
    fields.filter { Self.same($0.name, name) }.map(\.value)
  }

  /// Appends a field and keeps those of the same name.
  public mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Appends a folded line's text to the last value (RFC 9112, 5.2).
  mutating func fold(_ text: String) {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].value += " " + text
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8) { $0.lowercased == $1.lowercased }
  }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  /// Makes a list of the literal's fields, in its order.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { add(name, value) }
  }
}

extension HTTPHeaders: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The names.
  public var description: String { "[" + fields.map(\.name).joined(separator: ", ") + "]" }

  /// The names.
  public var debugDescription: String { description }

  /// A mirror that shows the names.
  public var customMirror: Mirror {
    Mirror(self, unlabeledChildren: fields.map(\.name))
  }
}

extension HTTPHeaders.Field: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The name.
  public var description: String { name }

  /// The name.
  public var debugDescription: String { name }

  /// A mirror that shows the name.
  public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension UInt8 {
  /// The lower case of an ASCII letter; any other byte is itself.
  var lowercased: UInt8 { (65...90).contains(self) ? self + 32 : self }
}
