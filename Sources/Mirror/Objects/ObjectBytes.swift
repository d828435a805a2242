import CLibgit2
import Glibc

/// The content of one object, in memory that it owns.
final class ObjectBytes {
  let kind: ObjectKind
  let bytes: UnsafeRawBufferPointer
  private let handle: OpaquePointer?

  var count: Int { bytes.count }

  /// Takes over memory from `malloc`.
  init(kind: ObjectKind, adopting memory: UnsafeMutableRawPointer, count: Int) {
    self.kind = kind
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
    handle = nil
  }

  /// Takes over an object that `git_odb_read` returned.
  init(kind: ObjectKind, adopting handle: OpaquePointer) {
    self.kind = kind
    self.handle = handle
    bytes = UnsafeRawBufferPointer(
      start: git_odb_object_data(handle), count: git_odb_object_size(handle))
  }

  deinit {
    if let handle {
      git_odb_object_free(handle)
    } else {
      free(UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
  }

  /// Calls a body with the bytes from one on.
  func withSpan<Value>(
    from start: Int, _ body: (Span<UInt8>) throws -> Value
  ) rethrows -> Value {
    try withExtendedLifetime(self) {
      try bytes.withMemoryRebound(to: UInt8.self) { try body($0.span.extracting(start...)) }
    }
  }

  /// Copies a few bytes into an object of its own; `nil` when memory ran out.
  static func copy(of source: [UInt8], kind: ObjectKind) -> ObjectBytes? {
    guard let memory = malloc(max(source.count, 1)) else { return nil }
    source.withUnsafeBytes { source in
      if let base = source.baseAddress { memory.copyMemory(from: base, byteCount: source.count) }
    }
    return ObjectBytes(kind: kind, adopting: memory, count: source.count)
  }
}
