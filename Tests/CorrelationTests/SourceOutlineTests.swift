import TestSupport
import Testing

@testable import SourceCode

@Suite struct SourceOutlineTests {
  private func names(_ text: String, _ language: SourceLanguage) -> [String] {
    SourceOutline(text, language: language).functions.map {
      "\($0.name) \($0.lines.lowerBound)-\($0.lines.upperBound - 1)"
    }
  }

  @Test func `C functions keep their place through conditions, initializers and GNU style`() {
    let text = """
      G_DEFINE_TYPE (Pool, pool, G_TYPE_OBJECT)

      static const struct ops ops = { .take = pool_take };

      /* pool_free () { */
      static int
      pool_take (Pool *pool,
                 int   size)
      {
        for (;;) { if (size) { break; } }
      #ifdef FAST
        if (pool) {
      #else
        if (!pool) {
      #endif
          return '{';
        }
        return 0;
      }

      void pool_free (Pool *pool) { g_free (pool); }
      """
    #expect(names(text, .c) == ["pool_take 5-18", "pool_free 20-20"])
  }

  @Test func `C++ methods, constructors with initializers and operators are found in classes`() {
    let text = """
      namespace acme {
      class Pool : public Base {
        Pool(int size) : Base(size), size_{size} { }
        int size() const noexcept { return size_; }
      };
      template <class T> T Pool::take(T value) { return value; }
      bool operator==(const Pool &a, const Pool &b) { return true; }
      }
      """
    #expect(names(text, .cPlusPlus) == ["Pool 2-2", "size 3-3", "take 5-5", "operator 6-6"])
  }

  @Test func `Go methods and functions are found, closures belong to them`() {
    let text = """
      type Pool struct {
      \tsize int
      }

      func (p *Pool) Take(n int) (int, error) {
      \tgo func() {
      \t\tp.size++
      \t}()
      \treturn `}`, nil
      }

      func New() *Pool { return &Pool{} }
      """
    #expect(names(text, .go) == ["Take 4-9", "New 11-11"])
  }

  @Test func `JavaScript functions in their many forms are found`() {
    let text = """
      class Pool {
        async take(size) {
          return items.map(x => { return x; });
        }
      }
      const free = async (item) => {
        if (/[/{]/.test(item)) { return `${item} }`; }
      };
      function make() {
      }
      export const helper = function () { };
      """
    #expect(names(text, .javaScript) == ["take 1-3", "free 5-7", "make 8-9", "helper 10-10"])
  }

