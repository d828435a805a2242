/// What a symptom file says: its stack traces, log lines, paths, and the words of its prose.
///
/// A value of plain data, made by ``parse(_:limits:)``. Every list is bounded by ``Limits``.
public struct Symptom: Sendable, Equatable {
  /// The stack traces in the order of the text; of several threads, the crashing one first.
  ///
  /// A chain of exceptions is several traces with one ``Trace/chain``. A trace that the text
  /// repeats stands here once, with its ``Trace/occurrences``.
  public internal(set) var traces: [Trace] = []

  /// The frames of all traces, trace after trace, each in the order of its text.
  public internal(set) var frames: [Frame] = []

  /// The log lines, oldest line first: the first and the last ones of a long log, and its errors.
  public internal(set) var logs: [LogRecord] = []

  /// The services that the log lines name, in the order of their first line.
  public internal(set) var services: [String] = []

  /// Those of them that lines at error level or above name.
  public internal(set) var failingServices: [String] = []

  /// The paths mentioned outside of traces, in the order of their first mention.
  public internal(set) var paths: [PathMention] = []

  /// Code-like words: camelCase, snake_case, dotted, called or quoted ones.
  public internal(set) var identifiers: [Term] = []

  /// The lower-case words of prose and log messages, without stop words.
  public internal(set) var words: [Term] = []

  /// Whether there are several words to go by.
  var hasProse: Bool { words.count + identifiers.count > 3 }

  /// ``words`` and ``identifiers`` in the order of the text; a stop word is an empty string.
  public internal(set) var sequence: [String] = []

  /// The messages of exceptions and of log lines at error level, root causes first.
  public internal(set) var errorMessages: [String] = []

  /// The earliest and the latest time of the log lines, in seconds since 1970 (UTC).
  public internal(set) var times: ClosedRange<Double>?

  /// Whether the text was so long that its middle was read for traces alone.
  public internal(set) var isSkimmed = false

  init() {}

  /// The frames of one trace, in the order of the text.
  public func frames(of trace: Trace) -> ArraySlice<Frame> {
    frames[trace.frames.clamped(to: 0..<frames.count)]
  }
}

extension Symptom {
  /// The language, or the family with one form of stack trace, that a trace or frame is of.
  public enum Language: String, Sendable, Hashable, CaseIterable {
    /// C, C++ and what else a native debugger or sanitizer prints.
    case native
    /// Python.
    case python
    /// Java, Kotlin, Scala, Groovy.
    case jvm
    /// JavaScript and TypeScript: Node, browsers, gjs.
    case javaScript
    /// Go.
    case go
    /// Ruby.
    case ruby
    /// PHP.
    case php
    /// C# and the rest of .NET.
    case dotNet
    /// Rust.
    case rust
    /// Swift.
    case swift
    /// Dart and Flutter.
    case dart
  }

  /// One call of a stack trace.
  public struct Frame: Sendable, Equatable {
    /// The position in ``Symptom/frames``.
    public internal(set) var index = 0

    /// The position of its trace in ``Symptom/traces``.
    public internal(set) var trace = 0

    /// The language of its trace.
    public internal(set) var language: Language

    /// The function; nil where the text names none (top-level code, anonymous functions).
    public internal(set) var function: FunctionName?

    /// The source path as given, with invalid bytes replaced; of a JVM frame, package and file.
    public internal(set) var path: String?

    /// The line, from 1; nil where unknown.
    public internal(set) var line: Int?

    /// The text of the source line, where the trace quotes it.
    public internal(set) var source: String?

    /// The shared library, binary or jar the text names for the frame.
    public internal(set) var module: String?

    /// False for code of the system, a language's library or a package; nil where unknown.
    public internal(set) var isInApp: Bool?

    /// The number of calls between this frame and the one where its trace broke, which is 0.
    public internal(set) var depth = 0
  }

  /// One stack trace: a thread, or one exception of a chain.
  public struct Trace: Sendable, Equatable {
    /// What a trace tells of.
    public enum Kind: String, Sendable, Hashable {
      /// An exception, panic, crash or error: the place where something broke.
      case failure
      /// A thread or goroutine that did not crash.
      case thread
      /// Something a failure refers to: where memory was freed, a suppressed exception, the
      /// creator of a thread.
      case related
    }

    /// The language of the trace's form.
    public internal(set) var language: Language

    /// What the trace tells of.
    public internal(set) var kind: Kind

    /// The exception's type, the signal, or the sanitizer's finding.
    public internal(set) var exceptionType: String?

    /// The exception's message.
    public internal(set) var message: String?

    /// The number of its chain: traces joined by "caused by" and the like share one.
    public internal(set) var chain: Int

    /// Whether it is the innermost cause of its chain; errors while another was handled are so together.
    public internal(set) var isRootCause: Bool

    /// The place of its frames in ``Symptom/frames``.
    public internal(set) var frames: Range<Int>

    /// How often the text holds this very trace.
    public internal(set) var occurrences: Int

    /// The level of the log line that tells of it; nil where none does.
    public internal(set) var severity: LogLevel?
  }

  /// The severity of a log line.
  public enum LogLevel: Int, Sendable, Hashable, Comparable {
    /// Finer than debug.
    case trace
    /// For developers.
    case debug
    /// Informational and notice.
    case info
    /// Warnings.
    case warning
    /// Errors.
    case error
    /// Critical, alert, emergency, fatal, panic.
    case fatal

    /// Whether the first is less severe than the second.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// One line of a log.
  public struct LogRecord: Sendable, Equatable {
    /// Seconds since 1970 (UTC); a time without zone is taken as UTC.
    public internal(set) var time: Double?
    /// The severity.
    public internal(set) var level: LogLevel?
    /// The service, application or unit that wrote it.
    public internal(set) var service: String?
    /// The message, at most 1,000 bytes.
    public internal(set) var message: String
    /// The source file that wrote it.
    public internal(set) var file: String?
    /// The line in ``file``.
    public internal(set) var line: Int?
    /// The function that wrote it.
    public internal(set) var function: String?
    /// The logger's name.
    public internal(set) var logger: String?
    /// The text of the error field.
    public internal(set) var error: String?
    /// The position in ``Symptom/traces`` of the stack that the record itself carries.
    public internal(set) var trace: Int?
  }

  /// A path that the text mentions.
  public struct PathMention: Sendable, Equatable {
    /// The path as given.
    public internal(set) var path: String
    /// The line, from 1, of the first mention that has one.
    public internal(set) var line: Int?
    /// How often the text mentions it.
    public internal(set) var count: Int
  }

  /// A word with its number of uses.
  public struct Term: Sendable, Equatable {
    /// The word.
    public internal(set) var text: String
    /// How often the text uses it.
    public internal(set) var count: Int
  }
}
