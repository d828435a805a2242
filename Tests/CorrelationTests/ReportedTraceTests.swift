import Testing

@testable import Correlation

/// Forms of traces as people paste them into reports: from trackers, terminals, old runtimes, and cut at either end.
@Suite struct ReportedTraceTests {
  @Test func `C# on one line is read frame by frame`() {
    let symptom = Symptom.parse(
      "System.NullReferenceException: Object reference not set. at Acme.Cart.Sum(Int32 n) at Acme.Api.Run() in C:\\src\\Api.cs:line 31 --- End of stack trace from previous location where exception was thrown --- at System.Threading.Tasks.Task.Wait()"
    )
    #expect(
      calls(symptom) == [
        "Acme.Cart.Sum -", "Acme.Api.Run C:\\src\\Api.cs:31", "System.Threading.Tasks.Task.Wait -",
      ])
    #expect(symptom.traces.first?.exceptionType == "System.NullReferenceException")
  }

  @Test func `Java on one line of a log is read with its cause`() {
    let symptom = Symptom.parse(
      "2026-01-02T03:04:05Z ERROR java.lang.IllegalStateException: closed at com.acme.Cart.sum(Cart.java:12) at com.acme.Api.run(Api.java:3) Caused by: java.io.IOException: no net at com.acme.Net.open(Net.java:7)"
    )
    #expect(
      calls(symptom) == [
        "com.acme.Cart.sum com/acme/Cart.java:12", "com.acme.Api.run com/acme/Api.java:3",
      ]
    )
    #expect(calls(symptom, 1) == ["com.acme.Net.open com/acme/Net.java:7"])
    #expect(symptom.traces[safe: 1]?.isRootCause == true)
    #expect(symptom.logs.count == 1)
  }

  @Test func `words with 'at' in them are no frames`() {
    let symptom = Symptom.parse(
      "We met at noon (in the hall) and at acme.example (the shop) we looked at src/a.c (twice).")
    #expect(symptom.frames.isEmpty)
  }

  @Test func `PHP on one line is read frame by frame`() {
    let symptom = Symptom.parse(
      "Fatal error: Uncaught Error: Call to a member function on() on null in E:\\www\\shop\\api.php:10 Stack trace: #0 E:\\www\\shop\\boot.php(309): include() #1 E:\\www\\shop\\index.php(22): require('E:\\\\www...') #2 {main} thrown in E:\\www\\shop\\api.php on line 10"
    )
    #expect(
      calls(symptom) == [
        "- E:\\www\\shop\\api.php:10", "- E:\\www\\shop\\boot.php:309",
        "- E:\\www\\shop\\index.php:22",
      ])
    #expect(symptom.traces.first?.message == "Call to a member function on() on null")
  }

  @Test func `a wrong call of PHP's broke where it was defined`() {
    let symptom = Symptom.parse(
      """
      PHP Fatal error:  Uncaught TypeError: Argument 1 passed to Shop\\Cart::add() must be int, null given, called in /app/Api.php on line 31 and defined in /app/Cart.php:17
      Stack trace:
      #0 /app/Api.php(31): Shop\\Cart->add(NULL)
      #1 {main}
        thrown in /app/Cart.php on line 17
      """)
    #expect(calls(symptom) == ["Shop::Cart::add /app/Cart.php:17", "- /app/Api.php:31"])
  }

  @Test func `PHP's old errors and Xdebug's table are read`() {
    let symptom = Symptom.parse(
      """
      ( ! ) Fatal error: Call to a member function getName() on null in /www/page.class.php on line 106
      Call Stack
      # Time    Memory  Function    Location

      1   0.0000  232744  {main}( )   ../index.php:0
      2   0.0124  778584  Shop\\Handler::handle( )    ../index.php:25
      3   0.0300  799360  Shop\\Page->execute( ) ../handler.class.php:184
      """)
    #expect(calls(symptom) == ["- /www/page.class.php:106"])
    #expect(
      calls(symptom, 1) == ["- ../index.php:25", "Shop::Handler::handle ../handler.class.php:184"])
    #expect(symptom.frames.last?.depth == 0)
    let log = Symptom.parse(
      "[Mon Aug 29 11:32:23 2016] [error] [client 10.0.0.1] PHP Fatal error:  Call to a member function f() on null in /web/src/Session.php on line 407, referer: https://acme.example/"
    )
    #expect(calls(log) == ["- /web/src/Session.php:407"])
  }

  @Test func `the line {main} alone is no frame`() {
    #expect(Symptom.parse("#1 {main} in file:line\n").frames.isEmpty)
  }

  @Test func `Laravel's code is no part of its message`() {
    let symptom = Symptom.parse(
      "[2024-01-01 00:00:00] production.ERROR: x {\"exception\":\"[object] (ErrorException(code: 0): Undefined variable $cart at /app/Cart.php:44)\n"
    )
    #expect(symptom.traces.first?.message == "Undefined variable $cart")
  }

  @Test func `Mono names its offsets and files`() {
    let symptom = Symptom.parse(
      """
      System.NullReferenceException: Object reference not set to an instance of an object
        at Acme.View.<Picker_ItemSelected>b__25_1 (System.Object m) [0x00023] in <6057d55fe7134aa39db0f3ad49b1473f>:0
        at Acme.Cart+<SumAsync>d__5.MoveNext () [0x0009d] in /Users/me/shop/Cart.cs:57
      """)
    #expect(symptom.traces.first?.language == .dotNet)
    #expect(
      calls(symptom) == [
        "Acme.View.Picker_ItemSelected -", "Acme.Cart.SumAsync /Users/me/shop/Cart.cs:57",
      ])
  }

  @Test func `all frames above the mark of an inner exception are its own`() {
    let symptom = Symptom.parse(
      """
      Unhandled exception. System.AggregateException: One or more errors occurred. (no cart)
       ---> System.InvalidOperationException: no cart
         at Shop.Cart.Sum() in D:\\a\\shop\\Cart.cs:line 355
         at Shop.Program.<<Main>$>g__Run|0_1(String[] args) in /_/src/Program.cs:line 12
         --- End of inner exception stack trace ---
         at System.Threading.Tasks.Task.Wait()
         at Shop.Program.Main(String[] args) in /_/src/Program.cs:line 9
      """)
    #expect(
      symptom.traces.map(\.exceptionType) == [
        "System.InvalidOperationException", "System.AggregateException",
      ])
    #expect(
      calls(symptom) == [
        "Shop.Cart.Sum D:\\a\\shop\\Cart.cs:355", "Shop.Program.Run /_/src/Program.cs:12",
      ])
    #expect(calls(symptom, 1).last == "Shop.Program.Main /_/src/Program.cs:9")
    // Deterministic builds write every project's paths so.
    #expect(symptom.frames.last?.isInApp == true)
    #expect(
      Symptom.parse(
        "---- System.InvalidOperationException : UserException\n   at Shop.Cart.Sum()\n"
      )
      .traces.first?.exceptionType == "System.InvalidOperationException")
  }

  @Test func `a stack under a key that nobody knows is found`() {
    let symptom = Symptom.parse(
      #"{"properties":"Shop.StoreException: gone\r\n   at Shop.Store.Get(Int32 id) in /src/Store.cs:line 40\r\n   at Shop.Api.Run()"}"#
    )
    #expect(calls(symptom) == ["Shop.Store.Get /src/Store.cs:40", "Shop.Api.Run -"])
  }

  @Test func `a container's name is no part of a frame`() {
    let symptom = Symptom.parse(
      """
      shop-1  | panic: assignment to entry in nil map
      shop-1  | 
      shop-1  | goroutine 7 [running]:
      shop-1  | panic({0x50f0e0?, 0x5567b8?})
      shop-1  | \t/usr/local/go/src/runtime/panic.go:914 +0x21f
      shop-1  | github.com/acme/shop/cart.(*Cart).Add(...)
      shop-1  | \t/app/cart/cart.go:19
      """)
    #expect(
      calls(symptom) == [
        "panic /usr/local/go/src/runtime/panic.go:914", "cart.Cart.Add /app/cart/cart.go:19",
      ]
    )
  }

  @Test(
    arguments: [
      ("[pod/shop-7d9f8b6c5d-x2kqz/shop] ", "shop"), ("shop-7d9f8b6c5d-x2kqz app ", "shop"),
      ("green-shop-x2kqz shop ", "shop"), ("shop-0 shop ", "shop"),
    ])
  func `a pod's name is no part of a frame`(prefix: String, service: String) {
    let lines = """
      panic: assignment to entry in nil map

      goroutine 7 [running]:
      github.com/acme/shop/cart.(*Cart).Add(...)
      \t/app/cart/cart.go:19
      java.lang.NullPointerException: x
      \tat com.acme.shop.Inventory.reserve(Inventory.java:11)
      """
    let symptom = Symptom.parse(
      lines.split(separator: "\n", omittingEmptySubsequences: false).map { prefix + $0 }
        .joined(separator: "\n"))
    #expect(calls(symptom) == ["cart.Cart.Add /app/cart/cart.go:19"])
    #expect(
      calls(symptom, 1) == ["com.acme.shop.Inventory.reserve com/acme/shop/Inventory.java:11"])
    let log = Symptom.parse(prefix + "2024-05-02T10:11:12Z ERROR no stock is left")
    #expect(log.services == [service])
  }

  @Test(
    arguments: [
      "2026-11-28T10:00:00.123456+00:00 app[web.1]: ", "2026-11-28T10:00:00.962646Z 00E ",
      "   2026-11-28T10:00:00.12+0000 [APP/PROC/WEB/0] ERR ", "shop.1.abc123@worker-3    | ",
      "2026-11-28 10:00:00,123 DEBG shop stderr output: ", "0|shop  | ", "[ERROR] ",
    ])
  func `what a platform puts before each line is no part of a frame`(prefix: String) {
    for (lines, expected) in [
      (
        [
          "java.lang.NullPointerException: x",
          "\tat com.acme.shop.Inventory.reserve(Inventory.java:11)",
          "\tat com.acme.shop.Cart.checkout(Cart.java:13)",
        ],
        [
          "com.acme.shop.Inventory.reserve com/acme/shop/Inventory.java:11",
          "com.acme.shop.Cart.checkout com/acme/shop/Cart.java:13",
        ]
      ),
      (
        [
          "Traceback (most recent call last):",
          "  File \"/app/shop/cart.py\", line 10, in checkout",
          "    total = price(items)", "  File \"/app/shop/pricing.py\", line 5, in price",
          "    return items[0]", "KeyError: 'level'",
        ],
        ["checkout /app/shop/cart.py:10", "price /app/shop/pricing.py:5"]
      ),
    ] {
      let symptom = Symptom.parse(lines.map { prefix + $0 }.joined(separator: "\n"))
      #expect(calls(symptom) == expected, "\(prefix)")
    }
  }

  @Test func `prose is no pod's name`() {
    for text in ["well-known bug in the cart", "half-empty cart at checkout", "x-0 y z"] {
      #expect(Symptom.parse(text).services == [])
    }
  }

  @Test func `a profile of goroutines has frames`() {
    let symptom = Symptom.parse(
      "goroutine profile: total 2\n1 @ 0x43d1c6 0x43d22b\n#\t0x47043b\tgithub.com/acme/shop/cart.(*Cart).Sum+0x39b\t\t/home/me/cart.go:253\n"
    )
    #expect(calls(symptom) == ["cart.Cart.Sum /home/me/cart.go:253"])
  }

  @Test func `Ruby's trackers are read`() {
    let honeybadger = Symptom.parse(
      """
          line 83 of [PROJECT_ROOT]/app/controllers/carts_controller.rb: create_item
          line 12 of [GEM_ROOT]/gems/actionpack-5.2.1/lib/base.rb: process_action
      """)
    #expect(
      calls(honeybadger) == [
        "create_item app/controllers/carts_controller.rb:83",
        "process_action gems/actionpack-5.2.1/lib/base.rb:12",
      ])
    #expect(honeybadger.frames.map(\.isInApp) == [true, false])
    let errbit = Symptom.parse(
      """
      NoMethodError: undefined method `[]' for nil:NilClass

      [PROJECT_ROOT]/decorators/cart_decorator.rb:18→ file
      actionview-4.2.9/lib/template.rb:145→ block in render
      """)
    #expect(
      calls(errbit) == [
        "file decorators/cart_decorator.rb:18", "render actionview-4.2.9/lib/template.rb:145",
      ])
    #expect(errbit.frames.map(\.isInApp) == [true, false])
    #expect(errbit.traces.first?.exceptionType == "NoMethodError")
    let rollbar = Symptom.parse(
      "NoMethodError: undefined method `x' for nil\n1 File \"/app/app/workers/cart_worker.rb\" line 10 in perform\n"
    )
    #expect(calls(rollbar) == ["perform /app/app/workers/cart_worker.rb:10"])
    let notifier = Symptom.parse(
      """
      A NoMethodError occurred in background at 2015-12-25 22:50:39 -0800 :

        undefined method `message' for nil:NilClass
        /var/www/shop/app/controllers/errors_controller.rb:16:in `on_error'
      """)
    #expect(notifier.traces.map(\.exceptionType) == ["NoMethodError"])
    let tagged = Symptom.parse("[3f1c-11] app/controllers/carts_controller.rb:9:in `show'\n")
    #expect(calls(tagged) == ["show app/controllers/carts_controller.rb:9"])
  }

  @Test func `Rust's old, cut and framed backtraces are read`() {
    let old = Symptom.parse(
      """
      thread 'Constellation' panicked at 'unable to find pipeline', ../src/libcore/option.rs:704
      stack backtrace:
         1:     0x558516b9d120 - sys::backtrace::write::hb120982054a416e35nu
         6:     0x558515b479aa - dom::window::Window::fire::h94975a378bcad1740pg
        16:                0x0 - <unknown>
      """)
    #expect(calls(old) == ["sys::backtrace::write -", "dom::window::Window::fire -"])
    #expect(old.frames.first?.isInApp == false)
    let cut = Symptom.parse(
      """
        13:     0x7f6180be9174 - <shop::cart::Cart as core::fmt::Display>::fmt::hf785c5cc16e3ea16
                                     at /home/me/shop/src/cart.rs:139:18
        14:     0x7f6180becfb9 - main
      """)
    #expect(calls(cut) == ["shop::cart::Cart::fmt /home/me/shop/src/cart.rs:139", "main -"])
    let eyre = Symptom.parse(
      """
        ━━━━━━━━━━━━ BACKTRACE ━━━━━━━━━━━━
                     ⋮ 6 frames hidden ⋮
         7: shop::load::h1c54a8b2c3d4e5f6
            at /app/src/load.rs:12
      """)
    #expect(calls(eyre) == ["shop::load /app/src/load.rs:12"])
    #expect(eyre.traces.first?.language == .rust)
  }

  @Test func `Swift in lldb and in reports of Apple's is read`() {
    let lldb = Symptom.parse(
      """
      * thread #1, queue = 'com.apple.main-thread', stop reason = EXC_BAD_INSTRUCTION
        * frame #1: 0x00000001065e7e75 Shop`@objc Shop.CartView.color.setter : Swift.Optional<ObjectiveC.UIColor>(newValue=Some) + 261 at CartView.swift:96
      """)
    #expect(lldb.frames.first?.function?.name == "color")
    #expect(lldb.frames.first?.line == 96)
    let apple = Symptom.parse(
      """
      Thread 3:: com.apple.NSEventThread
      0   libsystem_kernel.dylib        \t    0x7ff808ebbaba mach_msg_trap + 10

      Thread 4 Crashed::  Dispatch queue: NSOperationQueue
      0   Shop                          \t       0x102b992e4 CartView.sum(items:) + 120 (CartView.swift:277)
      1   libsystem_pthread.dylib       \t0x00000001f1053cb0 _pthread_start + 320 (pthread.c:881)
      """)
    #expect(apple.traces.first?.kind == .failure)
    #expect(calls(apple).first == "CartView.sum CartView.swift:277")
    #expect(apple.frames[safe: 1]?.isInApp == false)
  }

  @Test func `Android's and Hermes' places without a file are read`() {
    let android = Symptom.parse(
      """
      java.lang.IllegalStateException: closed
      \tat org.acme.Sync.$r8$lambda$SFNynI2hRGLDv316(Unknown Source:0)
      \tat org.acme.Sync.start(Sync.kt:77)
      """)
    #expect(calls(android) == ["org.acme.Sync -", "org.acme.Sync.start org/acme/Sync.kt:77"])
    let hermes = Symptom.parse(
      "TypeError: undefined is not an object\n    at sum (address at index.android.bundle:1:2345678)\n"
    )
    #expect(calls(hermes) == ["sum index.android.bundle:1"])
  }
}
