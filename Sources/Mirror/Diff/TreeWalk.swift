/// A file that stands in one of two trees, or differs between them.
struct TreeChange {
  var oldMode = FileMode.none
  var newMode = FileMode.none
  var oldID = ObjectID.emptyBlob
  var newID = ObjectID.emptyBlob
  /// Where the path lies in ``TreeChanges/paths``.
  var path: Range<Int>
}

/// All changes between two trees in git's order, with their paths in one piece of memory.
struct TreeChanges {
  var changes: [TreeChange] = []
  var paths: [UInt8] = []

  func path(_ index: Int) -> ArraySlice<UInt8> { paths[changes[index].path] }
}

/// Compares two trees, opening only the directories whose ids differ.
struct TreeWalk {
  private struct Level {
    var old: TreeCursor
    var new: TreeCursor
    var prefixCount: Int
  }

  private let reader: ObjectReader
  private var levels: [Level] = []
  private var openByteCount = 0
  private var prefix: [UInt8] = []
  private var result = TreeChanges()

  init(_ reader: ObjectReader) { self.reader = reader }

  /// Lists the files that differ. An id of `nil` stands for the empty tree.
  mutating func changes(
    from old: ObjectID?, to new: ObjectID?
  ) throws(DiffError) -> TreeChanges {
    guard old != new else { return result }
    try enter(old, new)
    while !levels.isEmpty {
      // The level is taken out while its cursors move: they are then not shared, and not copied.
      guard var level = levels.popLast() else { break }
      prefix.removeSubrange(level.prefixCount...)
      if let next = try step(&level) {
        levels.append(level)
        prefix.append(contentsOf: next.name)
        prefix.append(UInt8(ascii: "/"))
        try enter(next.old, next.new)
      } else {
        openByteCount -= level.old.byteCount + level.new.byteCount
      }
    }
    return result
  }

  private mutating func enter(_ old: ObjectID?, _ new: ObjectID?) throws(DiffError) {
    guard levels.count < DiffLimits.treeDepth else {
      throw .treeTooDeep(limit: DiffLimits.treeDepth)
    }
    levels.append(
      Level(old: try cursor(old), new: try cursor(new), prefixCount: prefix.count))
  }

  private mutating func cursor(_ id: ObjectID?) throws(DiffError) -> TreeCursor {
    guard let id, id != .emptyTree else { return .empty }
    var place = prefix
    if !place.isEmpty { place.removeLast() }
    let tree: ObjectBytes
    switch try reader.read(id, limit: DiffLimits.treeBytes - openByteCount) {
    case .object(let object): tree = object
    case .oversized: throw .treeTooLarge(limit: DiffLimits.treeBytes)
    case .missing: throw .missingObject(id, expected: .tree, path: place)
    }
    guard tree.kind == .tree else {
      throw .unexpectedKind(id, expected: .tree, found: tree.kind, path: place)
    }
    openByteCount += tree.count
    return try TreeCursor(tree, id: id)
  }

  private struct Directory {
    var old: ObjectID?
    var new: ObjectID?
    var name: [UInt8]
  }

  /// Goes on in one pair of directories until a pair of subdirectories has to be opened; `nil` at the end.
  private mutating func step(_ level: inout Level) throws(DiffError) -> Directory? {
    while true {
      let order: Int
      if level.old.isAtEnd {
        if level.new.isAtEnd { return nil }
        order = 1
      } else if level.new.isAtEnd {
        order = -1
      } else {
        order = level.old.order(comparedTo: level.new)
        if order == 0, level.old.hasContent(of: level.new) {
          try level.old.advance()
          try level.new.advance()
          continue
        }
      }
      var directory: Directory?
      let isDirectory = order <= 0 ? level.old.mode.isDirectory : level.new.mode.isDirectory
      if isDirectory {
        directory = Directory(
          old: order <= 0 ? level.old.entryID : nil, new: order >= 0 ? level.new.entryID : nil,
          name: Array(order <= 0 ? level.old.name : level.new.name))
      } else {
        try append(level, order: order)
      }
      if order <= 0 { try level.old.advance() }
      if order >= 0 { try level.new.advance() }
      if let directory { return directory }
    }
  }

  private mutating func append(_ level: borrowing Level, order: Int) throws(DiffError) {
    guard result.changes.count < DiffLimits.changes else {
      throw .tooManyChanges(limit: DiffLimits.changes)
    }
    let name = order <= 0 ? level.old.name : level.new.name
    let start = result.paths.count
    guard start + prefix.count + name.count <= DiffLimits.pathBytes else {
      throw .tooManyChanges(limit: DiffLimits.pathBytes)
    }
    result.paths.append(contentsOf: prefix)
    result.paths.append(contentsOf: name)
    var change = TreeChange(path: start..<result.paths.count)
    if order <= 0 { (change.oldMode, change.oldID) = (level.old.mode, level.old.entryID) }
    if order >= 0 { (change.newMode, change.newID) = (level.new.mode, level.new.entryID) }
    result.changes.append(change)
  }
}
