import Dispatch
import Foundation
import HTTP
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// SIGINT and SIGTERM end the work in good order; a second one ends the process.
enum Interruption {
  static let cancellation = Cancellation()

  private static let queue = DispatchQueue(label: "signals")
  /// A source that is freed listens no more. Sound without a lock: only ``listen()`` touches it, on the thread that runs
  /// the command.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []
  /// Whether nothing is under way that must not be torn apart.
  private static let endsProcess = Atomic(true)

  /// Call it before work that must not be torn apart.
  static func install() {
    endsProcess.store(false, ordering: .sequentiallyConsistent)
    listen()
  }

  /// Runs work that holds nothing, as waiting for what a person or a pipe gives: a signal ends the process there and then.
  static func endingProcess<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let before = endsProcess.exchange(true, ordering: .sequentiallyConsistent)
    listen()
    defer { endsProcess.store(before, ordering: .sequentiallyConsistent) }
    if cancellation.isCancelled { end(by: SIGINT) }
    return try body()
  }

  private static func listen() {
    guard sources.isEmpty else { return }
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if endsProcess.load(ordering: .sequentiallyConsistent) { end(by: number) }
        if cancellation.isCancelled { _exit(128 + number) }
        cancellation.cancel()
      }
      source.activate()
      sources.append(source)
    }
  }

  private static func end(by number: Int32) -> Never {
    StandardError.write("sigsentry: Interrupted.\n")
    _exit(128 + number)
  }

  /// Waits, a moment at a time, so that an interruption is not waited out.
  @Sendable static func wait(seconds: Double) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if cancellation.isCancelled { throw CancellationError() }
      usleep(UInt32(min(100_000, max(1000, seconds * 1_000_000))))
    }
  }
}
