import Synchronization

/// A switch that ends transfers from any thread.
///
/// Once cancelled it stays so: every transfer that runs under it ends at once, and a later one does
/// not begin.
public final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var lastKey = 0
    var wakers: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  /// Makes a switch that is off.
  public init() {}

  /// Whether ``cancel()`` was called.
  public var isCancelled: Bool {
    state.withLock { $0.isCancelled }
  }

  /// Ends what runs and what comes; a second call does nothing.
  public func cancel() {
    state.withLock { state in
      state.isCancelled = true
      for waker in state.wakers.values { waker() }
    }
  }

  /// Runs a body during which ``cancel()`` calls the waker.
  ///
  /// The waker is called under the lock, so it is never called once this function has returned.
  package func waking<Value, Failure: Error>(
    _ waker: @escaping @Sendable () -> Void, during body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let key = state.withLock { state in
      state.lastKey += 1
      state.wakers[state.lastKey] = waker
      return state.lastKey
    }
    defer { state.withLock { _ = $0.wakers.removeValue(forKey: key) } }
    return try body()
  }
}
