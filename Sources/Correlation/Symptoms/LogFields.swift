/// The fields of a log line that a symptom keeps, whatever its form calls them.
struct LogFields {
  enum Key {
    case time, level, service, message, file, line, function, caller, logger, error, stack, type
  }

  var time: Double?
  var level: Symptom.LogLevel?
  var service: String?
  var message: [UInt8]?
  var file: String?
  var line: Int?
  var function: String?
  var logger: String?
  var error: String?
  var errorType: String?
  /// Texts that may hold stack traces.
  var stacks: [[UInt8]] = []
  /// The number of keys that were known.
  var known = 0

  /// What a key means; nested ones are joined with dots.
  static func key(_ name: Bytes) -> Key? {
    name.count <= 32 ? keys[name.caselessFingerprint] : nil
  }

  /// By the fingerprint of the name in lower case.
  private static let keys: [UInt64: Key] = {
    var keys: [UInt64: Key] = [:]
    let names: [(Key, [String])] = [
      (
        .time,
        [
          "time", "timestamp", "@timestamp", "ts", "date", "datetime", "asctime", "t", "@t",
          "eventtime", "event_time", "timemillis", "log_time", "created_at",
          "__realtime_timestamp",
        ]
      ),
      (
        .level,
        [
          "level", "severity", "lvl", "log.level", "levelname", "loglevel", "log_level", "@l",
          "severity_text", "severitytext", "log.severity", "priority",
        ]
      ),
      (
        .service,
        [
          "service", "service.name", "service_name", "servicename", "app", "application",
          "app_name", "appname", "component", "container_name", "kubernetes.container_name",
          "kubernetes.container.name", "kubernetes.labels.app", "unit", "_systemd_unit",
          "syslog_identifier", "program", "svc", "resource.service.name", "logger.service",
        ]
      ),
      (
        .message,
        [
          "msg", "message", "log", "event", "text", "@m", "@mt", "body", "short_message",
          "textpayload", "jsonpayload.message", "description", "message.text",
        ]
      ),
      (
        .file,
        [
          "file", "filename", "pathname", "source.file", "log.origin.file.name", "code.filepath",
          "source_file", "sourcelocation.file", "code.file.path", "path_name", "code_file",
        ]
      ),
      (
        .line,
        [
          "line", "lineno", "line_number", "linenumber", "log.origin.file.line", "code.lineno",
          "source.line", "sourcelocation.line", "code_line", "code.line.number",
        ]
      ),
      (
        .function,
        [
          "func", "function", "funcname", "method", "log.origin.function", "code.function",
          "source.function", "sourcelocation.function", "code_func",
        ]
      ),
      (.caller, ["caller", "source", "location", "src", "callsite", "call_site"]),
      (
        .logger,
        [
          "logger", "logger_name", "loggername", "log.logger", "module", "category",
          "sourcecontext", "target", "name", "channel",
        ]
      ),
      (
        .error,
        [
          "error", "err", "error.message", "exception.message", "err.message", "cause",
          "exception_message", "errormessage", "error_message", "exc", "errorverbose", "exception",
          "@x", "err.msg",
        ]
      ),
      (
        .stack,
        [
          "stack", "stack_trace", "stacktrace", "backtrace", "traceback", "error.stack",
          "error.stack_trace", "err.stack", "exc_info", "exc_text", "exception.stacktrace",
          "exception.stack_trace", "error.stacktrace", "trace", "full_message",
          "exception.backtrace",
          "errorstack", "error_stack", "dd.error.stack", "callstack", "exception_backtrace",
          "error_backtrace", "stacktracestring", "exception_stacktrace", "error.backtrace",
        ]
      ),
      (
        .type,
        [
          "error.type", "exception.type", "exception.class", "exception_class", "error.kind",
          "err.type", "err.name", "error.name", "exc_type", "error_class", "exception.class_name",
          "exceptionclass", "error_type", "errortype", "errorclass",
        ]
      ),
    ]
    for (key, list) in names {
      for name in list { keys[Array(name.utf8)[...].caselessFingerprint] = key }
    }
    return keys
  }()

