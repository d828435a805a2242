import HTTPTypes

/// The fields of a form with files (`multipart/form-data`, RFC 7578).
enum Multipart {
  /// The most parts read.
  static let maximumParts = 500

  /// The boundary that a `Content-Type` names.
  static func boundary(of contentType: String) -> String? {
    guard let range = contentType.lowercased().firstRange(of: "boundary=") else { return nil }
    var value = contentType[range.upperBound...].prefix { $0 != ";" }
    if value.hasPrefix("\""), value.hasSuffix("\""), value.count >= 2 {
      value = value.dropFirst().dropLast()
    }
    let text = String(value).trimmingSpaces
    return (1...70).contains(text.utf8.count) ? text : nil
  }

  /// Takes a body apart; nil where it is none of the kind. What is no UTF-8 is repaired: it is shown and searched only.
  static func fields(_ body: [UInt8], boundary: String) -> FormFields? {
    let mark = Array("--\(boundary)".utf8)
    let headEnd = Array("\r\n\r\n".utf8)
    guard body.starts(with: mark) else { return nil }
    var fields: [(name: String, value: String)] = []
    var position = mark.count
    while true {
      if body[position...].starts(with: "--".utf8) { return FormFields(fields) }
      guard body[position...].starts(with: "\r\n".utf8), fields.count < maximumParts,
        let head = find(headEnd, in: body, from: position),
        let end = find(Array("\r\n".utf8) + mark, in: body, from: head + headEnd.count - 2)
      else { return nil }
      let lines = String(decoding: body[position..<head], as: UTF8.self)
      let start = min(head + headEnd.count, end)
      if let name = name(in: lines) {
        fields.append((name, String(decoding: body[start..<max(start, end)], as: UTF8.self)))
      }
      position = end + 2 + mark.count
    }
  }

  private static func name(in head: String) -> String? {
    for line in head.split(separator: "\r\n")
    where line.lowercased().hasPrefix("content-disposition:") {
      for part in line.split(separator: ";").dropFirst() {
        let part = String(part).trimmingSpaces
        guard part.hasPrefix("name=\""), part.hasSuffix("\""), part.count > 6 else { continue }
        return String(part.dropFirst(6).dropLast())
      }
    }
    return nil
  }

  /// The first place of a needle, compared byte by byte only where its first byte stands.
  private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = needle.first, start >= 0 else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var position = start
      while position + needle.count <= bytes.count {
        guard let next = bytes[position...].firstIndex(of: first),
          next + needle.count <= bytes.count
        else { return nil }
        if bytes[next..<next + needle.count].elementsEqual(needle) { return next }
        position = next + 1
      }
      return nil
    }
  }
}
