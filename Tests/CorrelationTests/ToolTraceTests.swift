import Testing

@testable import Correlation

/// Frames and places as single tools, frameworks and translations print them.
@Suite struct ToolTraceTests {
  @Test(arguments: [
    #"[2026-11-28T10:00:00.000000+00:00] request.CRITICAL: Uncaught PHP Exception App\Exception\VoucherMissing: "No voucher" at VoucherService.php line 21 {"exception":"[object] (App\\Exception\\VoucherMissing(code: 0): No voucher at /var/www/src/Service/VoucherService.php:21)"} []"#,
    #"[2026-11-28 10:00:00] production.ERROR: No voucher {"userId":1,"exception":"[object] (App\\Exception\\VoucherMissing(code: 0): No voucher at /var/www/src/Service/VoucherService.php:21)"}"#,
    #"[2026-11-28 10:00:00] request.CRITICAL: Uncaught PHP Exception App\Exception\VoucherMissing: "No voucher" at /var/www/src/Service/VoucherService.php line 21 {"exception":{}} []"#,
  ])
  func `the place in a log line of PHP's is read`(line: String) {
    let symptom = Symptom.parse(line)
    #expect(calls(symptom) == ["- /var/www/src/Service/VoucherService.php:21"])
    #expect(symptom.traces.first?.exceptionType == #"App\Exception\VoucherMissing"#)
    #expect(symptom.traces.first?.message == "No voucher")
  }

