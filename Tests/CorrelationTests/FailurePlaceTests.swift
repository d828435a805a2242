import Testing

@testable import Correlation

/// Where the place of a failure stands outside of the frames, and which of several failures is the cause.
@Suite struct FailurePlaceTests {
  @Test func `the place of a panic comes before frames without any`() {
    let symptom = Symptom.parse(
      """
      thread 'main' panicked at crates/indexer/src/segment.rs:21:50:
      called `Option::unwrap()` on a `None` value
      stack backtrace:
         0: rust_begin_unwind
         1: core::panicking::panic_fmt
         2: indexer::segment::load
      """)
    #expect(
      calls(symptom) == [
        "- crates/indexer/src/segment.rs:21", "rust_begin_unwind -", "core::panicking::panic_fmt -",
        "indexer::segment::load -",
      ])
    #expect(symptom.frames.map(\.depth) == [0, 1, 2, 3])
  }

  @Test func `the place of a sanitizer's finding or a fatal error comes first`() {
    let undefined = Symptom.parse(
      """
      src/huff.c:22:20: runtime error: index 300 out of bounds for type 'int [256]'
          #0 0x55d1 in huff_decode_block (/usr/bin/codec+0x1234)
          #1 0x55d2 in main (/usr/bin/codec+0x2234)
      """)
    #expect(calls(undefined) == ["- src/huff.c:22", "huff_decode_block -", "main -"])
    let swift = Symptom.parse(
      """
      Shop/Cart.swift:12: Fatal error: Index out of range
      Thread 0 Crashed::  Dispatch queue: com.apple.main-thread
      0   libswiftCore.dylib            \t0x00000001a _assertionFailure(_:_:file:line:flags:) + 312
      1   Shop                          \t0x000000010 $s4Acme4PoolC4take5countS2i_tF + 96
      """)
    #expect(calls(swift).first == "- Shop/Cart.swift:12")
    #expect(swift.frames.map(\.depth) == [0, 1, 2])
  }

  @Test func `a place that a frame has is not repeated`() {
    let symptom = Symptom.parse(
      """
      Shop/Cart.swift:12: Fatal error: Index out of range
      Thread 0 crashed:
      0 0x00007f Cart.sum(_:) + 12 in shop at /src/Sources/Cart/Cart.swift:12:3
      """)
    #expect(calls(symptom) == ["Cart.sum /src/Sources/Cart/Cart.swift:12"])
  }

  @Test(arguments: ["Causes:", "Caused by:"])
  func `Rails names the cause below`(words: String) {
    let symptom = Symptom.parse(
      """
      NoMethodError (undefined method `rate' for nil:NilClass):
        
      app/models/invoice.rb:12:in `total'
      app/controllers/invoices_controller.rb:8:in `create'
        
      \(words)
      KeyError (key not found: "DE")
        
      app/models/rates.rb:5:in `fetch'
      app/models/invoice.rb:11:in `total'
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["NoMethodError", "KeyError"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true])
    #expect(Set(symptom.traces.map(\.chain)).count == 1)
    #expect(crash(symptom)?.path == "app/models/rates.rb")
  }

  @Test func `color-eyre names the place above its spans`() {
    let symptom = Symptom.parse(
      """
      Error:
         0: cannot load segment
         1: No such file

      Location:
         crates/indexer/src/segment.rs:21

        ━━━━━━━━━━━━━━━━━━━━━━━━ SPANTRACE ━━━━━━━━━━━━━━━━━━━━━━━━

         0: indexer::reader::open with path="x"
            at crates/indexer/src/reader.rs:15
        ━━━━━━━━━━━━━━━━━━━━━━━━ BACKTRACE ━━━━━━━━━━━━━━━━━━━━━━━━
         0: indexer::segment::load
            at crates/indexer/src/segment.rs:21
      """)
    #expect(
      calls(symptom) == [
        "- crates/indexer/src/segment.rs:21",
        "indexer::reader::open crates/indexer/src/reader.rs:15",
      ])
    #expect(calls(symptom, 1) == ["indexer::segment::load crates/indexer/src/segment.rs:21"])
    #expect(symptom.traces.map(\.isRootCause) == [true, true])
    let panic = Symptom.parse(
      "The application panicked (crashed).\nMessage:  empty\nLocation: crates/indexer/src/segment.rs:21\n"
    )
    #expect(calls(panic) == ["- crates/indexer/src/segment.rs:21"])
    #expect(Symptom.parse("Location:\n   Berlin, segment 21\n").traces.isEmpty)
  }

  @Test func `the errors inside an AggregateError are its causes`() {
    let symptom = Symptom.parse(
      """
      AggregateError: All promises were rejected
          at async main (/app/src/index.js:5:3) {
        [errors]: [
          TypeError: Cannot read properties of undefined
              at CartTotals.sumCart (/app/src/cartTotals.js:26:25)
              at tick (node:internal/process/task_queues:95:5),
          Error: gone
              at fetchRates (/app/src/rates.js:2:1)
        ]
      }
      RangeError: later
          at other (/app/src/other.js:1:1)
      """)
    #expect(
      symptom.traces.map(\.exceptionType) == ["AggregateError", "TypeError", "Error", "RangeError"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true, true, true])
    #expect(symptom.traces.map(\.chain) == [0, 0, 0, 1])
    #expect(calls(symptom, 1).count == 2)
    #expect(calls(symptom, 2) == ["fetchRates /app/src/rates.js:2"])
  }

  @Test(arguments: [
    "http: panic serving 10.0.0.1:5000: runtime error: invalid memory address",
    "deploy@10.0.0.7:22", "ada@build-1:/srv/app:22", "git@build-1:/srv/app:22:3",
    "deploy@ssh://10.0.0.7:22",
  ])
  func `hosts and their ports are no places`(text: String) {
    #expect(Symptom.parse(text).traces.isEmpty)
  }

  @Test func `RSpec's places are frames`() {
    let symptom = Symptom.parse(
      """
           # ./app/models/payout.rb:12:in 'block in Payout#settle!'
           # ./spec/models/payout_spec.rb:8:in 'block (2 levels) in <top (required)>'
           # ./spec/rails_helper.rb:3
      """)
    #expect(
      calls(symptom) == [
        "Payout::settle! ./app/models/payout.rb:12", "- ./spec/models/payout_spec.rb:8",
        "- ./spec/rails_helper.rb:3",
      ])
    #expect(Symptom.parse("# Heading of app/models/payout.rb:12\n# 3 things").frames.isEmpty)
  }
}
