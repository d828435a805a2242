import Cache
import Foundation
import Testing

@testable import Correlation

@Suite struct FrameOrderTests {
  private func steps(_ text: String) -> [FrameOrder.Step] {
    FrameOrder(Symptom.parse(Array(text.utf8))).steps
  }

  private func log(_ level: String, _ type: String, _ frame: String) -> String {
    """
    2026-11-28 10:00:00.000 \(level)  [main] c.a.o.Orders - it went wrong
    java.lang.\(type): bad zip
    \tat com.acme.orders.\(frame)

    """
  }

  @Test func `an error comes before a warning that was logged first`() {
    let steps = steps(
      log("WARN", "IllegalArgumentException", "Order.create(Order.java:12)")
        + log("ERROR", "NullPointerException", "Place.order(Place.java:20)"))
    #expect(steps.map(\.frame.line) == [20, 12])
    #expect(steps.map(\.kind) == [.failure, .thread])
  }

  @Test func `levels of records count as those of lines`() {
    func record(_ level: String, _ line: Int) -> String {
      #"{"level":"\#(level)","message":"bad","stack_trace":"java.lang.Error: x\n\tat com.acme.A.b(A.java:\#(line))"}"#
        + "\n"
    }
    #expect(steps(record("DEBUG", 3) + record("CRITICAL", 4)).map(\.frame.line) == [4, 3])
    #expect(steps(record("WARN", 3) + record("WARN", 4)).map(\.kind) == [.failure, .failure])
  }

  @Test func `a panic is the end, whatever was logged above it`() {
    let steps = steps(
      """
      2026-11-28T10:00:00Z ERROR stock low
      Traceback (most recent call last):
        File "/app/a.py", line 3, in take
      ValueError: x
      2026-11-28T10:00:01Z WARN retrying
      panic: runtime error: index out of range

      goroutine 1 [running]:
      main.reserve(0xc0)
      \t/src/reserve.go:25 +0x1
      """)
    #expect(steps.map(\.kind) == [.failure, .failure])
  }

  @Test func `of several failures each is one of its own, and the frequent one is believed more`() {
    let one = log("ERROR", "IllegalStateException", "Order.create(Order.java:12)")
    let other = log("ERROR", "NullPointerException", "Place.order(Place.java:20)")
    let alike = steps(one + other)
    #expect(alike.map(\.failure) == [0, 1])
    #expect(alike[0].share == 1 && (0.5..<1).contains(alike[1].share))
    let often = steps(one + other + other + other)
    #expect(often.map(\.failure) == [0, 1])
    #expect(often[0].share < often[1].share)
  }

  @Test func `causes stay one failure with what they caused, and handled errors are two`() {
    let caused = steps(
      """
      java.lang.IllegalStateException: outer
      \tat com.acme.Outer.run(Outer.java:5)
      Caused by: java.lang.NullPointerException: inner
      \tat com.acme.Inner.run(Inner.java:9)
      """)
    #expect(caused.map(\.frame.line) == [9, 5] && caused.map(\.failure) == [0, 0])
    let handled = steps(
      """
      Traceback (most recent call last):
        File "/app/a.py", line 3, in find
      KeyError: 'x'

      During handling of the above exception, another exception occurred:

      Traceback (most recent call last):
        File "/app/b.py", line 7, in report
      TypeError: y
      """)
    #expect(handled.map(\.frame.line) == [3, 7] && handled.map(\.failure) == [0, 1])
  }

  @Test func `no number of failures has more frames than are looked into`() {
    let text = (0..<50).map { number in
      "java.lang.IllegalStateException: \(number)\n"
        + (0..<60).map { "\tat com.acme.C\(number).f(C\(number).java:\($0 + 1))\n" }.joined()
    }.joined(separator: "\nnothing here\n\n")
    let steps = steps(text)
    #expect(steps.count == 85)
    #expect(steps.count { $0.failure == 0 } == 40)
    #expect(steps.count { $0.failure == 1 } == 15)
  }
}

@Suite struct PathlessFrameTests {
  private let pool = """
    static int
    codec_take_block (Pool *pool)
    {
      int size = 1;
      return size;
    }

    """
  private let ledger = """
    namespace Acme.Ledger
    {
        public class PostingEngine
        {
            public Task PostAsync(PostingRequest request)
            {
                return Save(request, 1);
            }
        }
    }

    """

  @Test func `a function without a path is where somebody changed it`() throws {
    let fixture = try AnalyzerFixture()
    let frame = "int\nframe_read (int f)\n{\n  return f;\n}\n"
    try fixture.commit(["src/pool.c": pool, "src/frame.c": frame])
    let culprit = try fixture.merge(
      "Take more", ["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: "size = 2")])
    try fixture.merge(
      "Read more", ["src/frame.c": frame.replacingOccurrences(of: "return f", with: "return f+1")])
    let analysis = try fixture.analyze(
      """
      #0  0x000055555555519d in codec_take_block () from /usr/lib/x86_64-linux-gnu/libcodec.so.1
      #1  0x00005555555551fe in frame_read (f=3) at src/frame.c:4
      #2  0x00007ffff7829d90 in __libc_start_main () from /usr/lib/libc.so.6
      """)
    let best = try #require(analysis.suspects.first)
    #expect(best.mergeRequest.iid == culprit)
    #expect(best.file == "src/pool.c" && best.function == "codec_take_block")
    #expect(best.evidence.contains { $0.frame == 0 })
  }

  @Test func `a class names its file`() throws {
    let fixture = try AnalyzerFixture()
    try fixture.commit(["src/Ledger/PostingEngine.cs": ledger, "src/Other.cs": "class Other {}\n"])
    let culprit = try fixture.merge(
      "Post twice",
      ["src/Ledger/PostingEngine.cs": ledger.replacingOccurrences(of: ", 1", with: ", 2")])
    try fixture.merge("Other", ["src/Other.cs": "class Other { int x; }\n"])
    let analysis = try fixture.analyze(
      """
      System.NullReferenceException: Object reference not set to an instance of an object.
         at Acme.Ledger.PostingEngine.PostAsync(PostingRequest request)
         at System.Threading.Tasks.Task.Run(Action action)
      """)
    #expect(analysis.suspects.first?.mergeRequest.iid == culprit)
    #expect(analysis.suspects.first?.function == "PostAsync")
    #expect(analysis.hasGoodSuspect)
  }
}
