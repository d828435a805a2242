import Testing

@testable import Correlation

@Suite struct RustTraceTests {
  @Test func `a panic with its backtrace is read`() {
    let symptom = Symptom.parse(
      """
      thread 'main' panicked at src/pool.rs:42:13:
      index out of bounds: the len is 3 but the index is 7
      stack backtrace:
         0: rust_begin_unwind
                   at /rustc/07dca489ac2d933c78d3c5158e3f43beefeb02ce/library/std/src/panicking.rs:645:5
         1: core::panicking::panic_fmt
                   at /rustc/07dca489/library/core/src/panicking.rs:72:14
         2: acme::pool::Pool<T>::take::{{closure}}
                   at ./src/pool.rs:42:13
         3: <acme::web::Handler as tower::Service<R>>::call
                   at ./src/web.rs:9:5
         4: serde::de::from_str
                   at /root/.cargo/registry/src/index.crates.io-6f17/serde-1.0.1/src/de.rs:4:1
      note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
      """)
    #expect(
      calls(symptom).dropFirst(2) == [
        "acme::pool::Pool::take ./src/pool.rs:42", "acme::web::Handler::call ./src/web.rs:9",
        "serde::de::from_str "
          + "/root/.cargo/registry/src/index.crates.io-6f17/serde-1.0.1/src/de.rs:4",
      ])
    #expect(symptom.frames.map(\.isInApp) == [false, false, true, true, false])
    #expect(symptom.traces.count == 1)
    #expect(symptom.traces.first?.exceptionType == "panic")
    #expect(symptom.traces.first?.message == "index out of bounds: the len is 3 but the index is 7")
  }

  @Test func `a panic without a backtrace names its place`() {
    let new = Symptom.parse(
      """
      thread 'tokio-runtime-worker' panicked at src/net.rs:9:5:
      called `Option::unwrap()` on a `None` value
      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
      """)
    #expect(calls(new) == ["- src/net.rs:9"])
    let old = Symptom.parse("thread 'main' panicked at 'boom, now', src/main.rs:2:5")
    #expect(calls(old) == ["- src/main.rs:2"])
    #expect(old.traces.first?.message == "boom, now")
  }

  @Test func `the full form with addresses is read`() {
    let symptom = Symptom.parse(
      """
      thread '<unnamed>' panicked at 'boom', src/lib.rs:3:1
      stack backtrace:
         0:     0x55d0c1a2e400 - std::backtrace_rs::backtrace::libunwind::trace::h1a2b3c4d5e6f7a8b
                                     at /rustc/abc/library/std/src/../../backtrace/src/backtrace/mod.rs:66:5
         1:     0x55d0c1a2e500 - _ZN4acme4pool4take17h0123456789abcdefE
                                     at /builds/acme/src/pool.rs:12:3
         2:     0x7f - __libc_start_main
      """)
    #expect(calls(symptom)[safe: 1] == "acme::pool::take /builds/acme/src/pool.rs:12")
    #expect(symptom.frames.map(\.isInApp) == [false, true, false])
  }

  @Test func `a line between leaves a frame its place and a panic its message`() {
    let symptom = Symptom.parse(
      """
      stack backtrace:
         0: acme::pool::take
                   at <unknown>
                   at ./src/pool.rs:42:13
      """)
    #expect(calls(symptom) == ["acme::pool::take ./src/pool.rs:42"])
    let mixed = Symptom.parse(
      """
      thread 'main' panicked at src/pool.rs:42:13:
      #0  acme_take (n=1) at src/pool.c:3
      index out of bounds
      """)
    #expect(mixed.traces.map(\.message) == [nil, nil])
  }

  @Test func `anyhow's errors with a backtrace are read`() {
    let symptom = Symptom.parse(
      """
      Error: cannot load the pool

      Caused by:
          No such file or directory (os error 2)

      Stack backtrace:
         0: anyhow::error::<impl anyhow::Error>::msg
         1: acme::load
                   at ./src/load.rs:7:9
         2: acme::main
                   at ./src/main.rs:3:5
      """)
    #expect(
      calls(symptom).suffix(2) == ["acme::load ./src/load.rs:7", "acme::main ./src/main.rs:3"])
  }

  @Test func `two threads that panic are two traces`() {
    let symptom = Symptom.parse(
      """
      thread 'a' panicked at src/a.rs:1:1:
      one
      thread 'b' panicked at src/b.rs:2:2:
      two
      """)
    #expect(symptom.traces.map(\.message) == ["one", "two"])
    #expect(calls(symptom, 1) == ["- src/b.rs:2"])
  }

  @Test func `names survive both manglings`() {
    #expect(
      qualified("_ZN4acme4pool4take17h0123456789abcdefE", .rust) == "acme::pool::take")
    #expect(qualified("acme::pool::take::h0123456789abcdef", .rust) == "acme::pool::take")
    #expect(
      qualified(
        "_ZN49_$LT$acme..Pool$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE", .rust)
        == "acme::Pool::fmt")
    #expect(qualified("_RNvNtCs1234_4acme4pool4take", .rust) == "acme::pool::take")
    #expect(qualified("_RNCNvNtCs1234_4acme4pool4take0B5_", .rust) == "acme::pool::take")
    #expect(
      qualified("_RNvXs_Cs1234_4acmeNtB4_4PoolNtB4_5Trait4take", .rust) == "acme::Pool::take")
    #expect(qualified("acme::run::{closure#0}", .rust) == "acme::run")
    #expect(qualified("acme[1a2b3c4d]::pool::take", .rust) == "acme::pool::take")
    #expect(
      qualified("<acme[1a2b]::Pool<i32> as core[9f8e]::fmt::Display>::fmt", .rust)
        == "acme::Pool::fmt")
    #expect(
      qualified("<alloc::vec::Vec<T> as acme::Take>::take", .rust) == "alloc::vec::Vec::take")
    #expect(
      qualified("<&mut acme::Pool as core::iter::Iterator>::next", .rust) == "acme::Pool::next")
  }
}
