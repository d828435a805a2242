import Foundation
import Glibc

/// Certificates made by the `openssl` command in a temporary folder, and TLS servers that use them.
final class TLSFixture {
  private let folder: URL
  private var servers: [pid_t] = []

  /// Makes an authority.
  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sigsentry-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    try run(["req", "-x509", "-days", "2", "-subj", "/CN=Test CA", "-out", "ca.pem"] + keys("ca"))
  }

  deinit {
    for server in servers {
      kill(server, SIGKILL)
      _ = waitpid(server, nil, 0)
    }
    try? FileManager.default.removeItem(at: folder)
  }

  var caFile: String { path("ca.pem") }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }

  /// Gives the authority's file a name by which OpenSSL finds it in the folder.
  func hashAuthority() throws {
    try run(["rehash", "."])
  }

  /// Starts a server whose certificate is signed by the authority.
  ///
  /// - Parameters:
  ///   - names: What the certificate is for, as `DNS:localhost`.
  ///   - days: How long it is valid; a negative number makes it expired.
  ///   - answers: By the path's last part, the whole answers that are served.
  /// - Returns: The port.
  func serve(
    names: String = "DNS:localhost,IP:127.0.0.1", days: Int = 2, answers: [String: String] = [:],
    options: [String] = []
  ) throws -> Int {
    let name = "server\(servers.count)"
    try run(["req", "-new", "-subj", "/CN=Test", "-out", "\(name).csr"] + keys(name))
    let extensions = try write("subjectAltName=\(names)", to: "\(name).cnf")
    try run([
      "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
      "-days", "\(days)", "-extfile", extensions, "-out", "\(name).pem",
    ])
    for (path, answer) in answers { _ = try write(answer, to: path) }

    var pipe: [Int32] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw POSIXError(.EMFILE) }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipe[0]) }
    let server = try spawn(
      [
        "s_server", "-HTTP", "-accept", "127.0.0.1:0", "-cert", "\(name).pem", "-key",
        "\(name).key",
      ]
        + options, output: pipe[1])
    servers.append(server)
    close(pipe[1])
    var text = ""
    var block = [UInt8](repeating: 0, count: 1024)
    while !text.hasSuffix("\n") || !text.contains("ACCEPT") {
      let count = read(pipe[0], &block, block.count)
      guard count > 0 else { throw POSIXError(.EPIPE) }
      text += String(decoding: block[..<count], as: UTF8.self)
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT") } ?? ""
    guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else {
      throw POSIXError(.EPROTO)
    }
    return port
  }

  private func keys(_ name: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(name).key"]
  }

  private func run(_ arguments: [String]) throws {
    var status: Int32 = -1
    guard waitpid(try spawn(arguments, output: nil), &status, 0) > 0, status == 0 else {
      throw POSIXError(.EINVAL)
    }
  }

  /// Starts `openssl` in the folder; Foundation's `Process` cannot be waited for on several threads.
  private func spawn(_ arguments: [String], output: Int32?) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
    let words = (["env", "-C", folder.path, "openssl"] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child: pid_t = 0
    guard posix_spawnp(&child, "env", &actions, nil, words, environ) == 0 else {
      throw POSIXError(.ENOENT)
    }
    return child
  }
}
