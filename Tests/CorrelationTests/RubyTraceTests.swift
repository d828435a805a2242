import Testing

@testable import Correlation

@Suite struct RubyTraceTests {
  @Test func `a backtrace with its cause below is a chain`() {
    let symptom = Symptom.parse(
      """
      /app/lib/acme/pool.rb:12:in `take': cannot take (Acme::PoolError)
      \tfrom /app/lib/acme/server.rb:30:in `block in run'
      \tfrom /usr/local/bundle/gems/rack-2.2.8/lib/rack/server.rb:327:in `start'
      \tfrom bin/acme:5:in `<main>'
      /app/lib/acme/store.rb:7:in `fetch': key not found: :a (KeyError)
      \tfrom /app/lib/acme/pool.rb:10:in `rescue in take'
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["Acme::PoolError", "KeyError"])
    #expect(symptom.traces.map(\.isRootCause) == [false, true])
    #expect(
      calls(symptom) == [
        "take /app/lib/acme/pool.rb:12", "run /app/lib/acme/server.rb:30",
        "start /usr/local/bundle/gems/rack-2.2.8/lib/rack/server.rb:327", "- bin/acme:5",
      ])
    #expect(symptom.frames.prefix(4).map(\.isInApp) == [true, true, false, true])
    #expect(symptom.traces.last?.message == "key not found: :a")
  }

  @Test func `the reversed order of a terminal is read`() {
    let symptom = Symptom.parse(
      """
      Traceback (most recent call last):
      \t2: from bin/acme:9:in `<main>'
      \t1: from lib/acme/server.rb:4:in `run'
      lib/acme/pool.rb:12:in `take': undefined method `x' for nil:NilClass (NoMethodError)
      """)
    #expect(symptom.traces.count == 1)
    #expect(
      calls(symptom) == ["- bin/acme:9", "run lib/acme/server.rb:4", "take lib/acme/pool.rb:12"])
    #expect(symptom.frames.map(\.depth) == [2, 1, 0])
    #expect(symptom.traces.first?.exceptionType == "NoMethodError")
  }

  @Test func `the quotes and names of Ruby 3.4 are read`() {
    let symptom = Symptom.parse(
      """
      lib/acme/pool.rb:12:in 'Acme::Pool#take': no such item (IndexError)
      \tfrom lib/acme/pool.rb:9:in 'block (2 levels) in Acme::Pool.open'
      \tfrom <internal:kernel>:168:in 'Kernel#loop'
      """)
    #expect(
      calls(symptom) == [
        "Acme::Pool::take lib/acme/pool.rb:12", "Acme::Pool::open lib/acme/pool.rb:9",
        "Kernel::loop <internal:kernel>:168",
      ])
    #expect(symptom.frames.map(\.isInApp) == [true, true, false])
  }

  @Test func `Rails' log is read`() {
    let symptom = Symptom.parse(
      """
      F, [2024-05-02T10:11:12.345678 #123] FATAL -- : [abc] NoMethodError (undefined method `take' for nil):
      F, [2024-05-02T10:11:12.345679 #123] FATAL -- :   
      F, [2024-05-02T10:11:12.345680 #123] FATAL -- : [abc] app/models/pool.rb:12:in `take'
      [abc] app/controllers/pools_controller.rb:5:in `show'
      """)
    #expect(
      calls(symptom).last?.hasSuffix("app/controllers/pools_controller.rb:5") == true)
    #expect(symptom.identifiers.contains { $0.text == "NoMethodError" })
  }

  @Test func `Rails' exception page is read`() {
    let symptom = Symptom.parse(
      """
      ActionView::Template::Error (undefined method 'name' for nil):

      app/views/pools/show.html.erb:3:in '_app_views_pools_show_html_erb___123_456'
      app/controllers/pools_controller.rb:12:in 'PoolsController#show'

      Causes:
      NoMethodError (undefined method 'name' for nil)
      """)
    #expect(symptom.traces.first?.exceptionType == "ActionView::Template::Error")
    #expect(
      calls(symptom) == [
        "- app/views/pools/show.html.erb:3",
        "PoolsController::show app/controllers/pools_controller.rb:12",
      ])
  }

  @Test func `frames without lines are frames`() {
    let symptom = Symptom.parse(
      """
      lib/acme/pool.rb:in `take': undefined method `x' for nil:NilClass (NoMethodError)
      \tfrom lib/acme/server.rb:?:in `run'
      \tfrom bin/acme:5:in `<main>'
      """)
    #expect(symptom.traces.map(\.exceptionType) == ["NoMethodError"])
    #expect(symptom.frames.map(\.path) == ["lib/acme/pool.rb", "lib/acme/server.rb", "bin/acme"])
    #expect(symptom.frames.map(\.line) == [nil, nil, 5])
    #expect(symptom.frames.map { $0.function?.name } == ["take", "run", nil])
  }

  @Test func `names are those around blocks`() {
    #expect(name("block (2 levels) in take", .ruby) == "take")
    #expect(name("rescue in block in Acme::Pool#take", .ruby) == "take")
    #expect(name("<top (required)>", .ruby) == nil)
    #expect(name("<class:Pool>", .ruby) == nil)
    #expect(qualified("Acme::Pool.open", .ruby) == "Acme::Pool::open")
    #expect(name("empty?", .ruby) == "empty?")
  }
}
