import Testing

@testable import Correlation

@Suite struct DotNetTraceTests {
  @Test func `files and lines are read`() {
    let symptom = Symptom.parse(
      """
      Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.
         at Acme.Pool`1.Take(Int32 count, String name) in /src/Acme/Pool.cs:line 42
         at Acme.Server.<RunAsync>d__5.MoveNext() in C:\\build\\Acme\\Server.cs:line 12
      --- End of stack trace from previous location ---
         at System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw()
         at Acme.Program.<>c__DisplayClass1_0.<Main>b__0(String[] args)
      """)
    #expect(
      calls(symptom) == [
        "Acme.Pool.Take /src/Acme/Pool.cs:42", "Acme.Server.RunAsync C:\\build\\Acme\\Server.cs:12",
        "System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw -", "Acme.Program.Main -",
      ])
    #expect(symptom.frames.map(\.isInApp) == [true, true, false, nil])
    #expect(symptom.traces.first?.exceptionType == "System.NullReferenceException")
    #expect(symptom.traces.count == 1)
  }

  @Test func `the inner exception is the root`() {
    let symptom = Symptom.parse(
      """
      System.InvalidOperationException: outer
       ---> Acme.MiddleException: middle
       ---> System.IO.IOException: inner
         at Acme.Disk.Read() in /src/Disk.cs:line 3
         --- End of inner exception stack trace ---
         at Acme.Store.Load() in /src/Store.cs:line 5
         --- End of inner exception stack trace ---
         at Acme.Program.Main() in /src/Program.cs:line 7
      """)
    #expect(
      symptom.traces.map(\.exceptionType) == [
        "System.IO.IOException", "Acme.MiddleException", "System.InvalidOperationException",
      ])
    #expect(symptom.traces.map(\.isRootCause) == [true, false, false])
    #expect(Set(symptom.traces.map(\.chain)).count == 1)
    #expect(crash(symptom)?.path == "/src/Disk.cs")
  }

  @Test(arguments: ["", "\nnext try ---> soon"])
  func `headers on one line are read, also where an arrow stands below`(line: String) {
    let symptom = Symptom.parse(
      """
      System.AggregateException: One or more errors occurred. (x) ---> System.TimeoutException: late\(line)
         at Acme.Net.Call() in /src/Net.cs:line 9
         --- End of inner exception stack trace ---
         at Acme.Program.Main() in /src/Program.cs:line 2
      """)
    #expect(
      symptom.traces.map(\.exceptionType) == [
        "System.TimeoutException", "System.AggregateException",
      ])
    #expect(symptom.traces.map(\.isRootCause) == [true, false])
  }

  @Test func `an exception in a log line is read`() {
    let symptom = Symptom.parse(
      """
      fail: Acme.Web[0]
            An unhandled exception has occurred while executing the request.
            System.ArgumentException: bad id
               at Acme.Web.PoolController.Get(Int32 id) in /src/Web/PoolController.cs:line 17
               at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute()
      """)
    #expect(calls(symptom).first == "Acme.Web.PoolController.Get /src/Web/PoolController.cs:17")
    #expect(symptom.traces.first?.exceptionType == "System.ArgumentException")
    #expect(symptom.frames.last?.isInApp == false)
  }

  @Test func `generic and local functions are read`() {
    let symptom = Symptom.parse(
      """
      Acme.FooException: x
         at Acme.Map`2.Get[TKey,TValue](TKey key)
         at Acme.Job.<Run>g__Inner|3_0() in /src/Job.cs:line 1
         at Acme.Job..ctor(Int32 a) in /src/Job.cs:line 2
      """)
    #expect(
      calls(symptom) == [
        "Acme.Map.Get -", "Acme.Job.Inner /src/Job.cs:1", "Acme.Job /src/Job.cs:2",
      ])
  }

  @Test func `names are plain`() {
    #expect(qualified("Acme.Pool.<TakeAsync>d__5.MoveNext()", .dotNet) == "Acme.Pool.TakeAsync")
    #expect(qualified("Acme.Pool.get_Size()", .dotNet) == "Acme.Pool.Size")
    #expect(qualified("Acme.Pool`1.Take[T](T x)", .dotNet) == "Acme.Pool.Take")
    #expect(qualified("Program.<Main>$(String[] args)", .dotNet) == "Program.Main")
  }
}
