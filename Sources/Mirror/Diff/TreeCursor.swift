import Glibc

/// Steps through the entries of one tree object, in place.
struct TreeCursor {
  private let tree: ObjectBytes?
  private let bytes: UnsafeRawBufferPointer
  private let id: ObjectID
  private var offset = 0
  private var nextOffset = 0
  private(set) var mode = FileMode.none
  private(set) var name = UnsafeRawBufferPointer(start: nil, count: 0)

  /// Stands on the first entry of a tree.
  init(_ tree: ObjectBytes, id: ObjectID) throws(DiffError) {
    self.tree = tree
    self.id = id
    bytes = tree.bytes
    try decode()
  }

  private init() {
    tree = nil
    bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    id = .emptyTree
  }

  /// Stands at the end of the tree without entries.
  static var empty: TreeCursor { TreeCursor() }

  /// The size of the tree in bytes.
  var byteCount: Int { bytes.count }

  /// Whether there is no entry left.
  var isAtEnd: Bool { offset >= bytes.count }

  /// Where the id of the entry stands.
  private var idAddress: UnsafeRawPointer? {
    bytes.baseAddress.map { $0 + (nextOffset - ObjectID.byteCount) }
  }

  /// The id of the entry; not to be asked at the end.
  var entryID: ObjectID {
    guard let address = idAddress else { return .emptyTree }
    return ObjectID(at: address)
  }

  /// Goes to the next entry.
  mutating func advance() throws(DiffError) {
    offset = nextOffset
    try decode()
  }

  /// Whether both stand on entries with the same canonical mode and id.
  func hasContent(of other: TreeCursor) -> Bool {
    guard mode == other.mode, let one = idAddress, let two = other.idAddress else { return false }
    return memcmp(one, two, ObjectID.byteCount) == 0
  }

  /// Orders two entries as git sorts trees: by name, where a directory's name ends in a slash.
  func order(comparedTo other: TreeCursor) -> Int {
    let shared = min(name.count, other.name.count)
    if shared > 0, let one = name.baseAddress, let two = other.name.baseAddress {
      let order = memcmp(one, two, shared)
      if order != 0 { return Int(order) }
    }
    return Int(terminator(after: shared)) - Int(other.terminator(after: shared))
  }

  private func terminator(after count: Int) -> UInt8 {
    if count < name.count { return name[count] }
    return mode.isDirectory ? UInt8(ascii: "/") : 0
  }

  private mutating func decode() throws(DiffError) {
    guard offset < bytes.count, let base = bytes.baseAddress else { return }
    var position = offset
    var value: UInt32 = 0
    while true {
      guard position < bytes.count else { throw malformed("a mode does not end") }
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: " ") { break }
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else {
        throw malformed("a mode is not octal")
      }
      value = value << 3 | UInt32(byte & 7)
    }
    guard position > offset + 1 else { throw malformed("a mode is empty") }
    guard position < bytes.count,
      let end = memchr(base + position, 0, bytes.count - position)
    else { throw malformed("a name does not end") }
    let nameCount = UnsafeRawPointer(end) - (base + position)
    guard nameCount > 0 else { throw malformed("a name is empty") }
    let next = position + nameCount + 1 + ObjectID.byteCount
    guard next <= bytes.count else { throw malformed("an id is cut off") }
    mode = FileMode(stored: value)
    name = UnsafeRawBufferPointer(start: base + position, count: nameCount)
    nextOffset = next
  }

  private func malformed(_ reason: String) -> DiffError { .corruptObject(id, reason: reason) }
}
