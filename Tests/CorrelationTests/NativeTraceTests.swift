import Testing

@testable import Correlation

@Suite struct NativeTraceTests {
  @Test func `gdb's frames keep order, files and libraries`() throws {
    let symptom = Symptom.parse(
      """
      Program terminated with signal SIGSEGV, Segmentation fault.
      #0  acme_pool_take.isra.0 (self=0x55d0c1a2e400) at ../src/pool/acme-pool.c:342
      #1  0x00007f2a006ea831 in acme_server_run (priv=0x0, name=0x4 "look (at) me") at /builds/acme/server/src/server.c:82
      #2  0x00007f2b04e06ccd in g_signal_emit_valist () from /usr/lib64/libgobject-2.0.so.0
      #3  0x00007f2b04e06ccd in ?? ()
      """)
    #expect(
      calls(symptom) == [
        "acme_pool_take ../src/pool/acme-pool.c:342",
        "acme_server_run /builds/acme/server/src/server.c:82", "g_signal_emit_valist -", "- -",
      ])
    #expect(symptom.traces.first?.exceptionType == "SIGSEGV")
    #expect(symptom.traces.first?.message == "Segmentation fault.")
    #expect(symptom.frames.map(\.depth) == [0, 1, 2, 3])
    #expect(symptom.frames.map(\.isInApp) == [true, true, false, nil])
    #expect(symptom.frames[safe: 2]?.module == "/usr/lib64/libgobject-2.0.so.0")
  }

  @Test func `frames that gdb wrapped and the locals of a full backtrace are read`() {
    let symptom = Symptom.parse(
      """
      (gdb) bt full
      #0  0x00007ffff6a1 in acme_pool_take_with_a_long_name (pool=0x5555557a1230,
          count=12, error=0x7fffffffd8e0)
          at ../src/acme-pool.c:120
              __func__ = "acme_pool_take"
              size = 12
      #1  0x0000555555556 in main (argc=1, argv=0x7fffffffda48) at ../src/main.c:17
      No locals.
      """)
    #expect(
      calls(symptom) == [
        "acme_pool_take_with_a_long_name ../src/acme-pool.c:120", "main ../src/main.c:17",
      ])
  }

  @Test func `frames whose places have no lines are read`() {
    let symptom = Symptom.parse(
      """
      Program terminated with signal SIGSEGV, Segmentation fault.
      #0  take () at src/pool.c
      #1  0x00007f2a006ea831 in acme::Server::run (this=<optimized out>) const at src/server.cc
      #2  0x00007f2a006ea832 main at src/main.c
      """)
    #expect(
      calls(symptom) == [
        "take src/pool.c", "acme::Server::run src/server.cc", "main src/main.c",
      ])
  }

  @Test func `frames that gdb wrapped are read in quoted text too`() {
    let symptom = Symptom.parse(
      """
      > #0  0x00007ffff6a1 in acme_pool_take (pool=0x5555557a1230,
      >     count=12, error=0x7fffffffd8e0)
      >     at ../src/acme-pool.c:120
      > #1  0x0000555555556 in main (argc=1, argv=0x7fffffffda48) at ../src/main.c:17
      """)
    #expect(calls(symptom) == ["acme_pool_take ../src/acme-pool.c:120", "main ../src/main.c:17"])
  }

  @Test func `a frame of another form does not go on with one of gdb's`() {
    let symptom = Symptom.parse(
      """
      #2  0x00007f2b04e06ccd in acme_run () at src/run.c:4
      #3  0x00007f2b04e06ccd in ?? ()
      System.AggregateException: One or more errors occurred. (x) ---> System.TimeoutException: late
         at Acme.Net.Call() in /src/Net.cs:line 9
      """)
    #expect(symptom.traces.map(\.language) == [.native, .dotNet])
    #expect(calls(symptom, 1) == ["Acme.Net.Call /src/Net.cs:9"])
    let kernel = Symptom.parse("#4  acme_run\n[  123.456789] Pool is empty\n")
    #expect(kernel.words.contains { $0.text == "pool" })
  }

  @Test func `of all threads the crashing one comes first`() {
    let symptom = Symptom.parse(
      """
      [Current thread is 1 (Thread 0x7f2a5c0 (LWP 4242))]
      Thread 2 (Thread 0x7f2a4b (LWP 4243)):
      #0  0x00007f in poll () from /lib64/libc.so.6
      #1  0x00007f in acme_loop () at src/loop.c:5

      Thread 1 (Thread 0x7f2a5c0 (LWP 4242)):
      #0  __pthread_kill_implementation (threadid=1) at ./nptl/pthread_kill.c:44
      #1  0x00007f in raise () at ../sysdeps/posix/raise.c:26
      #2  <signal handler called>
      #3  acme_pool_take (n=3) at src/pool.c:12
      """)
    #expect(symptom.traces.map(\.kind) == [.failure, .thread])
    #expect(calls(symptom).last == "acme_pool_take src/pool.c:12")
    #expect(symptom.frames.prefix(3).map(\.isInApp) == [false, false, true])
    #expect(symptom.traces.map(\.isRootCause) == [true, false])
  }

  @Test func `the signal of the crashing thread joins its frames`() {
    let symptom = Symptom.parse(
      """
      Thread 3 "worker" received signal SIGABRT, Aborted.
      (gdb) thread apply all bt
      Thread 4 (Thread 0x7f (LWP 10) "idle"):
      #0  0x00007f in poll () from /lib64/libc.so.6

      Thread 3 (Thread 0x7e (LWP 9) "worker"):
      #0  0x00007f in acme_take () at src/pool.c:9
      """)
    #expect(symptom.traces.first?.exceptionType == "SIGABRT")
    #expect(calls(symptom) == ["acme_take src/pool.c:9"])
  }

  @Test func `AddressSanitizer's finding comes with where memory was freed`() {
    let symptom = Symptom.parse(
      """
      =================================================================
      ==4242==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x4f bp 0x7f sp 0x7e
      READ of size 8 at 0x602000000010 thread T0
          #0 0x4f6c3d in acme::Pool<int>::take(int) const /builds/acme/src/pool.cc:42:13
          #1 0x4f6e2a in main /builds/acme/src/main.cc:7
          #2 0x7f30 in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x2409a) (BuildId: abc)

      0x602000000010 is located 0 bytes inside of 8-byte region
      freed by thread T0 here:
          #0 0x4c3a10 in operator delete(void*) (/app/server+0x4c3a10)
          #1 0x4f6b11 in acme::Pool<int>::drop() /builds/acme/src/pool.cc:30:5

      SUMMARY: AddressSanitizer: heap-use-after-free /builds/acme/src/pool.cc:42:13 in take
      """)
    #expect(symptom.traces.map(\.kind) == [.failure, .related])
    #expect(symptom.traces.first?.exceptionType == "heap-use-after-free")
    #expect(
      calls(symptom) == [
        "acme::Pool::take /builds/acme/src/pool.cc:42", "main /builds/acme/src/main.cc:7",
        "__libc_start_main -",
      ])
    #expect(calls(symptom, 1).last == "acme::Pool::drop /builds/acme/src/pool.cc:30")
    #expect(symptom.traces.map(\.isRootCause) == [true, false])
  }

  @Test func `glibc's, Boost's and glog's forms are read`() {
    let glibc = Symptom.parse(
      """
      ./server(_ZN4acme4Pool4takeEi+0x1a) [0x4005d1]
      /lib/x86_64-linux-gnu/libc.so.6(+0x3ea70) [0x7f5a3c]
      ./server(main+0x20)[0x400612]
      """)
    #expect(calls(glibc) == ["acme::Pool::take -", "- -", "main -"])
    #expect(glibc.frames.map(\.isInApp) == [nil, false, nil])
    let boost = Symptom.parse(
      """
       0# acme::take(int) at /src/pool.cpp:12
       1# main at /src/main.cpp:5
       2# __libc_start_main in /lib/libc.so.6
      """)
    #expect(calls(boost).first == "acme::take /src/pool.cpp:12")
    let glog = Symptom.parse(
      """
      *** SIGSEGV (@0x0) received by PID 12; stack trace: ***
          @     0x7f9a1b acme::Pool::take()
          @           0x401a main
      """)
    #expect(calls(glog) == ["acme::Pool::take -", "main -"])
  }

  @Test func `Valgrind's findings are read`() {
    let symptom = Symptom.parse(
      """
      ==77== Invalid read of size 4
      ==77==    at 0x10916B: take (pool.c:12)
      ==77==    by 0x109190: main (main.c:20)
      ==77==  Address 0x4a is 0 bytes inside a block of size 4 free'd
      ==77==    at 0x483CA3F: free (in /usr/lib/valgrind/vgpreload_memcheck.so)
      """)
    #expect(calls(symptom) == ["take pool.c:12", "main main.c:20"])
    #expect(symptom.traces.map(\.kind) == [.failure, .related])
  }

  @Test func `coredumpctl's, lldb's and the kernel's frames are read`() {
    let core = Symptom.parse(
      """
      Process 4242 (acmed) of user 1000 dumped core.

      Stack trace of thread 4242:
      #0  0x00007f2a acme_take (libacme.so.0 + 0x1234)
      #1  0x000055d0 n/a (acmed + 0x99)

      Stack trace of thread 4243:
      #0  0x00007f2a __poll (libc.so.6 + 0xfbe2f)
      """)
    #expect(calls(core) == ["acme_take -", "- -"])
    #expect(core.traces.map(\.kind) == [.failure, .thread])
    let lldb = Symptom.parse(
      """
      * thread #1, name = 'acmed', stop reason = signal SIGSEGV: invalid address
        * frame #0: 0x00005555 acmed`acme::take(n=1) + 12 at pool.cc:12:3
          frame #1: 0x00007fff libc.so.6`__libc_start_main + 243
      """)
    #expect(calls(lldb) == ["acme::take pool.cc:12", "__libc_start_main -"])
    #expect(lldb.traces.first?.exceptionType == "SIGSEGV")
    let kernel = Symptom.parse(
      """
      [  123.456789] Call Trace:
      [  123.456790]  acme_read+0x1a/0x40 [acme]
      [  123.456791]  vfs_read+0x91/0x140
      """)
    #expect(calls(kernel) == ["acme_read -", "vfs_read -"])
  }

  @Test func `failed assertions name their place`() {
    let glib = Symptom.parse(
      "acme-shell:ERROR:../src/window.c:123:acme_window_map: assertion failed: (window->mapped)")
    #expect(calls(glib) == ["acme_window_map ../src/window.c:123"])
    let libc = Symptom.parse("acmed: ../src/pool.c:12: acme_take: Assertion `n > 0' failed.")
    #expect(calls(libc) == ["acme_take ../src/pool.c:12"])
    let undefined = Symptom.parse("src/pool.c:12:9: runtime error: signed integer overflow")
    #expect(calls(undefined) == ["- src/pool.c:12"])
  }

  @Test func `names survive templates, mangling and what compilers add`() {
    #expect(name("meta_window_get.isra.0", .native) == "meta_window_get")
    #expect(name("take.part.3.constprop.1.cold", .native) == "take")
    #expect(name("take.lto_priv.0", .native) == "take")
    #expect(name("take [clone .isra.0]", .native) == "take")
    #expect(name("memcpy@plt", .native) == "memcpy")
    #expect(qualified("_ZN4acme4pool4takeEv", .native) == "acme::pool::take")
    #expect(qualified("_ZNK4acme4PoolIiSaIiEE4takeERKSs", .native) == "acme::Pool::take")
    #expect(qualified("_ZN4acme4PoolC2Ev", .native) == "acme::Pool::Pool")
    #expect(qualified("_ZZN4acme4Pool4takeEvENKUlvE_clEv", .native) == "acme::Pool::take")
    #expect(qualified("_ZN12_GLOBAL__N_14takeEi", .native) == "take")
    #expect(qualified("_ZNSt6vectorIiSaIiEE9push_backEOi", .native) == "std::vector::push_back")
    #expect(qualified("_ZL4takei", .native) == "take")
    #expect(
      qualified("void acme::Pool<std::map<int, int> >::take<int>(int, char const*) const", .native)
        == "acme::Pool::take")
    #expect(
      qualified("acme::(anonymous namespace)::Pool::take(int)", .native) == "acme::Pool::take")
    #expect(
      qualified("acme::Pool::take(int)::{lambda(int)#1}::operator()(int) const", .native)
        == "acme::Pool::take")
    #expect(
      qualified("acme::run()::'lambda'(int)::operator()(int) const", .native) == "acme::run")
    #expect(qualified("acme::run()::$_0::operator()() const", .native) == "acme::run")
    #expect(
      qualified("acme::Pool::operator<(acme::Pool const&)", .native) == "acme::Pool::operator<")
    #expect(qualified("acme::Pool::operator()(int)", .native) == "acme::Pool::operator()")
    #expect(qualified("std::string[abi:cxx11] acme::take()", .native) == "acme::take")
    #expect(name("??", .native) == nil)
    #expect(name("operator()", .native) == nil)
  }

  @Test(arguments: [
    ("src/pool.c:12:3: error: expected ';' before '}' token", "error", "src/pool.c", 12),
    ("src/pool.c:12: fatal error: pool.h: No such file", "fatal error", "src/pool.c", 12),
    ("src/pool.c:12:3: runtime error: signed integer overflow", "runtime error", "src/pool.c", 12),
    (#"C:\src\pool.c(342): error C2065: 'x': undeclared"#, "error", #"C:\src\pool.c"#, 342),
    ("web/pool.ts(12,5): error TS2322: Type 'string'", "error", "web/pool.ts", 12),
    ("acme/pool.py:12: error: Incompatible return value", "error", "acme/pool.py", 12),
  ])
  func `a compiler's error breaks where it says`(
    text: String, type: String, path: String, line: Int
  ) {
    let symptom = Symptom.parse(text)
    #expect(symptom.traces.map(\.exceptionType) == [type])
    #expect(symptom.frames.map(\.path) == [path])
    #expect(symptom.frames.map(\.line) == [line])
  }

  @Test(arguments: [
    "src/pool.c:12:3: warning: unused variable", "10:05:07: error: pool closed",
    "see src/pool.c:12: errors are counted", "host.example.com:8080: error: refused",
    "error: src/pool.c:12", "pool closed at src/pool.c:12: error: none",
  ])
  func `other lines with the word are none`(text: String) {
    #expect(Symptom.parse(text).traces.isEmpty)
  }
}
