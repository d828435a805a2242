import Testing

@testable import Correlation

@Suite struct PythonTraceTests {
  @Test func `the last call is the one that broke`() {
    let symptom = Symptom.parse(
      """
      Traceback (most recent call last):
        File "/usr/src/app/acme/cli.py", line 10, in <module>
          main()
        File "/usr/src/app/acme/pool.py", line 214, in Pool.take
          return self.items[n]
                 ~~~~~~~~~~^^^
        File "/usr/lib/python3.11/collections/__init__.py", line 1004, in __getitem__
          raise KeyError(key)
      KeyError: 'n'
      """)
    #expect(
      calls(symptom) == [
        "- /usr/src/app/acme/cli.py:10", "Pool.take /usr/src/app/acme/pool.py:214",
        "__getitem__ /usr/lib/python3.11/collections/__init__.py:1004",
      ])
    #expect(symptom.frames.map(\.depth) == [2, 1, 0])
    #expect(symptom.frames.map(\.isInApp) == [true, true, false])
    #expect(symptom.traces.first?.exceptionType == "KeyError")
    #expect(symptom.traces.first?.message == "'n'")
  }

  @Test(arguments: [
    // Either error may be the one to mend.
    ("During handling of the above exception, another exception occurred:", [true, true]),
    ("The above exception was the direct cause of the following exception:", [true, false]),
  ])
  func `of a chain the first is the root`(words: String, isRoot: [Bool]) {
    let symptom = Symptom.parse(
      """
      Traceback (most recent call last):
        File "acme/store.py", line 5, in load
          return data[key]
      KeyError: 'a'

      \(words)

      Traceback (most recent call last):
        File "acme/app.py", line 9, in main
          load()
        File "acme/store.py", line 7, in load
          raise StoreMissing(key) from error
      acme.errors.StoreMissing: a
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError", "acme.errors.StoreMissing"])
    #expect(symptom.traces.map(\.isRootCause) == isRoot)
    #expect(Set(symptom.traces.map(\.chain)).count == 1)
    #expect(crash(symptom)?.line == 5)
  }

  @Test func `repeated frames, unknown lines and a missing header are no hindrance`() {
    let symptom = Symptom.parse(
      """
        File "acme/walk.py", line ?, in walk
          walk()
        [Previous line repeated 996 more times]
        File "acme/walk.py", line 4, in walk
      RecursionError: maximum recursion depth exceeded
      """)
    #expect(calls(symptom) == ["walk acme/walk.py", "walk acme/walk.py:4"])
    #expect(symptom.frames.map(\.depth) == [997, 0])
    #expect(symptom.traces.first?.exceptionType == "RecursionError")
  }

  @Test func `faulthandler's order is the other one`() {
    let symptom = Symptom.parse(
      """
      Fatal Python error: Segmentation fault

      Current thread 0x00007f (most recent call first):
        File "/app/acme/native.py", line 12 in call
        File "/app/acme/cli.py", line 3 in main

      Thread 0x00007e (most recent call first):
        File "/usr/lib/python3.12/threading.py", line 355 in wait
      """)
    #expect(symptom.frames.map(\.depth) == [0, 1, 0])
    #expect(calls(symptom).first == "call /app/acme/native.py:12")
    #expect(symptom.traces.map(\.kind) == [.failure, .thread])
    #expect(symptom.traces.first?.message == "Segmentation fault")
  }

  @Test func `exception groups hold their causes`() {
    let symptom = Symptom.parse(
      """
        + Exception Group Traceback (most recent call last):
        |   File "acme/run.py", line 3, in main
        |     raise ExceptionGroup("two", errors)
        | ExceptionGroup: two (1 sub-exception)
        +-+---------------- 1 ----------------
          | Traceback (most recent call last):
          |   File "acme/job.py", line 8, in work
          |     int("x")
          | ValueError: invalid literal
          +------------------------------------
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["ExceptionGroup", "ValueError"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true])
    #expect(calls(symptom, 1) == ["work acme/job.py:8"])
  }

  @Test func `pytest's short form is read`() {
    let symptom = Symptom.parse(
      """
      ____________________ test_take ____________________
      tests/test_pool.py:12: in test_take
          pool.take(3)
      acme/pool.py:40: in take
          return self.items[n]
      E   IndexError: list index out of range
      """)
    #expect(calls(symptom) == ["test_take tests/test_pool.py:12", "take acme/pool.py:40"])
    #expect(symptom.traces.first?.exceptionType == "IndexError")
    #expect(symptom.frames.map(\.depth) == [1, 0])
  }

  @Test func `names of inner functions are those around them`() {
    #expect(qualified("Pool.take.<locals>.<lambda>", .python) == "Pool.take")
    #expect(qualified("take.<locals>.inner", .python) == "take.inner")
    #expect(name("<module>", .python) == nil)
    #expect(name("<listcomp>", .python) == nil)
    #expect(name("take", .python) == "take")
  }
}
