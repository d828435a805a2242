import Foundation
import Glibc
import Synchronization

/// A folder made at the first use and removed with all it holds.
final class WorkFolder: Sendable {
  private let given: String?
  private let made = Mutex<String?>(nil)

  init(given: String?) {
    self.given = given
  }

  var path: String {
    get throws {
      if let given {
        try FileManager.default.createDirectory(atPath: given, withIntermediateDirectories: true)
        return given
      }
      return try made.withLock { made in
        if let made { return made }
        let path = try TemporaryFolder.make("gitlab-double")
        made = path
        return path
      }
    }
  }

  func remove() {
    made.withLock { made in
      if let path = made { try? FileManager.default.removeItem(atPath: path) }
      made = nil
    }
  }
}

enum TemporaryFolder {
  /// Makes a new folder that only this user can enter.
  static func make(_ name: String) throws -> String {
    var template = Array("/tmp/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw GitLabDoubleError.unreadable("/tmp", reason: String(cString: strerror(errno)))
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
