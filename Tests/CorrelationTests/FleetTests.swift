import Cache
import Testing

@testable import Correlation

/// Services that are built alike.
@Suite struct FleetTests {
  private let cart: AnalyzerFixture
  private let pool: AnalyzerFixture

  init() throws {
    cart = try AnalyzerFixture("acme/cart", id: 1)
    pool = try AnalyzerFixture("acme/pool", id: 2)
    for (service, function) in [(cart, "take"), (pool, "give")] {
      try service.commit(["src/main.py": Self.code(function, "1"), "README": "x\n"])
    }
  }

  private static func code(_ function: String, _ value: String, shared: String = "run") -> String {
    "def \(function)(order):\n    amount = \(value)\n    return amount\n\n\n"
      + "def \(shared)(order):\n    total = \(value)\n    return total\n"
  }

  private func trace(_ path: String, _ line: Int, _ function: String) -> String {
    """
    Traceback (most recent call last):
      File "\(path)", line \(line), in \(function)
    TypeError: x
    """
  }

  private func top(_ analysis: Analysis) -> [String?] {
    [analysis.suspects.first?.repository, analysis.suspects.first?.mergeRequest.title]
  }

  @Test func `the one whose file has the function is meant`() throws {
    try cart.merge("Take two", ["src/main.py": Self.code("take", "2")])
    for value in 3..<6 {
      try pool.merge("Give \(value)", ["src/main.py": Self.code("give", "\(value)")])
    }
    let analysis = try cart.analyze(trace("/app/src/main.py", 2, "take"), with: [pool])
    #expect(analysis.candidates == 4)
    #expect(top(analysis) == ["acme/cart", "Take two"])
    let alone = try cart.analyze(trace("/app/src/main.py", 2, "take"))
    let both = try #require(analysis.suspects.first?.confidence)
    #expect(try #require(alone.suspects.first?.confidence) - both < 0.1)
  }

  @Test func `a line that others have, too, is of the one with the function`() throws {
    for (service, function) in [(cart, "take"), (pool, "give")] {
      try service.merge("Two", ["src/main.py": Self.code(function, "2")])
    }
    try pool.merge("Readme", ["README": "y\n"])
    let symptom = """
      Traceback (most recent call last):
        File "/app/src/main.py", line 3, in take
          amount = 2
      TypeError: x
      """
    #expect(top(try pool.analyze(symptom, with: [cart])) == ["acme/cart", "Two"])
  }

  @Test func `the one that the path names is meant`() throws {
    for service in [cart, pool] {
      try service.merge("Two", ["src/main.py": Self.code("take", "2")])
    }
    for path in ["/srv/pool/src/main.py", "/builds/acme/pool/src/main.py"] {
      #expect(top(try cart.analyze(trace(path, 7, "run"), with: [pool])) == ["acme/pool", "Two"])
    }
    let cart = try cart.analyze(trace("/srv/cart/src/main.py", 7, "run"), with: [pool])
    #expect(top(cart) == ["acme/cart", "Two"])
  }

  @Test func `a trace may go through several`() throws {
    let library = try AnalyzerFixture("acme/money", id: 3)
    try library.commit(["money/round.py": Self.code("up", "1", shared: "down")])
    try library.merge("Round", ["money/round.py": Self.code("up", "2", shared: "down")])
    try cart.merge("Readme", ["README": "y\n"])
    let symptom = """
      Traceback (most recent call last):
        File "/app/src/main.py", line 7, in run
        File "/app/src/main.py", line 2, in take
        File "/opt/acme/money/round.py", line 2, in up
      TypeError: x
      """
    #expect(
      top(try cart.analyze(symptom, with: [pool, library])) == ["acme/money", "Round"])
  }

  private func place(
    _ frame: Int?, mention: Int? = nil, confirmed: Int = 0, agreement: Int = 2
  ) -> Place {
    var place = Place(FileMatch(path: [0x61], weight: 1, agreement: agreement))
    (place.frame, place.mention, place.confirmation) = (frame, mention, confirmed)
    return place
  }

  @Test func `where no place tells, all are as likely`() {
    #expect(FrameOwners.logarithms([[], [], []]) == [0, 0, 0])
    #expect(FrameOwners.logarithms([[place(0)], [place(0)]]) == [0, 0])
    #expect(FrameOwners.logarithms([[place(nil, mention: 3)]]) == [0])
    #expect(FrameOwners.logarithms([]) == [])
  }

  @Test func `what is confirmed, or agrees longer, is likelier`() throws {
    let confirmed = FrameOwners.logarithms([
      [place(0, confirmed: -1)], [place(0, confirmed: 1)], [], [place(0)],
    ])
    #expect(confirmed[1] == 0)
    #expect(confirmed[3] < 0 && confirmed[0] < confirmed[3])
    #expect(confirmed[2] < -4 && confirmed[2].isFinite)
    let longer = FrameOwners.logarithms([[place(0, agreement: 4)], [place(0)]])
    #expect(longer[0] == 0 && longer[1] < -1)
  }
}
