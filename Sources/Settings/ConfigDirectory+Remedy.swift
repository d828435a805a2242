import Glibc

extension ConfigDirectory {
  /// What in the file system keeps the settings in a directory from being read and written, as a sentence with what to do;
  /// `nil` where nothing of it does.
  package static func remedy(for directory: String) -> String? {
    guard let obstacle = obstacle(before: directory) else { return nil }
    let otherwise = ", or choose another directory with --config."
    let path = quoted(obstacle.path)
    switch obstacle.reason {
    case .notDirectory:
      return "Move the file away: mv \(path) \(quoted(obstacle.path + ".old"))\(otherwise)"
    case .readOnlyDisk:
      return "\(obstacle.path) lies on a disk that is mounted to be read\(otherwise)"
    case .rights(let isOwn, let isDirectory):
      if obstacle.path == directory || !isDirectory || isOwn {
        let command =
          isOwn
          ? "chmod u+rw\(isDirectory ? "x" : "") \(path)"
          : "sudo chown -R \"$(id -u)\" \(quoted(directory))"
        return (isOwn ? "Run: " : "\(obstacle.path) is another user's. Run: ") + command + otherwise
      }
      // What lies around it is not this tool's to give away.
      return "\(obstacle.path) does not let you in, or make anything in it. Run: "
        + "sudo install -d -m 700 -o \"$(id -u)\" \(quoted(directory))\(otherwise)"
    }
  }

  private struct Obstacle {
    enum Reason {
      case notDirectory, readOnlyDisk
      case rights(isOwn: Bool, isDirectory: Bool)
    }

    let path: String
    let reason: Reason
  }

  /// The first thing on the way into the directory, or in it, that does not let itself be used.
  private static func obstacle(before directory: String) -> Obstacle? {
    var status = stat()
    var place = directory
    // Of what is missing or hidden, what it lies in has to let somebody in.
    while stat(place, &status) != 0 {
      guard let parent = parent(of: place) else { return nil }
      place = parent
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      return Obstacle(path: place, reason: .notDirectory)
    }
    if let found = obstacle(at: place, needs: R_OK | W_OK | X_OK) { return found }
    guard place == directory else { return nil }
    let database = SettingsStore.file(in: directory)
    return ["", "-wal", "-shm"].lazy.compactMap { obstacle(at: database + $0, needs: R_OK | W_OK) }
      .first
  }

  private static func obstacle(at path: String, needs mode: Int32) -> Obstacle? {
    var status = stat()
    guard access(path, mode) != 0 else { return nil }
    switch errno {
    case EROFS: return Obstacle(path: path, reason: .readOnlyDisk)
    case EACCES:
      guard stat(path, &status) == 0 else { return nil }
      return Obstacle(
        path: path,
        reason: .rights(
          isOwn: status.st_uid == geteuid(), isDirectory: status.st_mode & S_IFMT == S_IFDIR))
    default: return nil
    }
  }

  /// A path as a shell takes it.
  package static func quoted(_ path: String) -> String {
    "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
