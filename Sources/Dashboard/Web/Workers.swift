import NIOPosix

/// Threads for work that blocks, which must not be done where requests are taken.
///
/// Kinds of work have threads of their own, so that a silent GitLab never keeps a page waiting.
struct Workers: Sendable {
  private let disk = NIOThreadPool(numberOfThreads: 4)
  private let network = NIOThreadPool(numberOfThreads: 8)
  private let analysis = NIOThreadPool(numberOfThreads: 2)

  func start() {
    for pool in [disk, network, analysis] { pool.start() }
  }

  func stop() async throws {
    for pool in [disk, network, analysis] { try await pool.shutdownGracefully() }
  }

  /// Reads or writes cache and settings.
  func onDisk<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
  {
    try await disk.runIfActive(body)
  }

  /// Asks a GitLab.
  func onNetwork<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await network.runIfActive(body)
  }

  /// Analyses a symptom.
  func analyzing<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await analysis.runIfActive(body)
  }
}
