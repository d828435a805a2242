import Glibc

/// Memory for plain values that is kept from one use to the next. It grows, and its content does not survive growth.
struct Scratch<Element: BitwiseCopyable>: ~Copyable {
  private(set) var pointer: UnsafeMutablePointer<Element>
  private var capacity = 0

  init() { pointer = .allocate(capacity: 0) }

  deinit { pointer.deallocate() }

  /// Makes room for a number of elements.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    pointer.deallocate()
    capacity = count + count / 4 + 16
    pointer = .allocate(capacity: capacity)
  }

  /// Gives memory back that is larger than needed between two uses.
  mutating func shrink(to limit: Int) {
    guard capacity > limit else { return }
    pointer.deallocate()
    capacity = 0
    pointer = .allocate(capacity: 0)
  }
}