  @Test func `what closes a string or folds frames hides no frame`() {
    let java = Symptom.parse(
      """
      "java.lang.NullPointerException: x
          at com.acme.Order.take(Order.java:9) <4 internal lines>
          at com.acme.OrderController.create(OrderController.java:13)"
      """)
    #expect(
      calls(java) == [
        "com.acme.Order.take com/acme/Order.java:9",
        "com.acme.OrderController.create com/acme/OrderController.java:13",
      ])
    let script = Symptom.parse("\"TypeError: x\n    at f (/app/a.js:1:2)\n    at /app/b.js:3:4\"}")
    #expect(calls(script) == ["f /app/a.js:1", "- /app/b.js:3"])
  }

  @Test func `JavaScript on one line is read frame by frame`() {
    let symptom = Symptom.parse(
      "2026-11-28T10:00:00Z ERROR TypeError: x is undefined at CartTotals.sumCart (/app/src/cartTotals.js:26:25) at async run (/app/src/run.js:4:1) at /app/src/index.js:9:3 and the cart is lost"
    )
    #expect(
      calls(symptom) == [
        "CartTotals.sumCart /app/src/cartTotals.js:26", "run /app/src/run.js:4",
        "- /app/src/index.js:9",
      ])
    #expect(symptom.traces.first?.exceptionType == "TypeError")
    #expect(symptom.words.contains { $0.text == "lost" })
    #expect(
      Symptom.parse("We met at 10:12:30 and at /srv/app (the share) at noon (10:12)").frames.isEmpty
    )
  }

  @Test func `HTML hides no frame`() {
    let php = Symptom.parse(
      "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/var/www/src/Service/VoucherService.php</b> on line <b>21</b><br />"
    )
    #expect(calls(php) == ["- /var/www/src/Service/VoucherService.php:21"])
    let python = Symptom.parse(
      "Traceback (most recent call last):<br>&nbsp;&nbsp;File &quot;/app/invoice.py&quot;, line 38, in compute_total<br>KeyError: &#39;DE&#39;"
    )
    #expect(calls(python) == ["compute_total /app/invoice.py:38"])
    #expect(python.traces.first?.message == "'DE'")
    let java = Symptom.parse(
      "java.lang.IllegalStateException: x<br/>&nbsp;&nbsp;at com.acme.Order.&lt;init&gt;(Order.java:9)"
    )
    #expect(calls(java) == ["com.acme.Order com/acme/Order.java:9"])
    let log = Symptom.parse(#"{"level":"error","msg":"no &quot;DE&quot; <br> “x”"}"#)
    #expect(log.logs.map(\.level) == [.error])
  }

  @Test func `typographic quotes and invisible marks hide no frame`() {
    let symptom = Symptom.parse(
      "Traceback (most recent call last):\n\u{A0}\u{A0}File “/app/invoice.py”, line 38, in \u{200B}compute_total\nKeyError: ‘DE’"
    )
    #expect(calls(symptom) == ["compute_total /app/invoice.py:38"])
    #expect(symptom.traces.first?.message == "'DE'")
    let ruby = Symptom.parse("app/models/rates.rb:5:in ‘fetch’: no rate (KeyError)")
    #expect(calls(ruby) == ["fetch app/models/rates.rb:5"])
  }

  @Test func `Dart's terse form is read`() {
    let symptom = Symptom.parse(
      """
      package:mobile/services/cart_repository.dart 13:40   CartRepository.fetch
      dart:async/zone.dart 1:2                             _rootRun
      lib/main.dart 5:3                                    main
      """)
    #expect(
      calls(symptom) == [
        "CartRepository.fetch mobile/lib/services/cart_repository.dart:13",
        "_rootRun async/zone.dart:1", "main lib/main.dart:5",
      ])
    #expect(symptom.frames.map(\.isInApp) == [true, false, true])
  }

  @Test func `minidumps and Microsoft's debuggers are read`() {
    let breakpad = Symptom.parse(
      """
       0  render!render::GlyphCache::lookup(unsigned int, int) [glyph_cache.cpp : 15 + 0x4]
          rip = 0x00007ff6
          Found by: given as instruction pointer in context
       1  libc.so.6!__libc_start_main + 0x10
      """)
    #expect(
      calls(breakpad) == ["render::GlyphCache::lookup glyph_cache.cpp:15", "__libc_start_main -"])
    #expect(breakpad.frames.last?.module == "libc.so.6")
    let windbg = Symptom.parse(
      """
      09 000000d1`2f6ff8b0 00007ff6`1b2c1a3e render!render::GlyphCache::lookup+0x4 [C:\\src\\glyph_cache.cpp @ 15]
      0a 000000d1`2f6ff8b0 00007ff6`1b2c1a3e render!main+0x4 [C:\\src\\main.cpp @ 5]
      """)
    #expect(
      calls(windbg) == [
        "render::GlyphCache::lookup C:\\src\\glyph_cache.cpp:15", "main C:\\src\\main.cpp:5",
      ])
    let studio = Symptom.parse(
      """
      >\trender.exe!render::GlyphCache::lookup(unsigned int code, int size) Line 15\tC++
       \trender.exe!main() Line 5\tC++
      """)
    #expect(calls(studio) == ["render::GlyphCache::lookup -:15", "main -:5"])
    #expect(Symptom.parse("1 hello! it broke [again]\n2 oh no! see Line 12").frames.isEmpty)
  }

  @Test(arguments: [
    """
     # Child-SP          RetAddr               Call Site
    00 00000000`0014f8a0 00007ff6`1234abcd     shop!acme::total+0x45 [C:\\src\\shop\\cart.cpp @ 42]
    01 (Inline Function) --------`--------     shop!acme::pay+0x3 [C:\\src\\shop\\pay.cpp @ 7]
    02 00000000`0014f8f0 00007ffa`2f4e7034     kernel32!BaseThreadInitThunk+0x14
    """,
    """
    Child-SP          RetAddr           Call Site
    00000000`0014f8a0 00007ff6`1234abcd shop!acme::total+0x45 [C:\\src\\shop\\cart.cpp @ 42]
    (Inline Function) --------`-------- shop!acme::pay+0x3 [C:\\src\\shop\\pay.cpp @ 7]
    00000000`0014f8f0 00007ffa`2f4e7034 kernel32!BaseThreadInitThunk+0x14
    """,
    """
    ChildEBP RetAddr
    0014f8a0 1234abcd shop!acme::total+0x45 [c:\\src\\shop\\cart.cpp @ 42]
    b014f8d0 a234abcd shop!acme::pay+0x3 [c:\\src\\shop\\pay.cpp @ 7]
    0014f8f0 2f4e7034 kernel32!BaseThreadInitThunk+0x14
    """,
    """
    ChildEBP RetAddr  Args to Child
    0014f8a0 1234abcd 00000001 00000002 00000003 shop!acme::total+0x45 (FPO: [0,0,0]) [c:\\src\\shop\\cart.cpp @ 42]
    0014f8d0 1234abcd 00000001 00000002 00000003 shop!acme::pay+0x3 (CONV: cdecl) [c:\\src\\shop\\pay.cpp @ 7]
    0014f8f0 2f4e7034 00000000 00000000 00000000 kernel32!BaseThreadInitThunk+0x14
    """,
    """
    FAULTING_THREAD:  00001a2c

    STACK_TEXT:  
    ffffd000`0014f8a0 fffff806`1234abcd : 00000000`00000001 00000000`00000000 00000000`0014f9c0 00000000`00000000 : shop!acme::total+0x45 [C:\\src\\shop\\cart.cpp @ 42] 
    ffffd000`0014f8d0 fffff806`1234abcd : 00000000`00000001 00000000`00000000 00000000`0014f9c0 00000000`00000000 : shop!acme::pay+0x3 [C:\\src\\shop\\pay.cpp @ 7] 
    ffffd000`0014f8f0 00007ffa`2f4e7034 : 00000000`00000000 00000000`00000000 00000000`00000000 00000000`00000000 : kernel32!BaseThreadInitThunk+0x14

    SYMBOL_NAME:  shop!acme::total+45
    """,
  ])
  func `WinDbg's stacks are read with and without numbers`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(symptom.traces.count == 1)
    #expect(
      calls(symptom).map { $0.replacing("c:", with: "C:") } == [
        "acme::total C:\\src\\shop\\cart.cpp:42", "acme::pay C:\\src\\shop\\pay.cpp:7",
        "BaseThreadInitThunk -",
      ])
    #expect(symptom.frames.last?.module == "kernel32")
  }

  @Test func `each title of WinDbg's begins a stack`() {
    let stack = """
      Child-SP          RetAddr           Call Site
      00000000`0014f8a0 00007ff6`1234abcd shop!acme::total+0x45 [C:\\src\\cart.cpp @ 42]

      """
    let other = stack.replacing("total", with: "pay")
    let both = Symptom.parse(stack + "\n   1  Id: 1d4.25c Suspend: 1 Unfrozen\n" + other)
    #expect(both.traces.map(\.frames.count) == [1, 1])
    for prose in [
      "deadbeef shop!total+0x4", "see 0014f8a0 1234abcd shop!total+0x45",
      "0014f8a0 1234abcd shop!total is wrong", "a shop!total+0x45",
    ] {
      #expect(Symptom.parse(prose).frames.isEmpty, "\(prose)")
    }
  }

  @Test(arguments: [
    "   bei Acme.Pool.Take(Int32 n) in C:\\src\\Pool.cs:Zeile 21.",
    "   à Acme.Pool.Take(Int32 n) dans C:\\src\\Pool.cs:ligne 21",
    "   en Acme.Pool.Take(Int32 n) en C:\\src\\Pool.cs:línea 21",
    "Acme.Pool:Take (int) (at C:\\src\\Pool.cs:21)",
  ])
  func `C# is read in other languages and Unity's form`(line: String) {
    let symptom = Symptom.parse("System.InvalidOperationException: leer\n" + line)
    #expect(calls(symptom) == ["Acme.Pool.Take C:\\src\\Pool.cs:21"])
    #expect(symptom.traces.first?.exceptionType == "System.InvalidOperationException")
  }

  @Test func `an inner exception in German stays apart`() {
    let symptom = Symptom.parse(
      """
      System.X: a ---> System.YException: b
         bei A.B.C() in C:\\a.cs:Zeile 3.
         --- Ende der internen Ausnahmestapelüberwachung ---
         bei A.D.E() in C:\\b.cs:Zeile 4.
      """)
    #expect(calls(symptom) == ["A.B.C C:\\a.cs:3"])
    #expect(calls(symptom, 1) == ["A.D.E C:\\b.cs:4"])
  }

  @Test(arguments: [
    "bei uns in der Firma (heute) geht es nicht", "en la empresa (hoy) no funciona",
    "à Paris (France) rien ne marche (at all)",
  ])
  func `words of other languages are no frames`(text: String) {
    #expect(Symptom.parse(text).traces.isEmpty)
  }

  @Test func `Chromium's log lines name their place`() {
    let symptom = Symptom.parse(
      """
      [1128/100211.123456:ERROR:glyph_cache.cpp(15)] lookup failed
      [1234:5678:1128/100211.123456:WARNING:font.cpp(7)] lookup: slow
      """)
    #expect(symptom.logs.map(\.level) == [.error, .warning])
    #expect(symptom.logs.map(\.line) == [15, 7])
    #expect(symptom.logs.map(\.message) == ["lookup failed", "lookup: slow"])
    #expect(symptom.paths.map(\.path) == ["glyph_cache.cpp", "font.cpp"])
  }

  @Test func `errors of cockroachdb have frames`() {
    let symptom = Symptom.parse(
      """
      no stock
      (1) attached stack trace
        -- stack trace:
        | acme.example/shop/inventory.(*Reserver).Reserve
        | \t/build/services/checkout-api/internal/inventory/reserve.go:25
        | main.main
        | \t/build/main.go:9
      Wraps: (2) no stock
      """)
    #expect(
      calls(symptom) == [
        "inventory.Reserver.Reserve /build/services/checkout-api/internal/inventory/reserve.go:25",
        "main.main /build/main.go:9",
      ])
  }

  @Test func `of Surefire's calls the last is the place`() {
    let symptom = Symptom.parse(
      "[ERROR]   OrderServiceTest.places:12->OrderService.placeOrder:20->check:7 » NullPointer")
    #expect(
      calls(symptom) == [
        "OrderService.check OrderService.java:7", "OrderService.placeOrder OrderService.java:20",
        "OrderServiceTest.places OrderServiceTest.java:12",
      ])
    #expect(symptom.traces.first?.exceptionType == "NullPointer")
    #expect(
      calls(Symptom.parse("[ERROR]   OrderTest>BaseTest.places:12->Order.place:20 » NullPointer"))
        == ["Order.place Order.java:20", "BaseTest.places BaseTest.java:12"])
    #expect(
      Symptom.parse("[ERROR] Failed to execute goal org.acme:plugin:3.0:test -> see").traces.isEmpty
    )
  }

  @Test func `links to lines and places of Maven are paths`() {
    let symptom = Symptom.parse(
      """
      https://github.com/acme/poly/blame/main/native/codec/src/huff.c#L22
      /acme/poly/-/blob/main/native/codec/src/tree.c#L7
      vscode://file//home/me/codec/src/bits.c:22:9
      vscode://file/c:/codec/src/win.c:3
      [ERROR] /app/src/main/java/com/acme/OrderService.java:[20,38] cannot find symbol
      """)
    #expect(
      symptom.paths.map { "\($0.path):\($0.line ?? 0)" } == [
        "native/codec/src/huff.c:22", "native/codec/src/tree.c:7", "/home/me/codec/src/bits.c:22",
        "c:/codec/src/win.c:3", "/app/src/main/java/com/acme/OrderService.java:20",
      ])
  }
}
