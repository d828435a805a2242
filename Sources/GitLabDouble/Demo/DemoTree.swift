/// A file made of functions, so that changes to it can be told and merged by function.
struct DemoSource: Sendable {
  struct Block: Sendable {
    var id: Int
    var name: String
    var lines: [String]
  }

  var language: DemoLanguage
  var head: [String]
  var blocks: [Block]
  var tail: [String] = []

  var lines: [String] {
    var lines = head
    for block in blocks { lines += [""] + block.lines }
    return lines + tail
  }
}

/// One file of a made-up project.
enum DemoFile: Sendable {
  case source(DemoSource)
  case bytes([UInt8])

  var content: [UInt8] {
    switch self {
    case .source(let source): Array((source.lines.joined(separator: "\n") + "\n").utf8)
    case .bytes(let bytes): bytes
    }
  }
}

/// A change to a made-up project, which can be applied to any state of it.
enum DemoEdit: Sendable {
  case put(String, DemoFile)
  case remove(String)
  case move(String, to: String)
  case setBlock(String, id: Int, lines: [String])
  case insertBlock(String, after: Int?, DemoSource.Block)
  case removeBlock(String, id: Int)
}

/// The files of a made-up project at one time.
struct DemoTree: Sendable {
  private(set) var files: [String: DemoFile] = [:]

  /// Applies changes and returns the paths they touched; what no longer fits is left out.
  mutating func apply(_ edits: [DemoEdit]) -> Set<String> {
    var touched: Set<String> = []
    for edit in edits {
      switch edit {
      case .put(let path, let file):
        files[path] = file
        touched.insert(path)
      case .remove(let path):
        files[path] = nil
        touched.insert(path)
      case .move(let old, let new):
        guard let file = files.removeValue(forKey: old) else { continue }
        files[new] = file
        touched.formUnion([old, new])
      case .setBlock(let path, let id, let lines):
        change(path, &touched) { source in
          guard let index = source.blocks.firstIndex(where: { $0.id == id }) else { return }
          source.blocks[index].lines = lines
        }
      case .insertBlock(let path, let after, let block):
        change(path, &touched) { source in
          let index = source.blocks.firstIndex { $0.id == after }
          source.blocks.insert(block, at: index.map { $0 + 1 } ?? source.blocks.count)
        }
      case .removeBlock(let path, let id):
        change(path, &touched) { $0.blocks.removeAll { $0.id == id } }
      }
    }
    return touched
  }

  private mutating func change(
    _ path: String, _ touched: inout Set<String>, _ body: (inout DemoSource) -> Void
  ) {
    guard case .source(var source) = files[path] else { return }
    body(&source)
    files[path] = .source(source)
    touched.insert(path)
  }

  func source(_ path: String) -> DemoSource? {
    if case .source(let source) = files[path] { source } else { nil }
  }

  /// The changes that undo others, seen from the state before them.
  func inverse(of edits: [DemoEdit]) -> [DemoEdit] {
    edits.reversed().compactMap { edit in
      switch edit {
      case .put(let path, _): files[path].map { .put(path, $0) } ?? .remove(path)
      case .remove(let path): files[path].map { .put(path, $0) }
      case .move(let old, let new): .move(new, to: old)
      case .setBlock(let path, let id, _):
        source(path)?.blocks.first { $0.id == id }.map {
          .setBlock(path, id: id, lines: $0.lines)
        }
      case .insertBlock(let path, _, let block): .removeBlock(path, id: block.id)
      case .removeBlock(let path, let id):
        source(path)?.blocks.first { $0.id == id }.map { .insertBlock(path, after: nil, $0) }
      }
    }
  }
}
