import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The desktop's browser.
enum Browser {
  /// Opens a page in it, where there is a display and `xdg-open`.
  ///
  /// The child gets the variables that a desktop needs and no others, because any other may hold a secret; and a process
  /// group of its own, so that Ctrl-C does not reach it.
  ///
  /// - Returns: Whether it was started.
  static func open(_ page: String) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
    guard hasDisplay, let program = find("xdg-open", in: environment["PATH"] ?? "") else {
      return false
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this process ignores, a child would ignore too.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    let variables = environment.filter { isForDesktop($0.key) }.map { "\($0.key)=\($0.value)" }
    let words = Self.copies(of: [program, page])
    let names = Self.copies(of: variables)
    defer { (words + names).forEach { free($0) } }
    var child: pid_t = 0
    return posix_spawn(&child, program, &actions, &attributes, words, names) == 0
  }

  static func isForDesktop(_ variable: String) -> Bool {
    let prefixes = ["XDG_", "LC_", "KDE_", "GNOME_", "QT_", "GTK_", "WAYLAND_"]
    return variables.contains(variable) || prefixes.contains { variable.hasPrefix($0) }
  }

  private static let variables: Set = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "DISPLAY",
    "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "BROWSER",
  ]

  /// The texts for C, with the null pointer that ends the list; the caller frees them.
  private static func copies(of texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { text -> UnsafeMutablePointer<CChar>? in strdup(text) } + [nil]
  }

  private static func find(_ name: String, in path: String) -> String? {
    path.split(separator: ":").lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }
}
