import Foundation
import Glibc
import Testing

/// Runs a body on a thread that has no right to override file modes, even where the tests run as
/// root: the file system's user id belongs to a thread alone.
func unprivileged<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
  typealias SetID = @convention(c) (UInt32) -> Int32
  let result = Box<Result<Value, any Error>?>(nil)
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    if geteuid() == 0, let symbol = dlsym(nil, "setfsuid") {
      _ = unsafeBitCast(symbol, to: SetID.self)(65534)
    }
    result.value = Result(catching: body)
    done.signal()
  }
  thread.start()
  done.wait()
  return try #require(result.value).get()
}

/// Carries a value from one thread to another.
///
/// Sound because the semaphore orders the one write before the one read.
private final class Box<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
