import Testing

@testable import Correlation

@Suite struct JSONSymptomTests {
  private static let traceback =
    #"Traceback (most recent call last):\n  File \"/app/billing/invoice.py\", line 38, in compute_total\nKeyError: 'DE'\n"#

  @Test(arguments: [
    #"{"events":[{"timestamp":1764324131123,"message":"\#(traceback)"}],"nextForwardToken":"f/1"}"#,
    #"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"billing"},"values":[["1764324131123000000","\#(traceback)"]]}]}}"#,
    #"{"streams":[{"stream":{"app":"billing"},"values":[["1764324131123000000","\#(traceback)"]]}]}"#,
    #"[{"line":"\#(traceback)","timestamp":"1764324131123000000","fields":{"app":"billing"}}]"#,
    #"{"name":"POST /invoices","events":[{"name":"exception","timestamp":"2026-01-01T00:00:00Z","attributes":{"exception.type":"KeyError","exception.stacktrace":"\#(traceback)"}}]}"#,
    #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"billing"}}]},"scopeSpans":[{"spans":[{"name":"x","events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"KeyError"}},{"key":"exception.stacktrace","value":{"stringValue":"\#(traceback)"}}]}]}]}]}]}"#,
    #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1764324131123000000","severityText":"ERROR","body":{"stringValue":"failed"},"attributes":[{"key":"exception.stacktrace","value":{"stringValue":"\#(traceback)"}}]}]}]}]}"#,
    #"{"data":[{"traceID":"1f","spans":[{"operationName":"x","tags":[{"key":"error","type":"bool","value":true}],"logs":[{"timestamp":1764324131123000,"fields":[{"key":"event","type":"string","value":"error"},{"key":"stack","type":"string","value":"\#(traceback)"}]}]}]}]}"#,
    #"{"level":"error","msg":"failed","task":{"attempts":[{"details":"\#(traceback)"}]}}"#,
    #"["Traceback (most recent call last):","  File \"/app/billing/invoice.py\", line 38, in compute_total","KeyError: 'DE'"]"#,
  ])
  func `a stack is found in whatever JSON holds it`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(calls(symptom) == ["compute_total /app/billing/invoice.py:38"])
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError"])
  }

  @Test func `hits of a search are records`() {
    let symptom = Symptom.parse(
      #"""
      {"took":5,"hits":{"total":{"value":1},"hits":[{"_index":"logs","_id":"aGVsbG8gd29ybGQ","_source":
        {"@timestamp":"2024-05-02T10:11:12Z","message":"order failed","log":{"level":"ERROR"},"service":{"name":"orders"},
         "error":{"stack_trace":"java.lang.NullPointerException: null\n\tat com.acme.orders.OrderService.placeOrder(OrderService.java:20)\n"}}}]}}
      """#)
    #expect(
      calls(symptom) == [
        "com.acme.orders.OrderService.placeOrder com/acme/orders/OrderService.java:20"
      ])
    #expect(symptom.logs.map(\.message) == ["order failed"])
    #expect(symptom.logs.first?.level == .error)
    #expect(symptom.logs.first?.trace == 0)
    #expect(symptom.services == ["orders"])
    #expect(symptom.times?.lowerBound == 1_714_644_672)
    #expect(symptom.words.map(\.text) == ["order", "failed"])
  }

  @Test(arguments: [
    #"{"errors":[{"message":"x","path":["cart"],"extensions":{"code":"INTERNAL","stacktrace":["TypeError: x","    at CartTotals.sumCart (/app/src/cartTotals.js:26:25)"]}}],"data":null}"#,
    #"{"weird":["TypeError: x","    at CartTotals.sumCart (/app/src/cartTotals.js:26:25)"]}"#,
    #"2026-01-01T00:00:00.000Z\#t6bc2e1d4-0000-4000-8000-000000000000\#tERROR\#tInvoke Error \#t{"errorType":"TypeError","errorMessage":"x","stack":["TypeError: x","    at CartTotals.sumCart (/app/src/cartTotals.js:26:25)"]}"#,
  ])
  func `lines of a stack in a list are one text`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(calls(symptom) == ["CartTotals.sumCart /app/src/cartTotals.js:26"])
    #expect(symptom.traces.map(\.exceptionType) == ["TypeError"])
  }

  @Test func `the object at the end of a log line is its own`() {
    let symptom = Symptom.parse(
      #"2026-01-01T00:00:00.000Z\#t6bc2\#tERROR\#tInvoke Error \#t{"errorType":"TypeError","errorMessage":"no cart","stack":["TypeError: no cart","    at sumCart (/app/src/cart.js:26:25)"]}"#
    )
    #expect(symptom.logs.map(\.level) == [.error])
    #expect(
      symptom.logs.first?.message == "6bc2\tERROR\tInvoke Error"
        || symptom.logs.first?.message == "Invoke Error")
    #expect(symptom.logs.first?.error == "no cart")
    #expect(symptom.logs.first?.trace == 0)
    let php = Symptom.parse(
      #"[2024-05-02T10:11:12.000000+00:00] app.ERROR: failed {"exception":"[object] (RuntimeException(code: 0): no voucher at /app/src/VoucherService.php:21)\n[stacktrace]\n#0 /app/src/Checkout.php(18): App\\VoucherService->find()\n#1 {main}\n"} []"#
    )
    #expect(
      calls(php) == [
        "App::VoucherService::find /app/src/VoucherService.php:21", "- /app/src/Checkout.php:18",
      ])
    #expect(php.traces.first?.message == "no voucher")
    // Without a stack the line is what it was.
    let plain = Symptom.parse(#"2026-01-01T00:00:00Z INFO done {"status":200,"cart":"small"}"#)
    #expect(plain.logs.map(\.message) == [#"done {"status":200,"cart":"small"}"#])
  }

  @Test func `a list of files is one`() {
    let symptom = Symptom.parse(
      #"{"files":["native/codec/src/huff.c","native/codec/src/huff.h"],"ids":["aGVsbG8vd29ybGQ=","4f2a/9c1b/77de"],"sizes":[1,2]}"#
    )
    #expect(symptom.paths.map(\.path) == ["native/codec/src/huff.c", "native/codec/src/huff.h"])
    #expect(symptom.words.isEmpty && symptom.identifiers.isEmpty)
  }

  @Test func `text under a key that nobody knows counts where it names a line`() {
    let symptom = Symptom.parse(
      #"{"level":"error","msg":"billing failed","where":"billing/invoice.py:38 in compute_total","host":"node-7","upstream":"cart.acme.in:443","token":"ZXlKaGJHY2lPaUpJVXpJMU5pSjk/x.y"}"#
    )
    #expect(symptom.paths.map { "\($0.path):\($0.line ?? 0)" } == ["billing/invoice.py:38"])
    #expect(symptom.identifiers.map(\.text) == ["compute_total"])
    #expect(symptom.words.map(\.text).sorted() == ["billing", "failed"])
  }

  @Test func `Ruby's and PHP's stacks are known under any key`() {
    let ruby = Symptom.parse(
      #"{"details":"app/cart.rb:12:in 'Cart#sum': no cart (KeyError)\n\tfrom app/shop.rb:3:in 'Shop#pay'\n"}"#
    )
    #expect(calls(ruby) == ["Cart::sum app/cart.rb:12", "Shop::pay app/shop.rb:3"])
    let php = Symptom.parse(
      ##"{"details":"#0 /app/src/Shop.php(12): Acme\\Cart->sum(1)\n#1 /app/public/index.php(3): Acme\\Shop->pay()\n#2 {main}"}"##
    )
    #expect(php.frames.map(\.line).contains(12))
    let lists = [
      #"{"method":"GET","exception":["KeyError","no cart"],"exception_backtrace":["app/cart.rb:12:in 'Cart#sum'","app/shop.rb:3:in 'Shop#pay'"]}"#,
      #"{"class":"PayWorker","error_class":"KeyError","error_message":"no cart","error_backtrace":["app/cart.rb:12:in 'Cart#sum'","app/shop.rb:3:in 'Shop#pay'"]}"#,
    ]
    for text in lists {
      #expect(
        calls(Symptom.parse(text)) == ["Cart::sum app/cart.rb:12", "Shop::pay app/shop.rb:3"])
    }
  }

  @Test func `Monolog's places are frames`() {
    let symptom = Symptom.parse(
      #"{"message":"voucher failed","context":{"exception":{"class":"RuntimeException","message":"no voucher","code":0,"file":"/app/src/VoucherService.php:21","trace":["/app/src/CheckoutController.php:18"],"previous":{"class":"PDOException","message":"gone","file":"/app/src/Database.php:7","trace":["/app/src/VoucherService.php:19"]}}},"level_name":"ERROR"}"#
    )
    #expect(
      calls(symptom) == [
        "- /app/src/VoucherService.php:21", "- /app/src/CheckoutController.php:18",
      ])
    #expect(symptom.traces.map(\.exceptionType) == ["RuntimeException", "PDOException"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true])
    #expect(symptom.traces.first?.language == .php)
  }

  @Test(arguments: [
    #"{"events":[{"exceptions":[{"errorClass":"KeyError","message":"DE","stacktrace":[{"file":"/app/billing/invoice.py","lineNumber":38,"method":"compute_total","inProject":true},{"file":"/app/billing/api.py","lineNumber":34,"method":"post_invoice"}]}],"severity":"error"}]}"#,
    #"{"errors":[{"type":"KeyError","message":"DE","backtrace":[{"file":"/app/billing/invoice.py","line":38,"function":"compute_total"},{"file":"/app/billing/api.py","line":34,"function":"post_invoice"}]}]}"#,
    #"{"data":{"baseData":{"exceptions":[{"typeName":"KeyError","message":"DE","parsedStack":[{"level":0,"method":"compute_total","assembly":"billing","fileName":"/app/billing/invoice.py","line":38},{"level":1,"method":"post_invoice","assembly":"billing","fileName":"/app/billing/api.py","line":34}]}]}}}"#,
  ])
  func `lists that begin with the innermost frame`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(
      calls(symptom) == [
        "compute_total /app/billing/invoice.py:38", "post_invoice /app/billing/api.py:34",
      ])
    #expect(symptom.frames.map(\.depth) == [0, 1])
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError"])
    #expect(symptom.errorMessages.first == "DE")
  }

  @Test(arguments: [
    #"{"body":{"trace":{"exception":{"class":"KeyError","message":"DE"},"frames":[{"filename":"/app/billing/api.py","lineno":34,"method":"post_invoice"},{"filename":"/app/billing/invoice.py","lineno":38,"method":"compute_total"}]}}}"#,
    #"{"event":"failed","level":"error","exception":[{"exc_type":"KeyError","exc_value":"DE","syntax_error":null,"is_cause":false,"frames":[{"filename":"/app/billing/api.py","lineno":34,"name":"post_invoice"},{"filename":"/app/billing/invoice.py","lineno":38,"name":"compute_total"}]}]}"#,
    #"{"entries":[{"type":"exception","data":{"values":[{"type":"KeyError","value":"DE","stacktrace":{"frames":[{"filename":"api.py","absPath":"/app/billing/api.py","lineNo":34,"function":"post_invoice","inApp":true},{"filename":"/app/billing/invoice.py","lineNo":38,"colNo":null,"function":"compute_total","inApp":true}]},"rawStacktrace":{"frames":[{"filename":"x.py","lineNo":1,"function":"x"}]}}]}}],"message":"","title":"KeyError: DE"}"#,
  ])
  func `lists that end with the innermost frame`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(symptom.traces.count == 1)
    #expect(symptom.frames.map(\.function?.name) == ["post_invoice", "compute_total"])
    #expect(symptom.frames.map(\.line) == [34, 38])
    #expect(symptom.frames.map(\.depth) == [1, 0])
    #expect(symptom.traces.map(\.exceptionType) == ["KeyError"])
    #expect(symptom.traces.first?.message == "DE")
    #expect(crash(symptom)?.path == "/app/billing/invoice.py")
  }

  @Test func `what caused an exception is its root`() {
    let rollbar = Symptom.parse(
      #"{"body":{"trace_chain":[{"exception":{"class":"PayError","message":"x"},"frames":[{"filename":"a.py","lineno":1,"method":"pay"}]},{"exception":{"class":"KeyError","message":"y"},"frames":[{"filename":"b.py","lineno":2,"method":"find"}]}]}}"#
    )
    #expect(rollbar.traces.map(\.exceptionType) == ["PayError", "KeyError"])
    #expect(rollbar.traces.map(\.isRootCause) == [false, true])
    // Events of their own do not cause each other.
    let event =
      #"{"exception":{"values":[{"type":"KeyError","value":"a","stacktrace":{"frames":[{"filename":"a.py","function":"f","lineno":1}]}}]}}"#
    let two = Symptom.parse(event + "\n" + event.replacing("a.py", with: "b.py"))
    #expect(two.traces.map(\.isRootCause) == [true, true])
  }

  @Test func `the crashed thread of Sentry comes first`() {
    let symptom = Symptom.parse(
      #"{"exception":{"values":[{"type":"SIGSEGV","value":"x","thread_id":2}]},"threads":{"values":[{"id":1,"crashed":false,"stacktrace":{"frames":[{"filename":"src/main.c","function":"main","lineno":3},{"filename":"src/loop.c","function":"wait","lineno":9}]}},{"id":2,"crashed":true,"stacktrace":{"frames":[{"filename":"src/pool.c","function":"run","lineno":5},{"filename":"src/huff.c","function":"decode","lineno":7}]}}]}}"#
    )
    #expect(symptom.traces.map(\.kind) == [.failure, .thread])
    #expect(symptom.traces.first?.exceptionType == "SIGSEGV")
    #expect(calls(symptom) == ["run src/pool.c:5", "decode src/huff.c:7"])
    #expect(crash(symptom)?.function?.name == "decode")
  }

  @Test func `Apple's two documents give the triggered thread`() {
    let symptom = Symptom.parse(
      #"""
      {"app_name":"Shop","timestamp":"2026-01-01 10:11:12.00 +0100","app_version":"2.1","bug_type":"309"}
      {
        "uptime" : 1000,
        "exception" : {"codes":"0x0000000000000001, 0x00000001a2b3c4d5","type":"EXC_BREAKPOINT","signal":"SIGTRAP"},
        "faultingThread" : 1,
        "threads" : [{"id":1,"frames":[{"imageOffset":4096,"symbol":"mach_msg2_trap","symbolLocation":8,"imageIndex":0}]},
          {"triggered":true,"id":2,"frames":[{"imageOffset":17144,"sourceLine":42,"sourceFile":"CartView.swift","symbol":"CartView.total.getter","imageIndex":1,"symbolLocation":88},
            {"imageOffset":18000,"sourceLine":12,"sourceFile":"ShopApp.swift","symbol":"static ShopApp.main()","imageIndex":1}]}],
        "usedImages" : [{"name":"libsystem_kernel.dylib","base":1},{"name":"Shop","base":2}]
      }
      """#)
    #expect(symptom.traces.map(\.kind) == [.failure, .thread])
    #expect(symptom.traces.first?.exceptionType == "EXC_BREAKPOINT")
    #expect(symptom.traces.first?.language == .swift)
    #expect(symptom.frames.prefix(2).map(\.path) == ["CartView.swift", "ShopApp.swift"])
    #expect(symptom.frames.prefix(2).map(\.line) == [42, 12])
    #expect(symptom.frames.last?.isInApp == false)
  }

  @Test(arguments: [
    #"[{"filePath":"/app/src/cart.js","messages":[{"ruleId":"no-undef","severity":2,"message":"'sum' is not defined.","line":26,"column":4,"nodeType":"Identifier"}],"errorCount":1}]"#,
    #"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"scan"}},"results":[{"ruleId":"no-undef","level":"error","message":{"text":"'sum' is not defined."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///app/src/cart.js"},"region":{"startLine":26,"startColumn":4}}}]}]}]}"#,
    #"[{"description":"'sum' is not defined.","check_name":"no-undef","fingerprint":"7815696ecbf1c96e6894b779456d330e","severity":"major","location":{"path":"/app/src/cart.js","lines":{"begin":26}}}]"#,
    #"{"files":{"/app/src/cart.js":{"errors":1,"messages":[{"message":"'sum' is not defined.","line":26,"ignorable":true}]}}}"#,
    #"{"files":[{"path":"/app/src/cart.js","offenses":[{"severity":"error","message":"'sum' is not defined.","location":{"start_line":26,"column":4}}]}]}"#,
  ])
  func `findings of tools name their places`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(symptom.paths.map { "\($0.path):\($0.line ?? 0)" } == ["/app/src/cart.js:26"])
    #expect(
      symptom.identifiers.map(\.text).contains("sum")
        || symptom.words.map(\.text).contains("defined"))
    #expect(symptom.frames.isEmpty)
  }

  @Test func `a journal's list of bytes is text`() {
    let bytes = Self.traceback.replacing("\\n", with: "\n").replacing("\\\"", with: "\"").utf8
      .map(String.init).joined(separator: ",")
    let symptom = Symptom.parse(
      #"{"__REALTIME_TIMESTAMP":"1764324131123000","_SYSTEMD_UNIT":"billing.service","MESSAGE":[\#(bytes)]}"#
    )
    #expect(calls(symptom) == ["compute_total /app/billing/invoice.py:38"])
    #expect(symptom.services == ["billing.service"])
  }

  @Test(arguments: ["MESSAGE", "textPayload", "log", "message"])
  func `a stack whose lines are a record each is joined`(key: String) {
    let symptom = Symptom.parse(
      #"""
      {"timestamp":"2024-05-02T10:11:11Z","\#(key)":"billing started","trace":"projects/acme/traces/0af7651916cd43dd8448eb211c80319c"}
      {"timestamp":"2024-05-02T10:11:12Z","\#(key)":"Traceback (most recent call last):","trace":"projects/acme/traces/0af7651916cd43dd8448eb211c80319c"}
      {"timestamp":"2024-05-02T10:11:12Z","\#(key)":"  File \"/app/billing/api.py\", line 34, in post_invoice"}
      {"timestamp":"2024-05-02T10:11:12Z","\#(key)":"    return compute_total(order)"}
      {"timestamp":"2024-05-02T10:11:12Z","\#(key)":"  File \"/app/billing/invoice.py\", line 38, in compute_total\n"}
      {"timestamp":"2024-05-02T10:11:12Z","\#(key)":"KeyError: 'DE'"}
      {"timestamp":"2024-05-02T10:11:13Z","\#(key)":"billing goes on"}
      """#)
    #expect(symptom.traces.count == 1)
    #expect(
      calls(symptom) == [
        "post_invoice /app/billing/api.py:34", "compute_total /app/billing/invoice.py:38",
      ])
    #expect(symptom.traces.first?.exceptionType == "KeyError")
    #expect(symptom.logs.map(\.message).contains("billing goes on"))
  }

  @Test func `records of a query that gives the newest first are joined in their order`() {
    let symptom = Symptom.parse(
      #"""
      [{"timestamp":"2024-05-02T10:11:14Z","textPayload":"\tat com.acme.Shop.pay(Shop.java:3)"},
       {"timestamp":"2024-05-02T10:11:13Z","textPayload":"\tat com.acme.Cart.sum(Cart.java:12)"},
       {"timestamp":"2024-05-02T10:11:12Z","textPayload":"java.lang.IllegalStateException: no cart"}]
      """#)
    #expect(
      calls(symptom) == [
        "com.acme.Cart.sum com/acme/Cart.java:12", "com.acme.Shop.pay com/acme/Shop.java:3",
      ])
    #expect(symptom.traces.first?.exceptionType == "java.lang.IllegalStateException")
    let loki = Symptom.parse(
      #"{"data":{"result":[{"stream":{},"values":[["1764324131123000003","\tat com.acme.Shop.pay(Shop.java:3)"],["1764324131123000002","\tat com.acme.Cart.sum(Cart.java:12)"],["1764324131000000001","java.lang.IllegalStateException: no cart"]]}]}}"#
    )
    #expect(calls(loki) == calls(symptom))
  }

  @Test func `the output of Go's tests is text`() {
    let symptom = Symptom.parse(
      #"""
      {"Time":"2024-05-02T10:11:12Z","Action":"run","Package":"acme/cart","Test":"TestSum"}
      {"Time":"2024-05-02T10:11:12Z","Action":"output","Package":"acme/cart","Test":"TestSum","Output":"    cart_test.go:12: want 3\n"}
      {"Time":"2024-05-02T10:11:12Z","Action":"output","Package":"acme/cart","Output":"panic: no cart\n"}
      {"Time":"2024-05-02T10:11:12Z","Action":"output","Package":"acme/cart","Output":"\n"}
      {"Time":"2024-05-02T10:11:12Z","Action":"output","Package":"acme/cart","Output":"goroutine 7 [running]:\n"}
      {"Time":"2024-05-02T10:11:12Z","Action":"output","Package":"acme/cart","Output":"acme/cart.Sum(...)\n"}
      {"Time":"2024-05-02T10:11:12Z","Action":"output","Package":"acme/cart","Output":"\t/app/cart/cart.go:19\n"}
      """#)
    #expect(calls(symptom).last == "cart.Sum /app/cart/cart.go:19")
    #expect(
      symptom.paths.map(\.path).contains("cart_test.go")
        || symptom.frames.contains { $0.path == "cart_test.go" })
  }

  @Test func `an error's words are no trace without frames`() {
    let symptom = Symptom.parse(
      #"""
      {"level":"error","msg":"java.lang.IllegalStateException: no cart"}
      {"level":"error","msg":"panic: no cart"}
      """#)
    #expect(symptom.traces.isEmpty)
    #expect(symptom.logs.count == 2)
  }

  @Test func `a document stands behind words, too`() {
    let event =
      """
      {
        "exception": {"values": [
          {"type": "KeyError", "value": "'a'", "stacktrace": {"frames": [
            {"filename": "acme/app.py", "function": "main", "lineno": 3, "in_app": true},
            {"filename": "acme/store.py", "function": "load", "lineno": 5, "in_app": true}]}}]}
      }

      """
    let words = "Since yesterday the picker fails"
    let described = Symptom.parse(Symptom.text(Array(event.utf8), describedAs: words))
    #expect(calls(described) == ["main acme/app.py:3", "load acme/store.py:5"])
    #expect(described.traces == Symptom.parse(event).traces)
    #expect(described.words.map(\.text) == ["yesterday", "picker", "fails"])
    var wide: [UInt8] = [0xFF, 0xFE]
    for byte in event.utf8 { wide += [byte, 0] }
    #expect(Symptom.parse(Symptom.text(wide, describedAs: words)) == described)
    // Text stays what it was.
    let plain = Array("src/pool.c:3 {\n  [x]\n}\n[ 12.5] oops\n".utf8)
    #expect(Symptom.text(plain, describedAs: words) == Array("\(words)\n\n".utf8) + plain)
    let two = Symptom.parse(event + event.replacing("load", with: "save") + "The end of pool.c\n")
    #expect(two.traces.count == 2)
    #expect(two.paths.map(\.path) == ["pool.c"])
  }

  @Test func `UTF-16 needs no mark`() {
    let text =
      "Traceback (most recent call last):\r\n  File \"ä.py\", line 3, in f\r\nKeyError: 1\r\n"
    let units = Array(text.utf16)
    for isLittle in [true, false] {
      var wide: [UInt8] = []
      for unit in units {
        let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        wide += isLittle ? bytes : bytes.reversed()
      }
      #expect(calls(Symptom.parse(wide)) == ["f ä.py:3"])
      #expect(Symptom.isUTF16(wide))
    }
    #expect(!Symptom.isUTF16([UInt8](repeating: 0, count: 64)))
    #expect(!Symptom.isUTF16(Array(text.utf8)))
  }

  @Test func `hostile JSON is bounded`() {
    let texts = [
      #"{"a":"# + String(repeating: #"[{"a":"#, count: 100_000),
      "{" + (0..<20_000).map { #""k\#($0)":[{"x":1}]"# }.joined(separator: ",") + "}",
      #"{"a":{"\#(String(repeating: "k", count: 400_000))":{"#
        + (0..<20_000).map { #""k\#($0)":{"x":1}"# }.joined(separator: ",") + "}}}",
      #"{"events":["# + String(repeating: #"{"message":"x.c:1"},"#, count: 16_000) + "{}]}",
      String(repeating: "{\"a\":\n", count: 50_000),
      String(repeating: "[\n", count: 50_000),
      String(repeating: "x {\"a\":{} {\"b\":1}\n", count: 20_000),
      #"{"values":["# + String(repeating: "[[[[", count: 12_000)
        + String(repeating: "]", count: 48_000) + "]}",
    ]
    for text in texts {
      let symptom = Symptom.parse(text)
      #expect(symptom.frames.isEmpty)
      #expect(symptom.logs.count <= Symptom.Limits.default.logs)
    }
  }
}
