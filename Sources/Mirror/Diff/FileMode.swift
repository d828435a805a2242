/// The mode of a tree entry as git canonicalises it.
struct FileMode: Equatable {
  let rawValue: UInt32

  static let none = FileMode(rawValue: 0)
  static let file = FileMode(rawValue: 0o100644)
  static let executable = FileMode(rawValue: 0o100755)
  static let symbolicLink = FileMode(rawValue: 0o120000)
  static let directory = FileMode(rawValue: 0o040000)
  static let submodule = FileMode(rawValue: 0o160000)

  private init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Canonicalises a mode as a tree has it: old writers left 100664 and others behind.
  init(stored mode: UInt32) {
    self =
      switch mode & 0o170000 {
      case 0o100000: mode & 0o100 != 0 ? .executable : .file
      case 0o120000: .symbolicLink
      case 0o040000: .directory
      default: .submodule
      }
  }

  var isNone: Bool { rawValue == 0 }
  var isDirectory: Bool { self == .directory }
  var isSubmodule: Bool { self == .submodule }
  var isRegular: Bool { rawValue & 0o170000 == 0o100000 }

  /// Whether both are of one type: two files, two links or two submodules.
  func hasType(of other: FileMode) -> Bool {
    rawValue & 0o170000 == other.rawValue & 0o170000
  }
}
