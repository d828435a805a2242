import Testing

@testable import Correlation

@Suite struct DartTraceTests {
  @Test func `frames of packages lie in their folder lib, and the framework's are told apart`() {
    let symptom = Symptom.parse(
      """
      Unhandled exception:
      Null check operator used on a null value
      #0      _CartState.total.<anonymous closure> (package:acme_shop/src/cart.dart:13:20)
      #1      new Cart.of (package:acme_shop/cart.dart:7:5)
      <asynchronous suspension>
      #2      main (file:///builds/acme/bin/main.dart:3:9)
      #3      StatefulElement.build (package:flutter/src/widgets/framework.dart:5592:27)
      #4      _delayEntrypointInvocation.<anonymous closure> (dart:isolate-patch/isolate_patch.dart:297:19)
      """)
    #expect(
      calls(symptom) == [
        "_CartState.total acme_shop/lib/src/cart.dart:13", "Cart.of acme_shop/lib/cart.dart:7",
        "main /builds/acme/bin/main.dart:3",
        "StatefulElement.build flutter/lib/src/widgets/framework.dart:5592",
        "_delayEntrypointInvocation isolate-patch/isolate_patch.dart:297",
      ])
    #expect(symptom.frames.map(\.isInApp) == [true, true, true, false, false])
    #expect(symptom.traces.map(\.language) == [.dart])
  }

  @Test func `a trace in Android's log is one trace`() {
    let symptom = Symptom.parse(
      """
      E/flutter ( 4242): [ERROR:flutter/runtime/dart_vm_initializer.cc(41)] Unhandled Exception: Bad state: No element
      E/flutter ( 4242): #0      List.first (dart:core-patch/growable_array.dart:344:5)
      E/flutter ( 4242): #1      CartPage.build (package:acme_shop/page.dart:21:14)
      """)
    #expect(
      calls(symptom) == [
        "List.first core-patch/growable_array.dart:344",
        "CartPage.build acme_shop/lib/page.dart:21",
      ])
  }

  @Test func `frames of PHP and of debuggers are none of Dart's`() {
    for text in [
      "#0 /srv/app/src/Cart.php(12): Acme\\Cart->total()",
      "#0  0x55 in take (pool=0x0) at src/pool.c:12",
      "#1 0x4f in take(package) /src/pool.cc:12:3",
    ] {
      #expect(!Symptom.parse(text).frames.contains { $0.language == .dart }, "\(text)")
    }
  }
}
