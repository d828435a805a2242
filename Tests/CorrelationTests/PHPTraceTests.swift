import Testing

@testable import Correlation

@Suite struct PHPTraceTests {
  @Test func `a call's place belongs to the function of the next line`() {
    let symptom = Symptom.parse(
      """
      PHP Fatal error:  Uncaught Acme\\PoolException: empty in /app/src/Pool.php:12
      Stack trace:
      #0 /app/src/Server.php(30): Acme\\Pool->take(1, Object(Acme\\Item))
      #1 [internal function]: Acme\\Server->{closure}('a')
      #2 /app/vendor/acme/router/Router.php(8): array_map(Object(Closure), Array)
      #3 /app/public/index.php(5): Acme\\Router::run()
      #4 {main}
        thrown in /app/src/Pool.php on line 12
      """)
    #expect(
      calls(symptom) == [
        "Acme::Pool::take /app/src/Pool.php:12", "- /app/src/Server.php:30", "array_map -",
        "Acme::Router::run /app/vendor/acme/router/Router.php:8", "- /app/public/index.php:5",
      ])
    #expect(symptom.frames.map(\.isInApp) == [true, true, false, false, true])
    #expect(symptom.traces.first?.exceptionType == "Acme\\PoolException")
    #expect(symptom.traces.first?.message == "empty")
    #expect(symptom.frames.map(\.depth) == [0, 1, 2, 3, 4])
  }

  @Test func `of previous exceptions the first printed is the root`() {
    let symptom = Symptom.parse(
      """
      PHP Fatal error:  Uncaught PDOException: gone away in /app/src/Db.php:7
      Stack trace:
      #0 /app/src/Pool.php(3): Acme\\Db->query('select')
      #1 {main}

      Next Acme\\PoolException: cannot take in /app/src/Pool.php:5
      Stack trace:
      #0 /app/index.php(2): Acme\\Pool->take()
      #1 {main}
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["PDOException", "Acme\\PoolException"])
    #expect(symptom.traces.map(\.isRootCause) == [true, false])
    #expect(Set(symptom.traces.map(\.chain)).count == 1)
    #expect(calls(symptom).first == "Acme::Db::query /app/src/Db.php:7")
  }

  @Test func `Laravel's log is read`() {
    let symptom = Symptom.parse(
      """
      [2024-05-02 10:11:12] production.ERROR: Undefined variable $x {"exception":"[object] (ErrorException(code: 0): Undefined variable $x at /app/app/Http/PoolController.php:21)
      [stacktrace]
      #0 /app/vendor/laravel/framework/src/Foundation/Bootstrap.php(256): Illuminate\\Foundation->handleError(2)
      #1 /app/routes/web.php(7): App\\Http\\PoolController->show()
      #2 {main}

      [previous exception] [object] (TypeError(code: 0): bad argument at /app/app/Pool.php:3)
      [stacktrace]
      #0 /app/app/Http/PoolController.php(20): App\\Pool->take()
      #1 {main}
      "}
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["ErrorException", "TypeError"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true])
    #expect(calls(symptom, 1).first == "App::Pool::take /app/app/Pool.php:3")
  }

  @Test func `a list of calls without a header is read`() {
    let symptom = Symptom.parse(
      """
      #0 /app/src/Server.php(30): Acme\\Pool->take(1)
      #1 /app/index.php(5): Acme\\Server->run()
      #2 {main}
      """)
    #expect(
      calls(symptom) == [
        "Acme::Pool::take -", "Acme::Server::run /app/src/Server.php:30", "- /app/index.php:5",
      ])
  }

  @Test func `warnings name their place`() {
    let symptom = Symptom.parse(
      "PHP Warning:  Undefined array key 3 in /app/src/Pool.php on line 9")
    #expect(calls(symptom) == ["- /app/src/Pool.php:9"])
    #expect(symptom.traces.first?.exceptionType == "Warning")
    #expect(symptom.traces.first?.message == "Undefined array key 3")
  }

  @Test func `names of methods and closures are plain`() {
    #expect(qualified("App\\Foo->bar()", .php) == "App::Foo::bar")
    #expect(qualified("App\\Foo::bar()", .php) == "App::Foo::bar")
    #expect(name("{closure:App\\Foo::bar():12}", .php) == "bar")
    #expect(name("App\\Foo->App\\{closure}()", .php) == nil)
    #expect(name("require_once('/a.php')", .php) == nil)
  }
}
