import SourceCode
import Testing

@testable import Correlation

@Suite struct SymptomTextTests {
  @Test func `plain paths are read, with their lines`() {
    let symptom = Symptom.parse(
      """
      src/pool/pool.c
      meson.build
      lib/acme/COPYING
      see src/server.ts:12:3 and `lib/a.rb` line 7, or tests/pool_test.py, line 9.
      https://gitlab.com/acme/server/-/blob/main/web/app.py#L40
      --- a/web/old.py
      +++ b/web/new.py
      either/or and 2024/05/02 and 10:11 are none.
      """)
    #expect(
      symptom.paths.map { "\($0.path):\($0.line ?? 0)" } == [
        "src/pool/pool.c:0", "meson.build:0", "lib/acme/COPYING:0", "src/server.ts:12",
        "lib/a.rb:7", "tests/pool_test.py:9", "web/app.py:40", "a/web/old.py:0", "b/web/new.py:0",
      ])
  }

  @Test func `lines are read as shells, R and GitLab write them`() {
    let symptom = Symptom.parse(
      """
      /opt/app/bin/deploy.sh: line 13: step11: command not found
      Execution halted at R/model.R#14
      Look at lib/shop.rb#L15-L20, as in acme/shop#16 and Pool#open.
      """)
    #expect(
      symptom.paths.map { "\($0.path):\($0.line ?? 0)" } == [
        "/opt/app/bin/deploy.sh:13", "R/model.R:14", "lib/shop.rb:15",
      ])
  }

  @Test func `files of a list may differ by a digit alone`() {
    let symptom = Symptom.parse(
      """
      db/migrate/0012_orders.py
      db/migrate/0013_orders.py
      M\tsrc/page1.tsx
      M\tsrc/page2.tsx
      modified:   src/shop.c
      modified:   src/cart.c
      """)
    #expect(
      symptom.paths.map(\.path) == [
        "db/migrate/0012_orders.py", "db/migrate/0013_orders.py", "src/page1.tsx", "src/page2.tsx",
        "src/shop.c", "src/cart.c",
      ])
  }

  @Test func `words and identifiers are told apart`() {
    let symptom = Symptom.parse(
      """
      The colour picker crashes when pool_take() is called by the AcmeServer, and the picker's
      dialog stays open. `reload` calls acme.pool.drop and Acme::Pool#open too.
      """)
    let words = symptom.words.map(\.text)
    #expect(words.starts(with: ["colour", "picker", "crashes"]))
    #expect(symptom.words.first { $0.text == "picker" }?.count == 2)
    #expect(!words.contains("the"))
    #expect(
      symptom.identifiers.map(\.text) == [
        "pool_take", "AcmeServer", "reload", "acme.pool.drop", "Acme::Pool",
      ])
  }

  @Test func `one file may hold everything`() {
    let symptom = Symptom.parse(
      #"""
      Since yesterday the checkout fails:
      {"level":"error","service":"checkout-api","msg":"boom"}
      > Traceback (most recent call last):
      >   File "/app/acme/pool.py", line 12, in take
      > KeyError: 'a'

      java.lang.IllegalStateException: no
      	at com.acme.Pool.take(Pool.java:12)

      goroutine 1 [running]:
      main.main()
      	/src/main.go:9 +0x1
      #0  acme_take (n=1) at src/pool.c:3
      #0 /app/src/Server.php(30): Acme\Pool->take(1)
      """#)
    #expect(symptom.traces.map(\.language) == [.python, .jvm, .go, .native, .php])
    #expect(symptom.services == ["checkout-api"])
    #expect(symptom.words.contains { $0.text == "checkout" })
  }

  @Test func `colours, line ends and prefixes do not hide frames`() {
    let symptom = Symptom.parse(
      "\u{1B}[31mTypeError: x\u{1B}[0m\r\n    \u{1B}[2mat Pool.take (/app/pool.js:1:2)\u{1B}[22m\r\n"
    )
    #expect(calls(symptom) == ["Pool.take /app/pool.js:1"])
    #expect(symptom.traces.first?.exceptionType == "TypeError")
    let docker = Symptom.parse(
      """
      web_1    | 2024-05-02T10:11:12Z java.lang.RuntimeException: x
      web_1    | 2024-05-02T10:11:12Z \tat com.acme.Pool.take(Pool.java:1)
      """)
    #expect(calls(docker) == ["com.acme.Pool.take com/acme/Pool.java:1"])
    #expect(docker.traces.first?.exceptionType == "java.lang.RuntimeException")
  }

  @Test func `long text in UTF-16 is read to its end`() {
    var limits = Symptom.Limits()
    limits.bytes = 4_000
    let text =
      String(repeating: "the picker \u{1F600} fails\n", count: 40_000)
      + "  at Pool.take (/app/src/pool.js:12:3)\n"
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    #expect(UTF16Text.decoded(wide) == Array(text.utf8))
    let symptom = Symptom.parse(wide, limits: limits)
    #expect(symptom.isSkimmed)
    #expect(calls(symptom) == ["Pool.take /app/src/pool.js:12"])
  }

  @Test func `UTF-16 and invalid bytes stay readable`() {
    let text =
      "Traceback (most recent call last):\r\n  File \"a.py\", line 3, in f\r\nKeyError: 1\r\n"
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    #expect(calls(Symptom.parse(wide)) == ["f a.py:3"])
    let broken: [UInt8] = Array("#0  take (n=1) at src/p".utf8) + [0xFF] + Array("l.c:3".utf8)
    #expect(calls(Symptom.parse(broken)) == ["take src/p\u{FFFD}l.c:3"])
  }

  @Test func `a deep recursion keeps both ends`() {
    var text = "java.lang.StackOverflowError\n"
    for index in 0..<20_000 { text += "\tat com.acme.A.f\(index % 7)(A.java:\(index % 7 + 1))\n" }
    text += "\tat com.acme.Main.main(Main.java:9)\n"
    let symptom = Symptom.parse(text)
    #expect(symptom.frames.count == 256)
    #expect(symptom.frames.last?.function?.name == "main")
    #expect(symptom.frames.last?.depth == 20_000)
  }

  @Test func `of a huge text the head, the tail and the traces between are read`() {
    var limits = Symptom.Limits()
    limits.bytes = 8_000
    let filler = String(repeating: "nothing to see in this line at all\n", count: 2_000)
    let text =
      "head word\n" + filler + "TypeError: x\n    at Pool.take (/app/pool.js:1:2)\n" + filler
      + "tail word\n"
    let symptom = Symptom.parse(Array(text.utf8), limits: limits)
    #expect(calls(symptom) == ["Pool.take /app/pool.js:1"])
    #expect(symptom.words.contains { $0.text == "head" })
    #expect(symptom.words.contains { $0.text == "tail" })
  }

  @Test func `a line of ten megabytes and deep JSON are bounded`() {
    #expect(Symptom.parse([UInt8](repeating: 0x61, count: 10_000_000)).traces.isEmpty)
    let deep = Symptom.parse(Array((#"{"a":"# + String(repeating: "[", count: 1_000_000)).utf8))
    #expect(deep.traces.isEmpty)
    let nested = String(repeating: #"{"a":"#, count: 100_000)
    #expect(Symptom.parse(nested).traces.isEmpty)
  }

  @Test(arguments: [
    ("aé", 2, "a"), ("aé", 3, "aé"), ("a€b", 3, "a"), ("a€b", 4, "a€"), ("😀", 3, ""),
    ("abc", 2, "ab"),
    ("", 0, ""),
  ])
  func `a text is cut between its letters`(_ text: String, _ limit: Int, _ cut: String) {
    #expect(Array(text.utf8)[...].text(atMost: limit) == cut)
  }

  @Test func `what is no UTF-8 is cut as it is`() {
    let bytes = [UInt8](repeating: 0x80, count: 8)
    #expect(bytes.wholeScalars(atMost: 5).count == 5)
    #expect(bytes.wholeScalars(atMost: 2).count == 2)
    #expect(bytes.wholeScalars(atMost: 0).isEmpty)
  }

  @Test func `long names and messages are cut between their letters`() {
    let long = String(repeating: "ü", count: 800)
    let symptom = Symptom.parse(
      "java.lang.RuntimeException: a\(long)\n\tat com.acme.P\(long).b(P.java:1)\n")
    let function = symptom.frames.first?.function
    #expect(symptom.traces.first?.message?.hasSuffix("ü") == true)
    #expect(function?.raw.hasSuffix("ü") == true)
    #expect(function?.name.hasSuffix("ü") == true)
  }

  @Test func `nothing is something`() {
    #expect(Symptom.parse([UInt8]()) == Symptom.parse(""))
  }
}
