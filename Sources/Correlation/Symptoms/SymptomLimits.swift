extension Symptom {
  /// What ``Symptom/parse(_:limits:)`` reads and keeps at most.
  ///
  /// With the defaults the parser needs at most some 40 MB besides its input.
  public struct Limits: Sendable, Equatable {
    /// The bytes read in full: three quarters from the head, one from the tail. Between the two,
    /// only lines that look like parts of a trace are read.
    public var bytes = 32 << 20
    /// The bytes read of one line.
    public var lineBytes = 1 << 20
    /// The bytes of a string that holds many lines, such as a stack in a JSON log.
    public var embeddedBytes = 256 << 10
    /// The traces kept.
    public var traces = 256
    /// The frames kept from the start of a trace.
    public var leadingFrames = 192
    /// The frames kept from the end of a trace.
    public var trailingFrames = 64
    /// The log lines kept: half of them errors, the first and the last of each half.
    public var logs = 4_000
    /// The bytes of prose and log messages searched for words, identifiers and paths.
    public var proseBytes = 1 << 20
    /// The distinct words, identifiers and paths kept, each; of all in their order twice as many.
    public var terms = 512
    /// The services, exception types and error messages kept, each.
    public var names = 64
    /// The depth of JSON that is read.
    public var jsonDepth = 32

    /// The limits for files from outside.
    public static let `default` = Limits()

    /// Makes the default limits.
    public init() {}
  }
}
