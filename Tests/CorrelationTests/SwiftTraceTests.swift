import Testing

@testable import Correlation

@Suite struct SwiftTraceTests {
  @Test func `the runtime's backtrace is read`() {
    let symptom = Symptom.parse(
      """
      Acme/Pool.swift:12: Fatal error: Index out of range

      *** Signal 4: Backtracing from 0x7f2a... done ***

      *** Program crashed: Illegal instruction at 0x00007f2a5c ***

      Thread 0 "acme" crashed:

      0 [inlined]          Swift runtime failure: arithmetic overflow in acme at /src/Sources/Acme/<compiler-generated>
      1                    0x00005581a Pool.take(count:) + 57 in acme at /src/Sources/Acme/Pool.swift:12:3

          10│   func take(count: Int) -> Int {
          11│     let total = count
        * 12│     items[count]
            │     ▲
          13│   }

      2 [ra]               0x00005581b closure #1 in Server.run() + 57 in acme at /src/Sources/Acme/Server.swift:30:9
      3 [ra] [system]      0x00007f2a0 __libc_start_call_main + 127 in libc.so.6

      Thread 1:

      0 0x00007f syscall + 29 in libc.so.6
      """)
    #expect(
      calls(symptom, 1) == [
        "Pool.take /src/Sources/Acme/Pool.swift:12",
        "Server.run /src/Sources/Acme/Server.swift:30", "__libc_start_call_main -",
      ])
    #expect(symptom.traces.last?.kind == .thread)
    #expect(symptom.frames(of: symptom.traces[1]).last?.isInApp == false)
    #expect(symptom.traces.first?.message == "Index out of range")
    #expect(calls(symptom) == ["- Acme/Pool.swift:12"])
  }

  @Test func `frames without addresses are read`() {
    let symptom = Symptom.parse(
      """
      💣 Program crashed: Bad pointer dereference at 0x0000000000000004

      Thread 0 "crash" crashed:

      0 reallyCrashMe() + 20 in crash at /src/crash/Crash.swift:3:19
      1 crashMe() + 12 in crash at /src/crash/Crash.swift:9:3
      """)
    #expect(
      calls(symptom) == [
        "reallyCrashMe /src/crash/Crash.swift:3", "crashMe /src/crash/Crash.swift:9",
      ])
    #expect(symptom.traces.first?.message?.hasPrefix("Bad pointer") == true)
    #expect(symptom.traces.count == 1)
  }

  @Test func `Apple's crash reports are read`() {
    let symptom = Symptom.parse(
      """
      Thread 0 Crashed:: Dispatch queue: com.apple.main-thread
      0   libswiftCore.dylib            \t0x00000001a _assertionFailure(_:_:file:line:flags:) + 312
      1   Acme                          \t0x000000010 $s4Acme4PoolC4take5countS2i_tF + 96 (Pool.swift:12)
      2   UIKitCore                     \t0x00000001b -[UIApplication sendAction:to:from:forEvent:] + 100
      """)
    #expect(calls(symptom)[safe: 1] == "Acme.Pool.take Pool.swift:12")
    #expect(symptom.frames[safe: 0]?.isInApp == false)
    #expect(symptom.frames[safe: 1]?.module == "Acme")
  }

  @Test func `the current stack trace of a fatal error is read`() {
    let symptom = Symptom.parse(
      """
      Fatal error: Unexpectedly found nil while unwrapping an Optional value: file Acme/Pool.swift, line 9
      Current stack trace:
      0    libswiftCore.so                    0x00007f6c _swift_stdlib_reportFatalErrorInFile + 118
      1    libswiftCore.so                    0x00007f6d swift_unexpectedError + 12
      2    acme                               0x000055aa $s4Acme4PoolC4takeyyF + 57 at /src/Acme/Pool.swift:9:5
      """)
    #expect(calls(symptom).last == "Acme.Pool.take /src/Acme/Pool.swift:9")
    #expect(symptom.frames.map(\.isInApp) == [false, false, true])
    #expect(symptom.traces.first?.exceptionType == "Fatal error")
  }

  @Test func `a fatal error alone names its place`() {
    let symptom = Symptom.parse(
      "Acme/Main.swift:44: Fatal error: 'try!' expression raised an error")
    #expect(calls(symptom) == ["- Acme/Main.swift:44"])
  }

  @Test func `names are plain, mangled or not`() {
    #expect(qualified("$s4Acme4PoolC4takeyyF", .swift) == "Acme.Pool.take")
    #expect(qualified("$s4Acme0A4PoolV4take5countS2i_tF", .swift) == "Acme.AcmePool.take")
    #expect(qualified("$s4Acme4PoolC5countACSi_tcfC", .swift) == "Acme.Pool.count")
    #expect(qualified("$sSS4AcmeE3fooyyF", .swift) == "String.foo")
    #expect(qualified("static Acme.Pool.make<A>(_: A) -> Acme.Pool", .swift) == "Acme.Pool.make")
    #expect(
      qualified("closure #1 (Swift.Int) -> () in Acme.Pool.take(count: Swift.Int) -> ()", .swift)
        == "Acme.Pool.take")
    #expect(qualified("specialized Pool.size.getter", .swift) == "Pool.size")
    #expect(qualified("Pool.__allocating_init(size:)", .swift) == "Pool.init")
    #expect(
      qualified("protocol witness for Take.take() in conformance Pool", .swift) == "Take.take")
    #expect(
      qualified("partial apply for closure #1 in Server.run()", .swift) == "Server.run")
  }
}