  /// Takes a field.
  mutating func set(_ key: Key, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    known += 1
    let bytes = value[...]
    switch key {
    case .time:
      if time == nil { time = Self.time(bytes) }
    case .level:
      if level == nil { level = Self.level(bytes) }
    case .service:
      if service == nil { service = bytes.text(atMost: 200) }
    case .message:
      if message == nil { message = value }
      if Self.mayHoldStack(bytes.trimmed) { stacks.append(value) }
    case .file:
      let location = Location(bytes)
      guard file == nil else { return }
      file = location.path.text(atMost: 1_024)
      line = line ?? location.line
    case .line: line = line ?? bytes.number(at: 0)?.value
    case .function: function = function ?? bytes.text(atMost: 500)
    case .caller:
      let location = Location(bytes)
      guard location.isPlausible, location.line != nil else { return }
      file = file ?? location.path.text(atMost: 1_024)
      line = line ?? location.line
    case .logger: logger = logger ?? bytes.text(atMost: 200)
    case .error:
      let end = bytes.find("\n") ?? bytes.endIndex
      if error == nil { error = bytes.before(end).text(atMost: 1_000) }
      if Self.mayHoldStack(bytes) { stacks.append(value) }
    case .stack: stacks.append(value)
    case .type: errorType = errorType ?? bytes.text(atMost: 200)
    }
  }

  /// Whether a text can be a stack; a trace's id, which may be called so, cannot.
  var holdsStack: Bool {
    stacks.contains { $0.contains { $0 == 0x0A || $0 == 0x28 || $0 == 0x3A || $0 == 0x5C } }
  }

  private static func mayHoldStack(_ bytes: Bytes) -> Bool {
    bytes.contains(0x0A) || bytes.contains(text: "\\n")
  }

  static func time(_ bytes: Bytes) -> Double? {
    if let stamp = Timestamp(bytes, at: bytes.startIndex) { return stamp.seconds }
    guard bytes.count < 32, bytes.first?.isDigit == true, let value = Double(bytes.text) else {
      return nil
    }
    return Timestamp.seconds(ofNumber: value)
  }

  /// The level that a word or number names.
  static func level(_ word: Bytes) -> Symptom.LogLevel? {
    guard (1...11).contains(word.count) else { return nil }
    if let (number, end) = word.number(at: word.startIndex), end == word.endIndex {
      return numberedLevels[number]
    }
    switch word[word.startIndex].lowered {
    case "t", "v", "d", "i", "n", "w", "e", "c", "f", "s", "p", "a": break
    default: return nil
    }
    return levels[word.caselessFingerprint]
  }

  /// syslog's severities, which journald and GELF have (RFC 5424, 6.2.1), and those of Bunyan and pino.
  private static let numberedLevels: [Int: Symptom.LogLevel] = [
    0: .fatal, 1: .fatal, 2: .fatal, 3: .error, 4: .warning, 5: .info, 6: .info, 7: .debug,
    10: .trace, 20: .debug, 30: .info, 40: .warning, 50: .error, 60: .fatal,
  ]

  /// By the fingerprint of the name in lower case.
  private static let levels = Dictionary(
    uniqueKeysWithValues: levelNames.map { (Array($0.key.utf8)[...].caselessFingerprint, $0.value) }
  )

  private static let levelNames: [String: Symptom.LogLevel] = [
    "trace": .trace, "verbose": .trace, "finest": .trace, "finer": .trace, "debug": .debug,
    "dbg": .debug, "fine": .debug, "info": .info, "information": .info, "notice": .info,
    "inf": .info, "warn": .warning, "warning": .warning, "wrn": .warning, "error": .error,
    "err": .error, "critical": .fatal, "crit": .fatal, "fatal": .fatal, "ftl": .fatal,
    "severe": .error, "panic": .fatal, "dpanic": .fatal, "emerg": .fatal, "emergency": .fatal,
    "alert": .fatal, "fail": .error,
  ]
}
