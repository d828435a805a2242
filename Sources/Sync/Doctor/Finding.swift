import Credentials

/// One line of the doctor: a part that works, or what is wrong with it and what to do.
public struct Finding: Sendable, Equatable {
  /// The parts that are looked at, in order.
  public enum Part: String, Sendable, CaseIterable {
    case settings, key, cache, disk
    case dns, tcp, tls, api, clock, version, token, scopes
    case project, clone, references, diffs
  }

  /// How a part is.
  public enum State: String, Sendable {
    case ok
    /// Works, but a person should know something.
    case warning
    case failed
    /// Could not be looked at, because something before it failed or is missing.
    case skipped
  }

  /// The part.
  public var part: Part
  /// The connection's name, the instance or the repository that it was looked at for; empty for this machine.
  public var subject: String
  /// How it is.
  public var state: State
  /// What was found, without a full stop.
  public var text: String
  /// Which trouble it is, where it is one.
  public var trouble: Trouble?
  /// What to do, a sentence.
  public var remedy: String?

  /// Makes a line of its parts.
  public init(
    _ part: Part, of subject: String, _ state: State, _ text: String, trouble: Trouble? = nil,
    remedy: String? = nil
  ) {
    self.part = part
    self.subject = subject
    self.state = state
    self.text = text
    self.trouble = trouble
    self.remedy = remedy
  }

  static func ok(_ part: Part, _ subject: String, _ text: String) -> Finding {
    Finding(part, of: subject, .ok, text)
  }

  static func skipped(_ part: Part, _ subject: String, _ text: String) -> Finding {
    Finding(part, of: subject, .skipped, text)
  }

  /// A line for a trouble; `name` is the connection's.
  static func trouble(
    _ part: Part, _ subject: String, _ trouble: Trouble, _ text: String, name: String? = nil,
    state: State = .failed
  ) -> Finding {
    let text = text.hasSuffix(".") ? String(text.dropLast()) : text
    return Finding(
      part, of: subject, state, text, trouble: trouble, remedy: trouble.remedy(name: name))
  }

  /// A line for an error of any part below; `name` is the connection's.
  static func failure(
    _ part: Part, _ subject: String, _ error: any Error, name: String? = nil
  ) -> Finding {
    let error = SyncError(error)
    var finding = trouble(
      part, subject, Trouble(error) ?? .unexpected, error.summary, name: name)
    // Where the error knows more than the table, as a file's name.
    if case .credentials(let error) = error { finding.remedy = error.hint }
    return finding
  }
}
