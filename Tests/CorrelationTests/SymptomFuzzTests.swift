import Testing

@testable import Correlation

@Suite struct SymptomFuzzTests {
  private static let samples: [String] = [
    "Thread 1 \"x\" received signal SIGSEGV, Segmentation fault.\n#0  a::b<c>::d (x=1) at s/p.c:3\n#1 0x4f in f(int) /a.cc:4:2\n",
    "==1==ERROR: AddressSanitizer: heap on x\n    #0 0x4 in f /a.c:1:2\nfreed by thread T0 here:\n",
    "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    x()\n    ^^^\nKeyError: 1\n",
    "a.B: m\n\tat a.b.C$d$1.invoke(C.kt:1) ~[x.jar:1]\nCaused by: x.Y: z\n\t... 3 more\n",
    "Error: x\n    at new F [as y] (/a.js:1:2) {\n  [cause]: TypeError: y\n f/<@file:///a.js:1:2\n",
    "panic: x\n\ngoroutine 1 [running]:\na/b.(*C[...]).d(0x1)\n\t/a/b.go:1 +0x2\n",
    "a.rb:1:in `x': m (E)\n\tfrom b.rb:2:in 'A#b'\n\t1: from c.rb:3:in `<main>'\n",
    "PHP Fatal error:  Uncaught A\\B: m in /a.php:1\nStack trace:\n#0 /b.php(2): A\\B->c(1)\n#1 {main}\n",
    "A.B: m ---> C.DException: n\n   at A.<B>d__1.MoveNext() in C:\\a.cs:line 3\n   --- End of inner exception stack trace ---\n",
    "thread 'm' panicked at a.rs:1:2:\nm\nstack backtrace:\n   0: <a::B as c::D>::e::{{closure}}\n             at ./a.rs:1:2\n",
    "Thread 0 \"a\" crashed:\n0 [ra] 0x0f closure #1 in A.b(_:) + 1 in m at /a.swift:1:2\n1 m 0x1 $s4Acme0A4PoolV4takeyyF + 3\n",
    "{\"time\":1714644672,\"level\":\"error\",\"msg\":\"a\\u00e9\\n\",\"stack\":[\"at f (/a.js:1:2)\"],\"x\":{\"y\":[1,{\"z\":null}]}}\n",
    "2024-05-02T10:11:12.3Z stderr F <34>1 web_1 | E/T( 1): level=error msg=\"a\\\" b\" x=y\n",
    "[ERROR] KeyError: 1 Traceback (most recent call last):   File \"a.py\", line 3, in f     g() File \"b.py\", line 4, in g KeyError: 1\n",
    "Stack trace (most recent call last):\n#1 | Source \"/a.cc\", line 3, in f(int) [0x1]\n     >  3: x\n#0 Object \"/b\", at 0x1, in g\n",
    "#14 12.34 a.go:3:4: x\n 0  m!a::b(int) [a.cpp : 3 + 0x4]\n>\tm.exe!f() Line 3\tC++\n[ERROR]  A.b:1->C.d:2 » E\n",
    " # Child-SP RetAddr Call Site\n00000000`0014f8a0 00007ff6`1234abcd : 1 2 : m!a::b+0x4 [C:\\a.cpp @ 3]\n(Inline Function) --------`-------- m!f+0x1\n",
    "E (m):\n\na.rb:1:in `x'\n\nCauses:\nF (n)\n# ./a.rb:3:in 'x'\nLocation:\n a.rs:3\n ━ SPANTRACE ━\n0: a::b\n",
    "AggregateError: x\n  at f (/a.js:1:2) {\n  [errors]: [\n TypeError: y\n at g (/b.js:3:4),\n  ]\n}\n  bei A.B() in C:\\a.cs:Zeile 3.\n",
    "<br>&nbsp;File &quot;a.py&quot;, line 3\u{2028}\u{A0}“x”\r[1/2.3:ERROR:a.cpp(1)] m#012#011at a.B.c(B.java:1)\\n\\tat a.B.d(B.java:2)\n",
    "_ZZNK4acme4PoolIiLi5ESaIiEE4takeERKSsENKUlvE_clEv _RNvXs_Cs1_4acmeNtB4_4PoolNtB4_1T4take\n",
  ]

