import Testing

@testable import Correlation

@Suite struct GoTraceTests {
  @Test func `a panic's goroutine comes with those that wait`() {
    let symptom = Symptom.parse(
      """
      panic: runtime error: invalid memory address or nil pointer dereference [recovered]
      \tpanic: runtime error: invalid memory address or nil pointer dereference
      [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a]

      goroutine 18 [running]:
      panic({0x6f2a40?, 0x9e1a10?})
      \t/usr/local/go/src/runtime/panic.go:884 +0x212
      gitlab.com/acme/server/pool.(*Pool[...]).Take(0xc0001a2000, {0x7, 0x1})
      \t/builds/acme/server/pool/pool.go:214 +0xa7d
      gitlab.com/acme/server/web.Handle.func1.2()
      \t/builds/acme/server/web/handle.go:31 +0x1d
      created by net/http.(*Server).Serve in goroutine 1
      \t/usr/local/go/src/net/http/server.go:3086 +0x4db

      goroutine 1 [IO wait]:
      internal/poll.runtime_pollWait(0x7f, 0x72)
      \t/usr/local/go/src/runtime/netpoll.go:343 +0x85
      exit status 2
      """)
    #expect(symptom.traces.map(\.kind) == [.failure, .thread])
    #expect(
      calls(symptom) == [
        "panic /usr/local/go/src/runtime/panic.go:884",
        "pool.Pool.Take /builds/acme/server/pool/pool.go:214",
        "web.Handle /builds/acme/server/web/handle.go:31",
        "http.Server.Serve /usr/local/go/src/net/http/server.go:3086",
      ])
    #expect(symptom.frames.prefix(4).map(\.isInApp) == [false, true, true, false])
    #expect(symptom.traces.first?.exceptionType == "panic")
    #expect(symptom.traces.first?.message?.contains("nil pointer") == true)
  }

  @Test func `a dump without a panic, and paths without lines, are read`() {
    let symptom = Symptom.parse(
      """
      goroutine 1 [running]:
      shells.writeScript(0xc0001a2000)
      \t/go/src/acme/runner/shells/abstract.go
      main.main()
      \t/go/src/acme/runner/main.go:9
      """)
    #expect(
      calls(symptom) == [
        "shells.writeScript /go/src/acme/runner/shells/abstract.go",
        "main.main /go/src/acme/runner/main.go:9",
      ])
    #expect(symptom.traces.first?.isRootCause == true)
  }

  @Test func `errors printed with their stack are read`() {
    let symptom = Symptom.parse(
      """
      cannot open pool
      gitlab.com/acme/server/pool.Open
      \t/src/pool/open.go:12
      main.run
      \t/src/main.go:40
      runtime.goexit
      \t/usr/local/go/src/runtime/asm_amd64.s:1650
      """)
    #expect(
      calls(symptom) == [
        "pool.Open /src/pool/open.go:12", "main.run /src/main.go:40",
        "runtime.goexit /usr/local/go/src/runtime/asm_amd64.s:1650",
      ])
    #expect(symptom.frames.map(\.isInApp) == [true, true, false])
  }

  @Test func `fatal errors and module paths are read`() {
    let symptom = Symptom.parse(
      """
      fatal error: all goroutines are asleep - deadlock!

      goroutine 1 [chan receive]:
      github.com/spf13/cobra.(*Command).Execute(...)
      \t/go/pkg/mod/github.com/spf13/cobra@v1.8.0/command.go:1039
      main.main()
      \tgitlab.com/acme/server/cmd/main.go:7 +0x1c
      """)
    #expect(symptom.traces.first?.kind == .failure)
    #expect(symptom.traces.first?.exceptionType == "fatal error")
    #expect(symptom.frames.map(\.isInApp) == [false, true])
    #expect(calls(symptom).last == "main.main gitlab.com/acme/server/cmd/main.go:7")
  }

  @Test func `a panic inside a log with prefixes is read`() {
    let symptom = Symptom.parse(
      """
      2024-05-02T10:11:12.000000001Z stderr F panic: boom
      2024-05-02T10:11:12.000000002Z stderr F 
      2024-05-02T10:11:12.000000003Z stderr F goroutine 7 [running]:
      2024-05-02T10:11:12.000000004Z stderr F main.take(0x1)
      2024-05-02T10:11:12.000000005Z stderr F \t/src/main.go:5 +0x12
      """)
    #expect(calls(symptom) == ["main.take /src/main.go:5"])
    #expect(symptom.traces.first?.message == "boom")
  }

  @Test func `names of receivers, closures and generics are plain`() {
    #expect(qualified("gitlab.com/acme/x/pkg.(*Type).Method", .go) == "pkg.Type.Method")
    #expect(qualified("gitlab.com/acme/x/pkg.Type.Method-fm", .go) == "pkg.Type.Method")
    #expect(name("main.main.func1.2", .go) == "main")
    #expect(name("pkg.Map[go.shape.int,github.com/a/b.T]", .go) == "Map")
    #expect(name("pkg.(*Set[...]).Add(0x1)", .go) == "Add")
    #expect(name("pkg.glob..func1", .go) == nil)
    #expect(name("pkg.init.0", .go) == "init")
    #expect(qualified("gopkg.in/yaml%2ev2.Unmarshal", .go) == "yaml.Unmarshal")
    #expect(name("pkg.run.gowrap1", .go) == "run")
  }
}
