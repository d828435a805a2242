import Testing

@testable import Correlation

@Suite struct SymptomLogTests {
  @Test func `JSON lines are read, and the stacks inside`() throws {
    let symptom = Symptom.parse(
      #"""
      {"time":"2024-05-02T10:11:12.500Z","level":"info","service":"checkout-api","msg":"started"}
      {"@timestamp":"2024-05-02T10:11:13Z","log.level":"ERROR","service.name":"checkout-api","message":"take failed","error.type":"TypeError","error.stack_trace":"TypeError: x is undefined\n    at Pool.take (/app/src/pool.js:12:3)\n    at run (/app/src/run.js:4:1)"}
      {"ts":1714644674.25,"level":"warn","caller":"pool/pool.go:31","msg":"slow","logger":"pool"}
      """#)
    #expect(symptom.logs.count == 3)
    #expect(symptom.logs.map(\.level) == [.info, .error, .warning])
    #expect(symptom.services == ["checkout-api"])
    #expect(symptom.logs[safe: 1]?.trace == 0)
    #expect(calls(symptom) == ["Pool.take /app/src/pool.js:12", "run /app/src/run.js:4"])
    #expect(symptom.traces.first?.exceptionType == "TypeError")
    #expect(symptom.logs[safe: 2]?.file == "pool/pool.go")
    #expect(symptom.logs[safe: 2]?.line == 31)
    let times = try #require(symptom.times)
    #expect(times.lowerBound == 1_714_644_672.5)
    #expect(times.upperBound == 1_714_644_674.25)
    #expect(symptom.paths.contains { $0.path == "pool/pool.go" && $0.line == 31 })
  }

  @Test func `levels by number are syslog's and Bunyan's`() {
    let symptom = Symptom.parse(
      #"""
      {"PRIORITY":"3","MESSAGE":"take failed","_SYSTEMD_UNIT":"api.service","__REALTIME_TIMESTAMP":"1714644672500000"}
      {"version":"1.1","host":"h","short_message":"slow","timestamp":1714644673,"level":4}
      {"level":60,"time":1714644674000,"msg":"gone"}
      """#)
    #expect(symptom.logs.map(\.level) == [.error, .warning, .fatal])
    #expect(symptom.times?.lowerBound == 1_714_644_672.5)
  }

  @Test func `logfmt is read`() {
    let symptom = Symptom.parse(
      #"""
      time=2024-05-02T10:11:12Z level=error msg="cannot take \"x\"" service=checkout-api error="pool closed" file=pool.go line=12
      ts=2024-05-02T10:11:13Z lvl=info svc=mailer msg=ok
      """#)
    #expect(symptom.logs.map(\.message) == [#"cannot take "x""#, "ok"])
    #expect(symptom.services == ["checkout-api", "mailer"])
    #expect(symptom.failingServices == ["checkout-api"])
    #expect(symptom.logs[safe: 0]?.error == "pool closed")
    #expect(symptom.logs[safe: 0]?.line == 12)
    #expect(symptom.errorMessages == [#"cannot take "x""#, "pool closed"])
  }

  @Test(arguments: [
    ("2024-05-02 10:11:12,345 ERROR [main] pool closed service=api", 1_714_644_672.345),
    ("[2024-05-02T10:11:12.345+02:00] [error] pool closed service=api", 1_714_637_472.345),
    ("2024-05-02T10:11:12.345Z\tERROR\tpool closed\tservice=api", 1_714_644_672.345),
    ("2024/05/02 10:11:12 [error] 12#0: pool closed service=api", 1_714_644_672),
    ("<11>1 2024-05-02T10:11:12.345Z host api 12 - - ERROR: pool closed", 1_714_644_672.345),
    ("2024-05-02T10:11:12.345Z host api[12]: error: pool closed", 1_714_644_672.345),
  ])
  func `plain lines have time, level and service`(line: String, time: Double) throws {
    let symptom = Symptom.parse(line)
    let record = try #require(symptom.logs.first)
    #expect(record.level == .error)
    #expect(record.message.contains("pool closed"))
    #expect(record.service == "api")
    #expect(abs((record.time ?? 0) - time) < 0.001)
  }

  @Test func `lines without a date have a level and a service`() {
    let symptom = Symptom.parse(
      """
      May  2 10:11:12 host api[12]: ERROR pool closed
      checkout-api-1  | WARN pool is small
      E0502 10:11:12.345678   12 pool.go:123] pool closed
      """)
    #expect(symptom.logs.map(\.level) == [.error, .warning, .error])
    #expect(symptom.services == ["api", "checkout-api"])
    #expect(symptom.logs.last?.file == "pool.go")
    #expect(symptom.logs.last?.line == 123)
    #expect(symptom.times == nil)
  }

  @Test func `Docker's wrapped lines are the program's own`() {
    let symptom = Symptom.parse(
      #"""
      {"log":"Traceback (most recent call last):\n","stream":"stderr","time":"2024-05-02T10:11:12Z"}
      {"log":"  File \"/app/acme/pool.py\", line 12, in take\n","stream":"stderr","time":"2024-05-02T10:11:12Z"}
      {"log":"ValueError: no\n","stream":"stderr","time":"2024-05-02T10:11:12Z"}
      """#)
    #expect(calls(symptom) == ["take /app/acme/pool.py:12"])
    #expect(symptom.traces.first?.exceptionType == "ValueError")
  }

  @Test func `an event of Sentry is read`() {
    let symptom = Symptom.parse(
      """
      {
        "exception": {"values": [
          {"type": "KeyError", "value": "'a'", "stacktrace": {"frames": [
            {"filename": "acme/app.py", "function": "main", "lineno": 3, "in_app": true},
            {"filename": "acme/store.py", "function": "load", "lineno": 5, "in_app": true}]}},
          {"type": "StoreMissing", "value": "a", "stacktrace": {"frames": [
            {"filename": "acme/store.py", "function": "get", "lineno": 9, "in_app": true}]}}
        ]}
      }
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError", "StoreMissing"])
    #expect(calls(symptom) == ["main acme/app.py:3", "load acme/store.py:5"])
    #expect(symptom.frames.map(\.depth) == [1, 0, 0])
    #expect(symptom.traces.first?.language == .python)
    #expect(symptom.traces.map(\.isRootCause) == [true, false])
  }

