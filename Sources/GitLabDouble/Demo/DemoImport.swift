/// Writes the stream of `git fast-import` for a made-up history.
struct DemoImport {
  private(set) var bytes: [UInt8] = []
  private var nextMark = 0

  init() {
    bytes.reserveCapacity(1 << 20)
  }

  /// Writes a commit with the files that differ from its first parent's and returns its mark.
  mutating func commit(
    ref: String, author: DemoProject.Person, time: Int, message: String, parents: [Int],
    paths: Set<String>, in tree: DemoTree
  ) -> Int {
    nextMark += 1
    let stamp = "\(author.name) <\(author.email)> \(time) \(author.zone)"
    var head = "commit \(ref)\nmark :\(nextMark)\nauthor \(stamp)\ncommitter \(stamp)\n"
    head += "data \(message.utf8.count)\n\(message)\n"
    for (index, parent) in parents.enumerated() {
      head += "\(index == 0 ? "from" : "merge") :\(parent)\n"
    }
    bytes.append(contentsOf: head.utf8)
    for path in paths.sorted() {
      if let file = tree.files[path] {
        let content = file.content
        bytes.append(contentsOf: "M 100644 inline \(path)\ndata \(content.count)\n".utf8)
        bytes.append(contentsOf: content)
        bytes.append(UInt8(ascii: "\n"))
      } else {
        bytes.append(contentsOf: "D \(path)\n".utf8)
      }
    }
    return nextMark
  }

  /// Points a ref at a commit.
  mutating func reset(_ ref: String, to mark: Int) {
    bytes.append(contentsOf: "reset \(ref)\nfrom :\(mark)\n\n".utf8)
  }
}
