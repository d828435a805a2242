import Testing

@testable import Correlation

@Suite struct PathIndexTests {
  private let index = PathIndex([
    "src/pool/pool.c", "src/server/pool.c", "src/pool/pool.h", "lib/acme/pool.py",
    "lib/acme/__init__.py", "lib/acme/web/__init__.py", "backend/src/main/java/com/acme/Pool.java",
    "backend/src/main/kotlin/pool/Server.kt", "web/src/index.ts", "web/src/pool/index.ts",
    "web/src/view.tsx", "pkg/pool/pool.go", "main.go", "crates/core/src/mod.rs",
    "js/ui/main.js", "README.md", "cmd/main.go", "Docs/Guide.md",
  ])

  private func best(_ path: String) -> String? { index.matches(path).first?.path }

  @Test(arguments: [
    ("/builds/acme/server/src/pool/pool.c", "src/pool/pool.c"),
    ("../src/server/pool.c", "src/server/pool.c"),
    ("./src/pool/pool.h", "src/pool/pool.h"),
    ("C:\\build\\acme\\src\\pool\\pool.c", "src/pool/pool.c"),
    ("a/src/pool/pool.h", "src/pool/pool.h"),
    ("/usr/src/app/lib/acme/pool.py", "lib/acme/pool.py"),
    ("com/acme/Pool.java", "backend/src/main/java/com/acme/Pool.java"),
    ("com/acme/pool/Server.kt", "backend/src/main/kotlin/pool/Server.kt"),
    ("app.jar!/BOOT-INF/classes!/com/acme/Pool.class", "backend/src/main/java/com/acme/Pool.java"),
    ("webpack:///./src/view.tsx?1a2b", "web/src/view.tsx"),
    ("webpack-internal:///(rsc)/./src/view.tsx", "web/src/view.tsx"),
    ("file:///srv/web/src/view.tsx", "web/src/view.tsx"),
    ("https://acme.example/web/src/view.tsx", "web/src/view.tsx"),
    ("/app/web/dist/view.js", "web/src/view.tsx"),
    ("resource:///org/gnome/shell/ui/main.js", "js/ui/main.js"),
    ("gitlab.com/acme/server/pkg/pool/pool.go", "pkg/pool/pool.go"),
    ("/go/pkg/mod/gitlab.com/acme/server@v1.2.3/pkg/pool/pool.go", "pkg/pool/pool.go"),
    ("docs/guide.md", "Docs/Guide.md"),
    ("src/pool/../server/pool.c", "src/server/pool.c"),
    ("/builds/acme/server/main.go", "main.go"),
    ("acme.pool", "lib/acme/pool.py"),
    ("acme.web", "lib/acme/web/__init__.py"),
    ("com.acme.Pool", "backend/src/main/java/com/acme/Pool.java"),
    ("com.acme.Pool.take", "backend/src/main/java/com/acme/Pool.java"),
    ("view%2Etsx", "web/src/view.tsx"),
  ])
  func `a path from elsewhere is mapped`(path: String, file: String) {
    #expect(best(path) == file)
  }

  @Test func `letters of another case in a folder are no reason to take another file`() {
    let index = PathIndex([
      "src/gateway/PaymentService.java", "src/ledger/PaymentService.java",
    ])
    #expect(
      index.matches("C:\\build\\src\\Gateway\\PaymentService.java").map(\.path)
        == ["src/gateway/PaymentService.java"])
    #expect(
      index.matches("x/ledger/paymentservice.java").map(\.path)
        == ["src/ledger/PaymentService.java"])
  }

  @Test func `a file name alone means all files of that name`() {
    let matches = index.matches("pool.c")
    #expect(matches.map(\.path) == ["src/pool/pool.c", "src/server/pool.c"])
    #expect(matches.map(\.weight) == [0.5, 0.5])
    #expect(matches.map(\.suffixLength) == [1, 1])
  }

  @Test func `a sure place weighs 1, one against its folders little`() throws {
    let sure = try #require(index.matches("/builds/x/src/pool/pool.c").first)
    #expect(sure.weight == 1)
    #expect(sure.suffixLength == 3)
    let unsure = index.matches("../sysdeps/unix/pool.c")
    #expect(unsure.count == 2)
    #expect(unsure.reduce(0) { $0 + $1.weight } < 0.5)
    let common = index.matches("index.ts")
    #expect(common.count == 2)
    #expect(common.reduce(0) { $0 + $1.weight } < 0.3)
    let otherCase = try #require(index.matches("SRC/POOL/POOL.C").first)
    #expect(otherCase.weight < 1)
  }

  @Test func `what is not there has no match`() {
    #expect(index.matches("").isEmpty)
    #expect(index.matches("///").isEmpty)
    #expect(index.matches("../..").isEmpty)
    #expect(index.matches("/usr/include/stdio.h").isEmpty)
    #expect(PathIndex([String]()).matches("a.c").isEmpty)
  }

  @Test func `many files of a name are bounded`() {
    let many = PathIndex((0..<5_000).map { "packages/p\($0)/widget.ts" })
    let matches = many.matches("widget.ts")
    #expect(matches.count == 16)
    #expect(matches.reduce(0) { $0 + $1.weight } < 0.01)
    #expect(many.matches("/x/p77/widget.ts").map(\.path) == ["packages/p77/widget.ts"])
  }

  @Test func `paths that are no UTF-8 are kept`() {
    let index = PathIndex([[0x61, 0x2F, 0xFF, 0x2E, 0x63], Array("a/b.c".utf8)])
    #expect(index.count == 2)
    #expect(index.matches("b.c").first?.index == 1)
  }
}