  @Test func `a stack escaped into a plain line is read`() {
    let symptom = Symptom.parse(
      #"2024-05-02T10:11:12Z level=error msg=boom stack="goroutine 1 [running]:\nmain.take(0x1)\n\t/src/main.go:5 +0x12""#
    )
    #expect(calls(symptom) == ["main.take /src/main.go:5"])
    #expect(symptom.logs.first?.trace == 0)
  }

  @Test func `a trace that comes again is counted`() {
    let once = """
      2024-05-02 10:11:12 ERROR failed
      java.lang.IllegalStateException: no
      \tat com.acme.Pool.take(Pool.java:12)
      Caused by: java.io.IOException: x
      \tat com.acme.Disk.read(Disk.java:3)

      """
    let symptom = Symptom.parse(String(repeating: once, count: 50))
    #expect(symptom.traces.map(\.occurrences) == [50, 50])
    #expect(symptom.frames.count == 2)
  }

  @Test func `a log full of one trace does not push another one out`() {
    let often = "java.lang.Error: no\n\tat com.acme.A.a(A.java:1)\n\n"
    let rare = "java.io.IOException: x\n\tat com.acme.B.b(B.java:2)\n\n"
    let text =
      String(repeating: often, count: 2_000) + rare + String(repeating: often, count: 2_000)
    let symptom = Symptom.parse(text)
    #expect(symptom.traces.map(\.exceptionType) == ["java.lang.Error", "java.io.IOException"])
    #expect(symptom.traces.map(\.occurrences) == [4_000, 1])
  }

  @Test func `of a long log the errors stay`() {
    var limits = Symptom.Limits()
    limits.logs = 40
    var text = ""
    for index in 0..<500 {
      text += "2024-05-02 10:11:12 \(index == 250 ? "ERROR" : "INFO") line \(index)\n"
    }
    let symptom = Symptom.parse(Array(text.utf8), limits: limits)
    #expect(symptom.logs.count == 21)
    #expect(symptom.logs.contains { $0.level == .error })
    #expect(symptom.logs.first?.message == "line 0")
    #expect(symptom.logs.last?.message == "line 499")
  }
}
