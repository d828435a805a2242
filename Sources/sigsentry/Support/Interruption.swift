import Dispatch
import Foundation
import HTTP

#if canImport(Glibc)
  import Glibc
#endif

/// SIGINT and SIGTERM end the work in good order; a second one ends the process.
enum Interruption {
  static let cancellation = Cancellation()

  private static let queue = DispatchQueue(label: "signals")
  /// A source that is freed listens no more. Sound without a lock: only ``install()`` touches it, once, on the thread
  /// that runs the command.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Call it once, before work that must not be torn apart.
  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if cancellation.isCancelled { _exit(128 + number) }
        cancellation.cancel()
      }
      source.activate()
      sources.append(source)
    }
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
