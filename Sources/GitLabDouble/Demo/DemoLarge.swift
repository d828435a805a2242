/// The one merge request that is far larger than all others.
enum DemoLarge {
  static let title = "Import the regional catalogues and move the generated clients"

  /// Files that the merge request will move: they are there from the start.
  static func prelude(_ size: DemoHistory.Size) -> [DemoEdit] {
    (0..<size.renames).map { number in
      .put("gen/v1/\(folder(number))/client_\(number).ts", client(number, version: 1))
    }
  }

  private static func folder(_ number: Int) -> String { "region\(number % 12)" }

  private static func client(_ number: Int, version: Int) -> DemoFile {
    var text = "// Generated; do not edit.\n"
    for line in 0..<30 {
      text += "export const field\(line)Of\(number) = \"client-\(number)/\(line)\";\n"
    }
    if version > 1 { text += "export const revision = \(version);\n" }
    return DemoProject.text(text)
  }

  static func edits(_ size: DemoHistory.Size, _ random: inout DemoRandom) -> [DemoEdit] {
    var edits: [DemoEdit] = []
    for number in 0..<size.renames {
      let new = "gen/v2/\(folder(number))/client_\(number).ts"
      edits.append(.move("gen/v1/\(folder(number))/client_\(number).ts", to: new))
      if number % 12 == 0 { edits.append(.put(new, client(number, version: 2))) }
    }
    for number in 0..<size.binaries {
      var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
      for _ in 0..<64 { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
      edits.append(.put("assets/flags/flag_\(number).png", .bytes(bytes)))
    }
    var lines = size.longFileLines
    var table: [UInt8] = []
    for number in 0..<size.longFileLines {
      table.append(contentsOf: "\(10_000 + number);district \(number % 977);\(number % 37)\n".utf8)
    }
    edits.append(.put("data/postal-codes.csv", .bytes(table)))
    var line = Array("export default\"".utf8)
    line.reserveCapacity(size.longLineBytes + 2)
    while line.count < size.longLineBytes { line.append(UInt8(97 + random.below(26))) }
    edits.append(.put("web/storefront/public/bundle.min.js", .bytes(line + Array("\";\n".utf8))))
    lines += 1
    let texts = max(0, size.files - size.renames - size.binaries - 2)
    for number in 0..<texts {
      let count = max(1, (size.lines - lines) / max(1, texts - number))
      lines += count
      var text: [UInt8] = []
      text.reserveCapacity(count * 36)
      for item in 0..<count {
        text.append(contentsOf: "item.\(number).\(item) = article \(item &* 7919 % 99991)\n".utf8)
      }
      let path =
        "data/catalogues/\(folder(number))/part_\(number / 100)/catalogue_\(number).properties"
      edits.append(.put(path, .bytes(text)))
    }
    return edits
  }
}
