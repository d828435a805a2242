import CLibgit2
import Glibc

/// A failure that libgit2 or the system reported, or of what they gave.
public struct GitError: Error, Sendable, CustomStringConvertible {
  /// libgit2's error code. A struct, so that a code we do not know survives.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number as libgit2 returns it, below zero.
    public let rawValue: Int32

    /// Wraps a number that libgit2 returned.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The object, reference or file does not exist.
    public static let notFound = Code(rawValue: GIT_ENOTFOUND.rawValue)
    /// It exists already.
    public static let exists = Code(rawValue: GIT_EEXISTS.rawValue)
    /// A short id or name fits several objects.
    public static let ambiguous = Code(rawValue: GIT_EAMBIGUOUS.rawValue)
    /// A name or revision is not well-formed.
    public static let invalid = Code(rawValue: GIT_EINVALIDSPEC.rawValue)
    /// Another process holds the lock.
    public static let locked = Code(rawValue: GIT_ELOCKED.rawValue)
  }

  /// libgit2's code.
  public var code: Code
  /// What was tried, as "open /path".
  public var operation: String
  /// libgit2's own words, where it had any.
  public var message: String?
  /// Whether the system refused something, as a file or memory.
  public var isOfSystem = false

  /// One sentence for a log or a person.
  public var description: String {
    "\(operation): \(message ?? "libgit2 error \(code.rawValue)")"
  }
}

extension GitError {
  /// What the system refused, in its words for the `errno` of now.
  static func ofSystem(_ operation: String) -> GitError {
    let reason = String(cString: strerror(errno))
    return GitError(
      code: .init(rawValue: GIT_ERROR.rawValue), operation: operation, message: reason,
      isOfSystem: true)
  }

  /// Something that is not as it has to be.
  static func damaged(_ operation: String, _ message: String) -> GitError {
    GitError(code: .init(rawValue: GIT_ERROR.rawValue), operation: operation, message: message)
  }
}

/// Turns a result of libgit2 into an error where it is below zero, and returns it otherwise.
///
/// Every result passes through here: libgit2's message is thread-local and stays until it is cleared, so a later
/// failure without a message of its own would inherit it.
@discardableResult
func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(GitError) -> Int32 {
  guard status < 0 else { return status }
  let error = git_error_last()
  let message = error.flatMap { $0.pointee.message }.map { String(cString: $0) }
  let isOfSystem = [GIT_ERROR_OS, GIT_ERROR_NOMEMORY, GIT_ERROR_FILESYSTEM].contains {
    $0.rawValue == UInt32(bitPattern: error?.pointee.klass ?? 0)
  }
  git_error_clear()
  throw GitError(
    code: .init(rawValue: status), operation: operation(), message: message,
    isOfSystem: isOfSystem)
}

/// Calls a function of libgit2 that fills in a handle, and returns the handle.
func acquire(
  _ operation: @autoclosure () -> String, _ body: (inout OpaquePointer?) -> Int32
) throws(GitError) -> OpaquePointer {
  var pointer: OpaquePointer?
  try check(body(&pointer), operation())
  guard let pointer else {
    throw GitError(
      code: .init(rawValue: GIT_ERROR.rawValue), operation: operation(), message: "no handle")
  }
  return pointer
}
