import Testing

@testable import Correlation

@Suite struct JVMTraceTests {
  @Test func `of a thread dump the threads of the deadlock have failed`() throws {
    let dump =
      """
      2026-11-28 10:00:00
      Full thread dump OpenJDK 64-Bit Server VM (17.0.9+9 mixed mode, sharing):

      "main" #1 prio=5 os_prio=0 cpu=120.00ms elapsed=100.00s tid=0x00007f1 nid=0x1 in Object.wait()  [0x00007f2]
         java.lang.Thread.State: WAITING (on object monitor)
      	at java.lang.Object.wait(java.base@17.0.9/Native Method)
      	- waiting on <0x000000071> (a com.acme.server.Main)
      	at com.acme.server.Main.join(Main.java:44)

      "http-1" #31 daemon prio=5 os_prio=0 cpu=1.00ms elapsed=90.00s tid=0x00007f3 nid=0x2 waiting for monitor entry  [0x00007f4]
         java.lang.Thread.State: BLOCKED (on object monitor)
      	at com.acme.billing.Ledger.post(Ledger.java:12)
      	- waiting to lock <0x000000072> (a java.lang.Object)
      	at com.acme.billing.Api.handle(Api.java:30)

      "VM Thread" os_prio=0 cpu=3.00ms elapsed=100.00s tid=0x00007f5 nid=0x3 runnable

      Found one Java-level deadlock:
      =============================
      "http-1":
        waiting to lock monitor 0x00007f (object 0x000000072, a java.lang.Object),
        which is held by "http-2"

      "http-2":
        waiting to lock monitor 0x00007f (object 0x000000073, a java.lang.Object),
        which is held by "http-1"

      Java stack information for the threads listed above:
      ===================================================
      "http-1":
      	at com.acme.billing.Ledger.post(Ledger.java:12)
      	- waiting to lock <0x000000072> (a java.lang.Object)
      	at com.acme.billing.Api.handle(Api.java:30)
      "http-2":
      	at com.acme.billing.Stock.take(Stock.java:21)
      	- waiting to lock <0x000000073> (a java.lang.Object)
      	at com.acme.billing.Api.handle(Api.java:34)

      Found 1 deadlock.
      """
    let symptom = Symptom.parse(dump)
    #expect(symptom.traces.map(\.kind) == [.failure, .failure, .thread, .thread])
    #expect(
      symptom.frames.prefix(4).compactMap(\.line) == [12, 30, 21, 34])
    #expect(symptom.frames[safe: 2]?.path == "com/acme/billing/Stock.java")
    #expect(symptom.traces.first?.message == "deadlock")
    // Without one, no thread is known to have failed.
    let end = try #require(dump.firstRange(of: "Found one"))
    let waiting = Symptom.parse(String(dump[..<end.lowerBound]))
    #expect(waiting.traces.map(\.kind) == [.thread, .thread])
    #expect(waiting.frames.count == 4)
  }

  @Test func `the innermost cause is the root`() {
    let symptom = Symptom.parse(
      """
      2024-05-02 10:11:12,345 ERROR [main] com.acme.Server - request failed
      com.acme.ServiceException: cannot take
      \tat com.acme.web.PoolController.take(PoolController.java:51)
      \tat java.base/java.lang.reflect.Method.invoke(Method.java:568)
      \tat org.springframework.web.Servlet.service(Servlet.java:90) ~[spring-web-6.0.jar:6.0]
      Caused by: com.acme.PoolException: closed: twice
      \tat com.acme.pool.Pool.take(Pool.java:214) ~[classes!/:na]
      \t... 2 common frames omitted
      Caused by: java.lang.NullPointerException
      \tat com.acme.pool.Pool$Entry.lambda$open$0(Pool.java:99)
      \t... 4 more
      """)
    #expect(
      symptom.traces.map(\.exceptionType) == [
        "com.acme.ServiceException", "com.acme.PoolException", "java.lang.NullPointerException",
      ])
    #expect(symptom.traces.map(\.isRootCause) == [false, false, true])
    #expect(symptom.traces[safe: 1]?.message == "closed: twice")
    #expect(Set(symptom.traces.map(\.chain)).count == 1)
    #expect(
      calls(symptom).first == "com.acme.web.PoolController.take com/acme/web/PoolController.java:51"
    )
    #expect(calls(symptom, 2) == ["com.acme.pool.Pool.Entry.open com/acme/pool/Pool.java:99"])
    #expect(symptom.frames.prefix(3).map(\.isInApp) == [true, false, false])
    #expect(symptom.logs.first?.level == .error)
  }

  @Test func `the header on the first line and suppressed exceptions are told apart`() {
    let symptom = Symptom.parse(
      """
      Exception in thread "main" java.lang.IllegalStateException: no pool
      \tat com.acme.Main.main(Main.java:5)
      \tSuppressed: java.io.IOException: close
      \t\tat com.acme.Res.close(Res.java:9)
      \tCaused by: java.net.SocketException: reset
      \t\tat com.acme.Res.flush(Res.java:12)
      Caused by: java.util.NoSuchElementException: empty
      \tat com.acme.Main.find(Main.java:8)
      """)
    #expect(symptom.traces.map(\.kind) == [.failure, .related, .related, .failure])
    #expect(symptom.traces.first?.exceptionType == "java.lang.IllegalStateException")
    #expect(symptom.traces.first?.message == "no pool")
    #expect(symptom.traces.map(\.isRootCause) == [false, false, false, true])
    #expect(crash(symptom)?.line == 8)
  }

  @Test func `Kotlin's coroutines and companions bear their function's name`() {
    let symptom = Symptom.parse(
      """
      java.lang.IllegalArgumentException: bad
      \tat com.acme.pool.PoolKt.take(Pool.kt:12)
      \tat com.acme.pool.Server$start$1.invokeSuspend(Server.kt:33)
      \tat com.acme.pool.Server$Companion.make(Server.kt:40)
      \tat com.acme.pool.Server.load$lambda$3(Server.kt:41)
      \tat kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith(ContinuationImpl.kt:33)
      """)
    #expect(
      calls(symptom) == [
        "com.acme.pool.PoolKt.take com/acme/pool/Pool.kt:12",
        "com.acme.pool.Server.start com/acme/pool/Server.kt:33",
        "com.acme.pool.Server.make com/acme/pool/Server.kt:40",
        "com.acme.pool.Server.load com/acme/pool/Server.kt:41",
        "kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith "
          + "kotlin/coroutines/jvm/internal/ContinuationImpl.kt:33",
      ])
    #expect(symptom.frames.last?.isInApp == false)
  }

  @Test func `native, generated and Scala methods are read`() {
    let symptom = Symptom.parse(
      """
      Caused by: com.acme.BoomError
          at com.acme.Native.call(Native Method)
          at com.acme.Pool$$EnhancerBySpringCGLIB$$1a2b.take(<generated>)
          at com.acme.Job$.$anonfun$run$1(Job.scala:7)
          at app//com.acme.Main.<init>(Main.java:3)
      """)
    #expect(
      calls(symptom) == [
        "com.acme.Native.call -", "com.acme.Pool.take -", "com.acme.Job.run com/acme/Job.scala:7",
        "com.acme.Main com/acme/Main.java:3",
      ])
  }

  @Test func `Android's log prefixes are taken off`() {
    let symptom = Symptom.parse(
      """
      05-02 10:11:12.345  1234  1250 E AndroidRuntime: FATAL EXCEPTION: main
      05-02 10:11:12.345  1234  1250 E AndroidRuntime: java.lang.NullPointerException: null view
      05-02 10:11:12.345  1234  1250 E AndroidRuntime: \tat com.acme.app.Main.onCreate(Main.kt:20)
      05-02 10:11:12.345  1234  1250 E AndroidRuntime: \tat android.app.Activity.performCreate(Activity.java:8000)
      """)
    #expect(calls(symptom).first == "com.acme.app.Main.onCreate com/acme/app/Main.kt:20")
    #expect(symptom.traces.count == 1)
    #expect(symptom.traces.first?.exceptionType == "java.lang.NullPointerException")
    #expect(symptom.frames.last?.isInApp == false)
  }

  @Test func `names of classes inside and method references are plain`() {
    #expect(qualified("com.acme.Foo$1.bar", .jvm) == "com.acme.Foo.bar")
    #expect(qualified("com.acme.Foo$Bar.lambda$run$0", .jvm) == "com.acme.Foo.Bar.run")
    #expect(qualified("com.acme.Foo::bar", .jvm) == "com.acme.Foo.bar")
    #expect(name("com.acme.Foo.access$000", .jvm) == "access$000")
    #expect(name("com.acme.Foo.<init>", .jvm) == "Foo")
    #expect(name("com.acme.Foo.lambda$new$0", .jvm) == "Foo")
    #expect(name("com.acme.Foo.take$default", .jvm) == "take")
  }
}