  @Test func `Java, C#, Kotlin, Rust, Swift, PHP and Vala functions are found`() {
    #expect(
      names("class A {\n  @Test(x)\n  void run() throws E {\n  }\n  A() {\n  }\n}", .java)
        == ["run 1-3", "A 4-5"])
    #expect(
      names(
        "class A {\n  public int Size {\n get { return 1; } }\n  void Run<T>(T t) where T : B {\n  }\n}",
        .cSharp)
        == ["Size 1-2", "Run 3-4"])
    #expect(
      names("class A(val x: Int) {\n  fun <T> Pool.take(n: Int): T {\n  }\n}", .kotlin) == [
        "take 1-2"
      ])
    #expect(
      names("impl<'a> Pool<'a> {\n  pub fn take(&self) -> char {\n    '{'\n  }\n}", .rust) == [
        "take 1-3"
      ])
    #expect(
      names(
        "struct A {\n  var size: Int {\n    1\n  }\n  init?(x: Int) {\n  }\n  func f() {\n let s = \"\\(g(\"}\"))\"\n  }\n}",
        .swift)
        == ["size 1-3", "init 4-5", "f 6-8"])
    #expect(
      names("<?php\nclass A {\n  # {\n  public function run($x) {\n  }\n}", .php) == ["run 3-4"])
    #expect(
      names("public class A : B {\n  public int take (int n) throws E {\n  }\n}", .vala) == [
        "take 1-2"
      ])
  }

  @Test func `Python and Ruby methods end with their indentation`() {
    let python = """
      class Pool:
          @cached
          def take(self,
      size=1):
              \"\"\"def no():\"\"\"
              def inner():
                  pass
              return 1

          async def free(self): pass
      x = 1
      """
    #expect(names(python, .python) == ["take 1-7", "inner 5-6", "free 9-9"])
    let ruby = """
      class Pool
        def take(size)
          text = <<~SQL
        end
          SQL
          items.each do |x|
          end
        end
        def self.free? = true
      end
      """
    #expect(names(ruby, .ruby) == ["take 1-7", "free? 8-8"])
  }

  @Test func `a line behind many inner functions is of the outer one`() {
    let inner = (0..<70).map { "  function inner\($0)() {\n  }\n" }.joined()
    let outline = SourceOutline(
      "function outer() {\n\(inner)  start();\n}\nstop();\n", language: .javaScript)
    #expect(outline.function(at: 140)?.name == "inner69")
    #expect(outline.function(at: 141)?.name == "outer")
    #expect(outline.function(at: 142)?.name == "outer")
    #expect(outline.function(at: 143) == nil)
  }

  @Test func `a long name is cut between its letters`() {
    let long = "a" + String(repeating: "ü", count: 150)
    let cut = "a" + String(repeating: "ü", count: 99)
    #expect(names("int \(long)(int b)\n{\n}", .c) == ["\(cut) 0-2"])
    #expect(names("def \(long)(b):\n  pass", .python) == ["\(cut) 0-1"])
    #expect(names("def \(long)\nend", .ruby) == ["\(cut) 0-1"])
  }

  @Test func `comments and blank lines hold no code`() {
    let outline = SourceOutline("// a\n\n/* b\n c */ int x;\n\"/*\";\n", language: .c)
    #expect(outline.holdsCode == [false, false, false, true, true])
  }

  @Test func `any bytes are read without a crash, and every function lies in the file`() {
    var generator = SeededGenerator(seed: 7)
    let pieces: [[UInt8]] = [
      "{", "}", "(", ")", "[", "]", ";", "\n", "\"", "'", "`", "/*", "*/", "//", "#if\n", "#else\n",
      "#endif\n", "func f", "def g", "class C", "fn h", "=>", "::", "\\", "${", "R\"x(", "r#\"",
      "\"\"\"", "end\n", "  ", "=", ",", "<", ">", "\u{e9}", "function", "init", "<<~SQL\n",
    ].map { Array($0.utf8) }
    for language in SourceLanguage.allCases {
      for _ in 0..<60 {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0..<300, using: &generator) {
          bytes += pieces.randomElement(using: &generator) ?? []
          if Int.random(in: 0..<20, using: &generator) == 0 {
            bytes.append(UInt8.random(in: 0...255, using: &generator))
          }
        }
        let outline = SourceOutline(bytes.span, language: language)
        let newlines = bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        #expect(outline.holdsCode.count <= newlines + 1)
        #expect(outline.functions.allSatisfy { $0.lines.upperBound <= newlines + 2 })
        for line in -1...newlines + 2 {
          let innermost = outline.functions.last { $0.lines.contains(line) }
          #expect(outline.function(at: line) == innermost)
        }
      }
    }
  }

  @Test func `brackets are closed without a look at what stands before them`() {
    let pairs = String(repeating: "(1),", count: 500_000)
    #expect(names("a = \(pairs)1;\nint f (int b)\n{\n}", .c) == ["f 1-3"])
    #expect(names("a ([(1), (2)], ((3), [4]));\nint f ((a), [b])\n{\n}", .c) == ["f 1-3"])
  }

  @Test func `both branches of a condition begin with what was open at it`() {
    let bodies = """
      int pool_take (Pool *pool)
      #ifdef FAST
      { return 1; }
      #elif SAFE
      # if SAFER
      { return 2; }
      # endif
      #else
      { return 3; }
      #endif
      int pool_free (Pool *pool)
      {
      }
      """
    #expect(
      names(bodies, .c) == [
        "pool_take 0-8", "pool_take 0-5", "pool_take 0-2", "pool_free 10-12",
      ])
  }

  @Test func `conditions cost what is said in them, and not what was open before`() {
    let open = String(repeating: "a ", count: 19_000)
    let end = ";\nint f (int b)\n{\n}\n"
    for text in [
      "#if\n" + String(repeating: "#else\na\n", count: 100_000) + "#endif\n",
      String(repeating: "#if\na\n#endif\n", count: 60_000),
      "#if\n" + String(repeating: "#else\n;\na\n", count: 60_000) + "#endif\n",
    ] {
      let outline = SourceOutline(open + text + end, language: .c)
      #expect(outline.functions.map(\.name) == ["f"])
      #expect(outline.functions.first?.lines.count == 3)
    }
  }

  @Test func `what stands before a brace is read once, however deep the brace and long the words`()
  {
    let word = String(repeating: "a", count: 1_000_000)
    let deep = String(repeating: "{\n", count: 1_900)
    #expect(
      names("(\(word)\(String(repeating: "{}", count: 50_000))", .cPlusPlus).isEmpty)
    #expect(names("\(deep)\(String(repeating: "a{}", count: 20_000))", .java).isEmpty)
    for mark in [":,", ">()"] {
      let marks = String(repeating: mark, count: 200)
      #expect(names("(\(marks)\(String(repeating: "{}", count: 200))", .cPlusPlus).isEmpty)
    }
  }

  @Test func `type parameters stand between a name and its parameters`() {
    let text = """
      template <class T> std::map<A, std::list<B>> Pool::take<A<B>, C>(T value) {
      }
      Pool::Pool(int size) : Base<A>(size) {
      }
      """
    #expect(names(text, .cPlusPlus) == ["take 0-1", "Pool 2-3"])
  }

  @Test func `a stack goes back to what it held`() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      var stack = BranchedStack<Int>()
      var (model, saved): ([Int], [[Int]]) = ([], [])
      for step in 0..<200 {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0:
          stack.beginBranch()
          saved.append(model)
        case 1:
          stack.restore()
          model = saved.last ?? model
        case 2:
          stack.endBranch()
          _ = saved.popLast()
        case 3, 4:
          let count = Int.random(in: 0...model.count, using: &generator)
          stack.truncate(to: count)
          model.removeSubrange(count...)
        case 5: #expect(stack.popLast() == model.popLast())
        default:
          stack.append(step)
          model.append(step)
        }
        #expect(stack.elements == model)
      }
    }
  }

  @Test func `identifiers are split as people read them`() {
    #expect(
      CodeTokens.all(in: Array("takeFromPool HTTPServer max_size_2 12 deadbeef1 a".utf8))
        == [
          "take", "from", "pool", "takefrompool", "http", "server", "httpserver", "max", "size",
          "maxsize2",
        ])
  }
}
