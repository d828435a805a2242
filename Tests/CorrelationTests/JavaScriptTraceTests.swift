import Testing

@testable import Correlation

@Suite struct JavaScriptTraceTests {
  @Test func `Node's frames are read`() {
    let symptom = Symptom.parse(
      """
      /usr/src/app/src/pool.js:12
          throw new Error('closed');
          ^

      TypeError: Cannot read properties of undefined (reading 'take')
          at Pool.take [as get] (/usr/src/app/src/pool.js:12:11)
          at new Server (/usr/src/app/src/server.js:30:5)
          at async handle (file:///usr/src/app/src/http.mjs:8:3)
          at /usr/src/app/src/index.js:4:1
          at Object.<anonymous> (/usr/src/app/src/index.js:9:1)
          at Layer.handle (/usr/src/app/node_modules/express/lib/router/layer.js:95:5)
          at async Promise.all (index 0)
          at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
        code: 'E_CLOSED'
      }
      """)
    #expect(
      calls(symptom) == [
        "Pool.take /usr/src/app/src/pool.js:12", "Server /usr/src/app/src/server.js:30",
        "handle file:///usr/src/app/src/http.mjs:8", "- /usr/src/app/src/index.js:4",
        "- /usr/src/app/src/index.js:9",
        "Layer.handle /usr/src/app/node_modules/express/lib/router/layer.js:95", "- -",
        "process.processTicksAndRejections node:internal/process/task_queues:95",
      ])
    #expect(
      symptom.frames.map(\.isInApp) == [true, true, true, true, true, false, false, false])
    #expect(symptom.traces.first?.exceptionType == "TypeError")
    #expect(symptom.traces.first?.message?.hasPrefix("Cannot read") == true)
  }

  @Test func `a cause inside is the root`() {
    let symptom = Symptom.parse(
      """
      Error: cannot start
          at start (/app/src/main.ts:5:9) {
        [cause]: RangeError: port
            at listen (/app/src/net.ts:7:2)
            at start (/app/src/main.ts:4:3)
      }
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["Error", "RangeError"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true])
    #expect(crash(symptom)?.function?.name == "listen")
  }

  @Test func `Firefox' and gjs' frames are read`() {
    let symptom = Symptom.parse(
      """
      JS ERROR: TypeError: this._pool is undefined
      _take@resource:///org/acme/shell/ui/pool.js:120:17
      _init/this._timer<@resource:///org/acme/shell/ui/main.js:30:9
      @file:///usr/share/acme/app.js:3:1
      run/</<@https://acme.example/static/js/main.js?v=3:1:2
      """)
    #expect(
      calls(symptom) == [
        "_take resource:///org/acme/shell/ui/pool.js:120",
        "_init resource:///org/acme/shell/ui/main.js:30", "- file:///usr/share/acme/app.js:3",
        "run https://acme.example/static/js/main.js?v=3:1",
      ])
    #expect(symptom.traces.first?.exceptionType == "TypeError")
  }

  @Test func `webpack's, eval's and Windows' paths are read`() {
    let symptom = Symptom.parse(
      """
      Uncaught ReferenceError: foo is not defined
          at render (webpack:///./src/view.tsx?:12:3)
          at eval (eval at run (/app/src/run.js:3:2), <anonymous>:1:1)
          at Array.map (<anonymous>)
          at load (C:\\work\\acme\\src\\load.ts:5:6)
      """)
    #expect(
      calls(symptom) == [
        "render webpack:///./src/view.tsx?:12", "- /app/src/run.js:3", "Array.map -",
        "load C:\\work\\acme\\src\\load.ts:5",
      ])
    #expect(symptom.traces.first?.exceptionType == "ReferenceError")
    #expect(symptom.frames[safe: 2]?.isInApp == false)
  }

  @Test func `Vitest's and Jest's failures are read`() {
    let vitest = Symptom.parse(
      """
      AssertionError: expected 1 to be 2
       ❯ take src/pool.ts:12:5
       ❯ test/pool.test.ts:4:2
      """)
    #expect(calls(vitest).first == "take src/pool.ts:12")
    let jest = Symptom.parse(
      """
        ● pool › takes

          TypeError: x is not a function

            at Pool.take (src/pool.ts:12:5)
            at Object.<anonymous> (src/pool.test.ts:4:2)
      """)
    #expect(calls(jest).first == "Pool.take src/pool.ts:12")
    #expect(jest.traces.first?.exceptionType == "TypeError")
  }

  @Test func `names of methods and closures are plain`() {
    #expect(qualified("Pool.prototype.take", .javaScript) == "Pool.take")
    #expect(name("async Pool.take", .javaScript) == "take")
    #expect(name("new Pool", .javaScript) == "Pool")
    #expect(name("Object.<anonymous>", .javaScript) == nil)
    #expect(name("exports.take", .javaScript) == "take")
    #expect(name("take/</<", .javaScript) == "take")
    #expect(name("get size", .javaScript) == "size")
    #expect(name("#take", .javaScript) == "take")
  }
}
