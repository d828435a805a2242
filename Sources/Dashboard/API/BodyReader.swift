import Foundation
import Reports

/// Reads the members of a JSON object one by one and gathers what is wrong with them, and which ones nobody asked for.
struct BodyReader {
  private let members: [(String, JSONValue)]
  private let prefix: String
  private(set) var failures: [FieldFailure] = []
  private var known: Set<String> = []
  private var ignoredWithin: [String] = []

  /// The most names that ``ignored`` holds.
  static let maximumIgnored = 20

  /// - Throws: ``WebFailure`` where the bytes are no JSON object.
  init(_ body: [UInt8]) throws {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: body)
    } catch {
      throw WebFailure(
        .validation, "The body is no JSON: at byte \(error.offset), \(error.reason).")
    }
    guard case .object(let members) = value else {
      throw WebFailure(.validation, "The body has to be a JSON object.")
    }
    self.members = members
    prefix = ""
  }

  private init(_ members: [(String, JSONValue)], prefix: String) {
    self.members = members
    self.prefix = prefix
  }

  /// The members that were not asked for, with the path to each.
  var ignored: [String] {
    let own = members.lazy.map(\.0).filter { !known.contains($0) }.map { prefix + $0 }
    return Array((own.prefix(Self.maximumIgnored) + ignoredWithin).prefix(Self.maximumIgnored))
  }

  mutating func fail(_ name: String, _ message: String, hint: String? = nil) {
    failures.append(FieldFailure(prefix + name, message, hint: hint))
  }

  /// Throws where anything was wrong.
  func check() throws {
    guard failures.isEmpty else { throw WebFailure(fields: failures) }
  }

  private mutating func value(_ name: String, isRequired: Bool) -> JSONValue? {
    known.insert(name)
    let value = members.first { $0.0 == name }?.1
    if isRequired, value == nil { fail(name, "It is missing.") }
    if value == .null {
      if isRequired { fail(name, "It must not be null.") }
      return nil
    }
    return value
  }

  /// A text of so many characters.
  mutating func text(
    _ name: String, _ range: ClosedRange<Int>, isRequired: Bool = false
  ) -> String? {
    guard let value = value(name, isRequired: isRequired) else { return nil }
    guard let text = value.text else {
      fail(name, "It has to be a text.")
      return nil
    }
    guard range.contains(text.unicodeScalars.count) else {
      fail(name, "It has to have \(range.lowerBound) to \(range.upperBound) characters.")
      return nil
    }
    guard !text.unicodeScalars.contains("\u{0}") else {
      fail(name, "It must not hold a NUL.")
      return nil
    }
    return text
  }

  mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
    guard let value = value(name, isRequired: false) else { return nil }
    let number: Int64? =
      switch value {
      case .integer(let number): number
      // JSON knows no difference between 30 and 30.0.
      case .number(let number) where number.rounded() == number && abs(number) < 1e15: Int64(number)
      default: nil
      }
    guard let number, number >= range.lowerBound, number <= range.upperBound else {
      fail(name, "It has to be a whole number from \(range.lowerBound) to \(range.upperBound).")
      return nil
    }
    return Int(number)
  }

  mutating func flag(_ name: String) -> Bool? {
    guard let value = value(name, isRequired: false) else { return nil }
    guard case .bool(let flag) = value else {
      fail(name, "It has to be true or false.")
      return nil
    }
    return flag
  }

  mutating func time(_ name: String) -> Date? {
    guard let value = value(name, isRequired: false) else { return nil }
    guard let text = value.text, let time = APITime.parse(text) else {
      fail(name, "It has to be a time as 2026-04-25T09:00:00Z.")
      return nil
    }
    return time
  }

  mutating func texts(
    _ name: String, atMost limit: Int, isRequired: Bool = false, least: Int = 0
  ) -> [String]? {
    guard let value = value(name, isRequired: isRequired) else { return nil }
    guard let elements = value.elements else {
      fail(name, "It has to be a list of texts.")
      return nil
    }
    guard (least...limit).contains(elements.count) else {
      fail(name, "It has to have \(least) to \(limit) elements.")
      return nil
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.text, (1...8192).contains(text.utf8.count) else {
        fail("\(name)[\(index)]", "It has to be a text of 1 to 8192 bytes.")
        continue
      }
      texts.append(text)
    }
    return texts
  }

  /// An object as it is, of at most so many bytes as JSON.
  mutating func object(_ name: String, atMost limit: Int) -> JSONValue? {
    guard let value = value(name, isRequired: false) else { return nil }
    guard case .object = value else {
      fail(name, "It has to be an object.")
      return nil
    }
    guard value.line.count <= limit else {
      fail(name, "It is larger than \(limit) bytes.")
      return nil
    }
    return value
  }

  /// Reads an object's own members.
  mutating func object(
    _ name: String, isRequired: Bool = false, _ body: (inout BodyReader) -> Void
  ) {
    guard let value = value(name, isRequired: isRequired) else { return }
    guard case .object(let members) = value else {
      fail(name, "It has to be an object.")
      return
    }
    var reader = BodyReader(members, prefix: "\(prefix)\(name).")
    body(&reader)
    take(reader)
  }

  /// Reads the objects of a list.
  mutating func objects<Value>(
    _ name: String, atMost limit: Int, _ body: (inout BodyReader) -> Value?
  ) -> [Value]? {
    guard let value = value(name, isRequired: false) else { return nil }
    guard let elements = value.elements, elements.count <= limit else {
      fail(name, "It has to be a list of at most \(limit) objects.")
      return nil
    }
    var values: [Value] = []
    for (index, element) in elements.enumerated() {
      guard case .object(let members) = element else {
        fail("\(name)[\(index)]", "It has to be an object.")
        continue
      }
      var reader = BodyReader(members, prefix: "\(prefix)\(name)[\(index)].")
      if let value = body(&reader) { values.append(value) }
      take(reader)
    }
    return values
  }

  private mutating func take(_ reader: BodyReader) {
    failures += reader.failures
    ignoredWithin = Array((ignoredWithin + reader.ignored).prefix(Self.maximumIgnored))
  }
}
