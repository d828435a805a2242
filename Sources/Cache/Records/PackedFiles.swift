import Glibc

/// The files of a diff as one BLOB, for those who want all of them: a read of one row in place of a join for each file.
///
/// First stands their number. A file is a byte of marks, the path, the old path where there is one, and the counts where there are any. A path is
/// the number of bytes that it begins with in common (with the path before it; an old path, with the new one), the number
/// of bytes that follow, and those. Numbers are LEB128, the lowest seven bits first.
enum PackedFiles {
  private static let statuses = FileStatus.allCases
  private static let statusBits: UInt8 = 0b0000_0111
  private static let oldPathBit: UInt8 = 0b0000_1000
  private static let countsBit: UInt8 = 0b0001_0000
  private static let totalsBit: UInt8 = 0b0010_0000
  private static let uncountedBit: UInt8 = 0b0100_0000

  /// The paths of a diff take no more bytes together, as the bounds of a comparison have it; a row that was made up can
  /// say so in few bytes.
  private static let mostPathBytes = 64 << 20

  /// Packs files in their order.
  static func pack(_ files: [CachedFile]) -> [UInt8] {
    var packed: [UInt8] = []
    packed.reserveCapacity(files.count * 32)
    append(files.count, to: &packed)
    var previous: [UInt8] = []
    for file in files {
      var marks = UInt8(statuses.firstIndex(of: file.status) ?? 0)
      if file.oldPath != nil { marks |= oldPathBit }
      if file.additions != nil, file.deletions != nil { marks |= countsBit }
      switch file.precision {
      case .totals: marks |= totalsBit
      case .uncounted: marks |= uncountedBit
      case nil: break
      }
      packed.append(marks)
      append(file.path, after: previous, to: &packed)
      if let oldPath = file.oldPath { append(oldPath, after: file.path, to: &packed) }
      if let additions = file.additions, let deletions = file.deletions {
        append(additions, to: &packed)
        append(deletions, to: &packed)
      }
      previous = file.path
    }
    return packed
  }

  /// Gives back what ``pack(_:)`` has packed; `nil` for bytes that it has not.
  static func unpack(_ packed: UnsafeRawBufferPointer) -> [CachedFile]? {
    var reader = Reader(packed)
    // A file takes three bytes at least, whatever a damaged row says of their number.
    guard let count = reader.number(), count <= packed.count / 3 else { return nil }
    var files: [CachedFile] = []
    files.reserveCapacity(count)
    var previous: [UInt8] = []
    var pathBytes = 0
    for _ in 0..<count {
      guard let marks = reader.byte(), let status = status(marks),
        let path = reader.path(after: previous)
      else { return nil }
      var file = CachedFile(
        path: path, oldPath: nil, status: status, additions: nil, deletions: nil,
        precision: precision(marks))
      if marks & oldPathBit != 0 {
        guard let oldPath = reader.path(after: path) else { return nil }
        file.oldPath = oldPath
      }
      if marks & countsBit != 0 {
        guard let additions = reader.number(), let deletions = reader.number() else { return nil }
        file.additions = additions
        file.deletions = deletions
      }
      pathBytes += path.count + (file.oldPath?.count ?? 0)
      guard pathBytes <= mostPathBytes else { return nil }
      files.append(file)
      previous = path
    }
    return reader.isAtEnd ? files : nil
  }

  private static func status(_ marks: UInt8) -> FileStatus? {
    let index = Int(marks & statusBits)
    return index < statuses.count ? statuses[index] : nil
  }

  private static func precision(_ marks: UInt8) -> FilePrecision? {
    marks & totalsBit != 0 ? .totals : marks & uncountedBit != 0 ? .uncounted : nil
  }

  private static func append(_ path: [UInt8], after previous: [UInt8], to packed: inout [UInt8]) {
    var shared = 0
    let limit = min(path.count, previous.count)
    while shared < limit, path[shared] == previous[shared] { shared += 1 }
    append(shared, to: &packed)
    append(path.count - shared, to: &packed)
    packed += path[shared...]
  }

  private static func append(_ number: Int, to packed: inout [UInt8]) {
    var rest = UInt(max(number, 0))
    while rest > 0x7F {
      packed.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    packed.append(UInt8(rest))
  }

  /// Reads within the bytes, whatever they say.
  private struct Reader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8? {
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return bytes[position]
    }

    mutating func number() -> Int? {
      var number = 0
      // Nine times seven bits are the positive numbers of 64 bits.
      for shift in stride(from: 0, to: 63, by: 7) {
        guard let byte = byte() else { return nil }
        number |= Int(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return number }
      }
      return nil
    }

    mutating func path(after previous: [UInt8]) -> [UInt8]? {
      guard let shared = number(), let following = number(), shared <= previous.count,
        following <= bytes.count - position
      else { return nil }
      let start = position
      position += following
      return [UInt8](unsafeUninitializedCapacity: shared + following) { path, count in
        // Slices of no bytes may have no address.
        if let base = path.baseAddress {
          previous.withUnsafeBufferPointer {
            if shared > 0, let from = $0.baseAddress { memcpy(base, from, shared) }
          }
          if following > 0, let from = bytes.baseAddress {
            memcpy(base + shared, from + start, following)
          }
        }
        count = shared + following
      }
    }
  }
}
