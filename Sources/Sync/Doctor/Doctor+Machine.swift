import Cache
import Credentials
import Foundation
import Glibc
import Settings

extension Doctor {
  /// Looks at the settings, the key, the cache and the disks.
  public func examineMachine() throws {
    let machine = Machine(
      configDirectory: store.directory, cacheDirectory: cacheDirectory, report: report)
    do throws(SettingsError) {
      try store.verify()
      let count = try store.connections().count
      let content = "sound, \(Self.counted(count, "connection"))"
      switch store.access {
      case .readWrite: add(.ok(.settings, "", "\(store.path): \(content)"))
      case .readOnly:
        add(
          Finding(
            .settings, of: "", .failed,
            "\(store.path) cannot be written; what is in it is \(content)",
            trouble: .settingsReadOnly,
            remedy: ConfigDirectory.remedy(for: store.directory)
              ?? Trouble.settingsReadOnly.remedy()))
      }
    } catch {
      machine.add(error)
      machine.examineDisks(withConfig: true)
      return
    }
    try examineKey()
    machine.examineDisks(withConfig: store.access == .readWrite)
  }

  /// Looks at this machine where the settings cannot be opened: at the cache and the disks.
  ///
  /// - Parameter error: Why they cannot.
  public static func examineMachine(
    without error: SettingsError, configDirectory: String, cacheDirectory: String,
    report: @escaping (Finding) -> Void
  ) {
    let machine = Machine(
      configDirectory: configDirectory, cacheDirectory: cacheDirectory, report: report)
    machine.add(error)
    // A second line of the same would be no help.
    machine.examineDisks(withConfig: ConfigDirectory.remedy(for: configDirectory) == nil)
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  private func examineKey() throws {
    var opened = 0
    for connection in try store.connections() {
      do throws(VaultError) {
        _ = try provider.vault.secrets(of: connection.id)
        opened += 1
      } catch {
        add(
          Finding(
            .key, of: connection.name, .failed, String(error.summary.dropLast()),
            trouble: Trouble(error), remedy: error.hint))
      }
    }
    if opened > 0 {
      add(.ok(.key, "", "opens the tokens of \(Self.counted(opened, "connection"))"))
    }
  }
}

/// The parts of this machine that can be looked at without settings.
private struct Machine {
  let configDirectory: String
  let cacheDirectory: String
  let report: (Finding) -> Void

  /// Bytes of free space below which a sync is likely to fail, and below which a person should know.
  private static let leastSpace: (failing: Int64, warning: Int64) = (200 << 20, 2 << 30)

  func add(_ error: SettingsError) {
    report(
      Finding(
        .settings, of: "", .failed, String(error.summary.dropLast()), trouble: Trouble(error),
        remedy: error.isOfFiles
          ? ConfigDirectory.remedy(for: configDirectory) ?? error.hint : error.hint))
  }

  /// Looks at the cache and its disk, and at that of the settings.
  func examineDisks(withConfig: Bool) {
    examineCache()
    for directory in Set([cacheDirectory] + (withConfig ? [configDirectory] : [])).sorted() {
      examineDisk(directory)
    }
  }

  private func examineCache() {
    do {
      let cache = try CacheStore(directory: cacheDirectory, access: .readOnly)
      let problems = try cache.integrityProblems()
      guard let first = problems.first else {
        report(.ok(.cache, "", "\(cache.path): sound"))
        return
      }
      report(.trouble(.cache, "", .cacheCorrupt, "\(cache.path) is damaged: \(first)"))
    } catch CacheError.missing(let path) {
      report(
        .trouble(
          .cache, "", .cacheMissing, "there is no cache at \(path) yet", state: .warning))
    } catch {
      report(.failure(.cache, "", error))
    }
  }

  private func examineDisk(_ directory: String) {
    // A directory that is not there yet will be made on its parent's disk.
    var path = directory
    while access(path, F_OK) != 0, path.contains("/"), path != "/" {
      path = URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
    var status = statvfs()
    guard statvfs(path, &status) == 0 else {
      report(.skipped(.disk, "", "\(directory): the free space is not told"))
      return
    }
    let free = Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    let text = "\(directory): \(free / (1 << 20)) MiB free"
    if access(path, W_OK) != 0 {
      report(.trouble(.disk, "", .cacheUnwritable, "\(directory) cannot be written"))
    } else if free < Self.leastSpace.failing {
      report(.trouble(.disk, "", .diskFull, text))
    } else if free < Self.leastSpace.warning {
      report(.trouble(.disk, "", .diskLow, text, state: .warning))
    } else {
      report(.ok(.disk, "", text))
    }
  }
}

extension SettingsError {
  /// Whether the file system did not let the settings be used.
  fileprivate var isOfFiles: Bool {
    switch self {
    case .directory, .cannotOpen, .readOnly, .needsRecovery, .io: true
    default: false
    }
  }
}