  /// A small generator, so that a failing case comes again.
  private struct Random {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, bound)
    }
  }

  @Test func `random bytes are survived`() {
    var random = Random(state: 1)
    for _ in 0..<300 {
      let bytes = (0..<random.next(400)).map { _ in UInt8(random.next(256)) }
      _ = Symptom.parse(bytes)
    }
  }

  @Test func `cut, spliced and damaged symptoms are survived`() {
    var random = Random(state: 2)
    let samples = Self.samples.map { Array($0.utf8) }
    for _ in 0..<1_500 {
      var bytes: [UInt8] = []
      for _ in 0...random.next(3) {
        let sample = samples[random.next(samples.count)]
        let start = random.next(sample.count)
        bytes += sample[start..<start + random.next(sample.count - start + 1)]
      }
      for _ in 0..<random.next(4) where !bytes.isEmpty {
        let marks = Array("\n\t \"'`()[]{}<>:;,.#@=/\\$_0129EINSTLZ|-+".utf8) + [0, 0x1B, 0xFF]
        bytes[random.next(bytes.count)] = marks[random.next(marks.count)]
      }
      let symptom = Symptom.parse(bytes)
      for frame in symptom.frames {
        #expect(symptom.traces.indices.contains(frame.trace))
        #expect(frame.depth >= 0)
      }
    }
  }

  @Test func `every cut of every sample is survived`() {
    for sample in Self.samples {
      let bytes = Array(sample.utf8)
      for end in bytes.indices { _ = Symptom.parse(Array(bytes[..<end])) }
      for start in bytes.indices { _ = Symptom.parse(Array(bytes[start...])) }
    }
  }

  @Test func `damaged names are survived`() {
    var random = Random(state: 3)
    let names = [
      "_ZNK4acme4PoolIiLi5ESaIiEE4takeERKSs", "_RNvXs_Cs1_4acmeNtB4_4PoolNtB4_1T4take",
      "$s4Acme0A4PoolV4take5countS2i_tF", "a::b<c<d> >::operator<<(int)::{lambda(int)#1}::x",
      "<a::B<c> as d::E>::f::{{closure}}", "a/b.(*C[...]).D.func1", "A.<B>g__c|1_0",
      "a.B$c$1.invokeSuspend", "async new A.b [as c]", "block in A::B#c", "A\\B->{closure}()",
    ]
    for _ in 0..<4_000 {
      var bytes = Array(names[random.next(names.count)].utf8)
      for _ in 0...random.next(3) { bytes[random.next(bytes.count)] = UInt8(32 + random.next(96)) }
      bytes.removeLast(random.next(bytes.count))
      let raw = String(decoding: bytes, as: UTF8.self)
      for language in Symptom.Language.allCases { _ = FunctionName(raw, language: language) }
    }
  }

  @Test func `brackets of a name that nothing closes are passed once`() {
    let symptom = Symptom.parse(
      String(repeating: "   at a.\(String(repeating: "[", count: 16_000))()\n", count: 40))
    #expect(symptom.traces.map(\.language) == [.dotNet])
    let open = [UInt8](repeating: 0x5B, count: 1_000_000)
    #expect(FunctionName.without(open[...], "[", "]").count == open.count)
  }

  @Test(arguments: [
    ("a[b[c]d][e", "a[e"), ("[[]", "["), ("a]b[c]", "a]b"), ("[a][b]c", "c"), ("][", "]["),
  ])
  func `brackets that belong together are left out`(_ name: String, _ plain: String) {
    #expect(FunctionName.without(Array(name.utf8)[...], "[", "]").text == plain)
  }

  @Test func `the arrow of a type closes no bracket`() {
    let name = Array("a<b->c>d<e->f".utf8)
    #expect(FunctionName.without(name[...], "<", ">").text == "ad<e->f")
  }

  @Test func `a wrapped frame that never ends is read line by line`() {
    var frame = WrappedFrame(Array("foo (".utf8)[...])
    for _ in 0..<200_000 where !frame.isClosed { frame.append(Array("x=()".utf8)[...]) }
    #expect(frame.bytes.count == 1_000_005)
    frame.append(Array(") at ".utf8)[...])
    #expect(frame.isClosed)
    let symptom = Symptom.parse(
      String(repeating: "#1 0x4f in foo (\(String(repeating: "\n x", count: 8_000))\n", count: 4))
    #expect(symptom.frames.map { $0.function?.name } == ["foo", "foo"])
  }
}
