import Testing

@testable import Correlation

/// Traces whose line ends a log, a console or a shell has lost, escaped or replaced.
@Suite struct OneLineTraceTests {
  private static let invoice = [
    "post_invoice /var/task/billing/api.py:34", "compute_total /var/task/billing/invoice.py:38",
  ]

  @Test(arguments: [
    #"[ERROR] KeyError: 'DE' Traceback (most recent call last):   File "/var/task/billing/api.py", line 34, in post_invoice     total = build_invoice(customer, order)   File "/var/task/billing/invoice.py", line 38, in compute_total     rate = rates[self.customer.country]"#,
    #"2026-11-28 10:02:11,123 ERROR Traceback (most recent call last): File "/var/task/billing/api.py", line 34, in post_invoice total = build_invoice(customer, order) File "/var/task/billing/invoice.py", line 38, in compute_total rate = rates[self.customer.country] KeyError: 'DE'"#,
    #"ERROR invoices: Traceback (most recent call last):\n  File "/var/task/billing/api.py", line 34, in post_invoice\n    total = build_invoice(customer, order)\n  File "/var/task/billing/invoice.py", line 38, in compute_total\n    rate = rates[self.customer.country]\nKeyError: 'DE'"#,
    "[ERROR] KeyError: 'DE'\rTraceback (most recent call last):\r  File \"/var/task/billing/api.py\", line 34, in post_invoice\r    total = build_invoice(customer, order)\r  File \"/var/task/billing/invoice.py\", line 38, in compute_total\r    rate = rates[self.customer.country]\r\n",
    "KeyError: 'DE'\u{2028}Traceback (most recent call last):\u{2028}  File \"/var/task/billing/api.py\", line 34, in post_invoice\u{2028}    total = build_invoice(customer, order)\u{2028}  File \"/var/task/billing/invoice.py\", line 38, in compute_total\u{2028}    rate = rates[self.customer.country]\u{2028}KeyError: 'DE'",
  ])
  func `Python on one line is read frame by frame`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(calls(symptom) == Self.invoice)
    #expect(symptom.frames.map(\.depth) == [1, 0])
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError"])
    #expect(symptom.traces.first?.message == "'DE'")
    #expect(symptom.paths.isEmpty)
  }

  @Test func `a chain of Python's on one line keeps its order`() {
    let symptom = Symptom.parse(
      #"ERROR no invoice Traceback (most recent call last):   File "/a/x.py", line 1, in f     g() KeyError: 'x'  During handling of the above exception, another exception occurred:  Traceback (most recent call last):   File "/a/z.py", line 3, in m     f() RuntimeError: no"#
    )
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError", "RuntimeError"])
    #expect(symptom.traces.map(\.isRootCause) == [true, true])
    #expect(calls(symptom, 1) == ["m /a/z.py:3"])
    #expect(symptom.words.map(\.text) == ["invoice"])
  }

  @Test(arguments: [
    "Traceback (most recent call last) is what the console shows since the rollout of invoices",
    "Exports fail with Traceback (most recent call last): KeyError for invoices of the rollout",
    "Details are in Traceback (most recent call last) below, for invoices of the rollout",
  ])
  func `words about a traceback are prose`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(symptom.traces.isEmpty)
    #expect(symptom.words.contains { $0.text == "rollout" })
    #expect(symptom.words.contains { $0.text == "invoices" })
  }

  @Test(arguments: [
    #"2026-11-28 10:02:11 ERROR OrderService - java.lang.IllegalStateException: closed\n\tat com.acme.shop.Inventory.reserve(Inventory.java:11)\n\tat com.acme.shop.Cart.checkout(Cart.java:13)\nCaused by: java.io.IOException: x\n\tat com.acme.Net.open(Net.java:7)"#,
    "Nov 28 10:00:00 host shop[12]: ERROR java.lang.IllegalStateException: closed#012#011at com.acme.shop.Inventory.reserve(Inventory.java:11)#012#011at com.acme.shop.Cart.checkout(Cart.java:13)#012Caused by: java.io.IOException: x#012#011at com.acme.Net.open(Net.java:7)",
    #"ERROR java.lang.IllegalStateException: closed\n\tat com.acme.shop.Inventory.reserve(Inventory.java:11)\n\tat com.acme.shop.Cart.checkout(Cart.java:13)\nCaused by: java.io.IOException: x\n\tat com.acme.Net.open(Net.java:7)"#,
  ])
  func `escaped line ends behind a time or a level are read`(line: String) {
    let symptom = Symptom.parse(line)
    #expect(
      calls(symptom) == [
        "com.acme.shop.Inventory.reserve com/acme/shop/Inventory.java:11",
        "com.acme.shop.Cart.checkout com/acme/shop/Cart.java:13",
      ])
    #expect(calls(symptom, 1) == ["com.acme.Net.open com/acme/Net.java:7"])
    #expect(symptom.logs.map(\.level) == [.error])
    #expect(symptom.logs.first?.trace == 0)
    #expect(
      symptom.logs.first?.message.hasSuffix("java.lang.IllegalStateException: closed") == true)
  }

  @Test(arguments: [
    (
      #"2026-11-28T10:00:00Z panic: no stock\n\ngoroutine 7 [running]:\nmain.reserve()\n\t/app/reserve.go:25 +0x1"#,
      "main.reserve /app/reserve.go:25"
    ),
    (
      #"thread 'main' panicked at src/a.rs:3:5:\nboom\nstack backtrace:\n   0: a::b\n             at ./src/a.rs:3:5"#,
      "a::b ./src/a.rs:3"
    ),
    (
      #"[28-Nov-2026] PHP Fatal error:  Uncaught Error: x in /app/a.php:3\nStack trace:\n#0 /app/b.php(4): f()\n#1 {main}"#,
      "f /app/a.php:3"
    ),
    (#"2026-11-28T10:00:00Z ERROR TypeError: x\n    at f (/app/a.js:1:2)"#, "f /app/a.js:1"),
    (#"2026-11-28T10:00:00Z ERROR KeyError: x\napp/models/a.rb:3:in `f'"#, "f app/models/a.rb:3"),
    (
      #"2026-11-28 10:00:00 [ERR] System.X: m\r\n   at A.B.C(Int32 n) in C:\\src\\A.cs:line 3"#,
      #"A.B.C C:\src\A.cs:3"#
    ),
  ])
  func `escaped line ends of other languages are read`(line: String, call: String) {
    let symptom = Symptom.parse(line)
    #expect(calls(symptom).first == call)
    #expect(symptom.paths.allSatisfy { $0.line == 3 })
    #expect(symptom.logs.allSatisfy { !$0.message.contains("\\") })
  }

  @Test func `a path of Windows' is no line end`() {
    let symptom = Symptom.parse(
      #"2026-11-28 10:02:11 ERROR cannot open C:\news\file.txt at startup"#)
    #expect(symptom.logs.first?.message == #"cannot open C:\news\file.txt at startup"#)
    #expect(symptom.traces.isEmpty)
  }
}
