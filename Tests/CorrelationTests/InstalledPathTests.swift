import Cache
import Testing

@testable import Correlation

@Suite struct InstalledPathTests {
  private func own(
    _ path: String, _ language: Symptom.Language = .python, of project: String = "acme/shop"
  ) -> String? {
    InstalledPath.own(path, language, of: Array(project.utf8).split(separator: 0x2F)).map {
      $0.map(\.text).joined(separator: "/")
    }
  }

  @Test(arguments: [
    ("/opt/venv/lib/python3.11/site-packages/shop/cart.py", "shop/cart.py"),
    (#"C:\Python39\Lib\site-packages\shop\cart.py"#, "shop/cart.py"),
    ("/usr/lib/python3/dist-packages/shop/cart.py", "shop/cart.py"),
    ("/usr/lib/python3/dist-packages/shop-1.2-py3.11.egg/shop/cart.py", "shop/cart.py"),
    ("/nix/store/0a1b-shop/lib/python3.11/site-packages/shop/a/b.py", "shop/a/b.py"),
  ])
  func `what lies in a folder of packages may be the project's`(path: String, rest: String) {
    #expect(own(path) == rest)
  }

  @Test(arguments: [
    ("/go/pkg/mod/gitlab.com/acme/shop@v1.4.0/cart/cart.go", Symptom.Language.go, "cart/cart.go"),
    ("/usr/share/gocode/src/gitlab.com/acme/shop/main.go", .go, "main.go"),
    ("/app/node_modules/shop/src/cart.js", .javaScript, "src/cart.js"),
    ("/app/node_modules/@acme/shop/src/cart.js", .javaScript, "src/cart.js"),
    ("/usr/local/bundle/gems/shop-2.0.1/lib/cart.rb", .ruby, "lib/cart.rb"),
    ("/src/.build/checkouts/shop/Sources/Cart.swift", .swift, "Sources/Cart.swift"),
    ("org/apache/shop/Cart.java", .jvm, "org/apache/shop/Cart.java"),
  ])
  func `a package of the project's name is the project`(
    path: String, language: Symptom.Language, rest: String
  ) {
    #expect(own(path, language) == rest)
  }

  @Test(arguments: [
    ("/opt/venv/lib/python3.11/site-packages/six.py", Symptom.Language.python),
    ("/usr/lib/python3.11/json/decoder.py", .python),
    ("/app/node_modules/express/lib/router/index.js", .javaScript),
    ("/app/node_modules/shopping/lib/index.js", .javaScript),
    ("/usr/local/bundle/gems/shop-tools-1.0/lib/cart.rb", .ruby),
    ("/go/pkg/mod/github.com/other/shop@v1.0.0/cart.go", .go),
    ("/app/node_modules", .javaScript), ("/app/node_modules/@acme", .javaScript),
    ("/go/pkg/mod/gitlab.com/acme/shop", .go),
  ])
  func `what is another's is none`(path: String, language: Symptom.Language) {
    #expect(own(path, language) == nil)
  }

  @Test func `an installed project is looked at, and what it only calls is not`() throws {
    let fixture = try AnalyzerFixture()
    let code = { (value: Int) in "def take(order):\n    amount = \(value)\n    return amount\n" }
    try fixture.commit(["shop/cart.py": code(1), "shop/io.py": code(1)])
    let culprit = try fixture.merge("Take two", ["shop/cart.py": code(2)])
    try fixture.merge("Io", ["shop/io.py": code(2)])
    let trace = """
      Traceback (most recent call last):
        File "/opt/venv/lib/python3.11/site-packages/shop/cart.py", line 2, in take
        File "/opt/venv/lib/python3.11/site-packages/django/io.py", line 2, in take
      TypeError: x
      """
    let answer = try fixture.analyze(trace)
    #expect(answer.hasGoodSuspect)
    #expect(answer.suspects.first?.mergeRequest.iid == culprit)
    #expect(answer.suspects.first?.evidence.contains { $0.kind == "nearCrash" } == true)
  }
}
