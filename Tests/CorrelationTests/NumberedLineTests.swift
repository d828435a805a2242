import Testing

@testable import Correlation

/// Lines that begin with a number: frames of debuggers, and what is none.
@Suite struct NumberedLineTests {
  @Test(arguments: [
    "#1234 crash in huff_decode_block since yesterday", "#12 huff_decode_block is slow",
    "1   huff_decode_block   0x1234 crashes",
    "#7 crash (huff_decode_block, 12)", "#7 huff_decode_block (again)",
    "#8 fixed huff_decode_block from upstream", "#9 see huff_decode_block at noon",
    "Closes #1234 crash in huff_decode_block (native/codec/src/huff.c)\nCloses #1235 slow decoding",
    "Test #1: huff_decode_block fails, see src/huff.c\nTest #2: passes",
    "#14 12.34 huff_decode_block undefined in the codec",
  ])
  func `a sentence behind a number is prose`(text: String) {
    let symptom = Symptom.parse(text)
    #expect(symptom.frames.isEmpty)
    #expect(symptom.identifiers.contains { $0.text == "huff_decode_block" })
    #expect(symptom.paths.map(\.path) == text.paths)
  }

  @Test(arguments: [
    ("#0  main () at src/main.c:3", "main src/main.c:3"),
    ("#0  take (n=1)", "take -"), ("#0 acme_take", "acme_take -"),
    ("#1 0x4f in take src/pool.c:12:3", "take src/pool.c:12"),
    ("#1 0x00007ffff7a1 std::string[abi:cxx11] acme::take() (server+0x12)", "acme::take -"),
    (
      "#0 void acme::Pool::take<int>(int, char const*) const /src/p.cc:3",
      "acme::Pool::take /src/p.cc:3"
    ),
    ("#2 operator delete(void*) /src/new.cc:3:1", "operator delete /src/new.cc:3"),
    ("#03: acme::take(int) (/src/pool.cc:12)", "acme::take /src/pool.cc:12"),
    ("#1 <null> <null> (server+0x5b)", "- -"),
    ("#2 take /src/pool.c:12 (server+0x4a)", "take /src/pool.c:12"),
    ("#01: acme::take(int) [/src/pool.cc:12]", "acme::take /src/pool.cc:12"),
    ("#00 pc 0000000000012345  /data/app/libpool.so (acme_take+12)", "acme_take -"),
    (
      "#3 <acme::Pool as core::ops::Drop>::drop (self=0x1) at src/pool.rs:4",
      "drop src/pool.rs:4"
    ),
  ])
  func `a frame has an address, arguments, a place or a library`(text: String, call: String) {
    #expect(calls(Symptom.parse(text)) == [call])
  }

  @Test func `steps of a build are no frames`() {
    let symptom = Symptom.parse(
      """
      #0 building with "default" instance using docker driver
      #1 [internal] load build definition from Dockerfile
      #1 DONE 0.0s
      #2 [internal] load metadata for docker.io/library/golang:1.22
      #3 [auth] library/golang:pull token for registry-1.docker.io
      #4 transferring context: 2B done
      #5 [1/6] FROM docker.io/library/golang:1.22@sha256:0b55ab82ac2a54a6
      #5 extracting sha256:0b55ab82ac2a 0.5s done
      #5 CACHED
      #6 [2/6] WORKDIR /app
      #7 [3/6] COPY go.mod go.sum ./
      #8 [4/6] RUN go build -o /out/app ./cmd/app
      #8 0.312 go: downloading github.com/acme/x v1.2.3
      #8 DONE 13.1s
      #9 exporting to image
      #9 naming to docker.io/library/app:latest done
      """)
    #expect(symptom.traces.isEmpty)
  }

  @Test func `a line of a build's step is read as one of its own`() {
    let compiler = Symptom.parse(
      "#14 12.34 internal/reserve/reserve.go:25:12: stock.Available undefined")
    #expect(compiler.frames.isEmpty)
    #expect(compiler.paths.map(\.path) == ["internal/reserve/reserve.go"])
    #expect(compiler.paths.first?.line == 25)
    let tests = Symptom.parse(
      """
      #12 3.400 Traceback (most recent call last):
      #12 3.456   File "/app/billing/api.py", line 8, in post_invoice
      #12 3.456     total = compute_total()
      #12 3.456   File "/app/billing/invoice.py", line 38, in compute_total
      #12 3.457 KeyError: 'DE'
      """)
    #expect(
      calls(tests) == [
        "post_invoice /app/billing/api.py:8", "compute_total /app/billing/invoice.py:38",
      ])
    #expect(tests.traces.map(\.exceptionType) == ["KeyError"])
    let summary = Symptom.parse(
      """
      3.400 panic: no stock
      3.400
      3.400 goroutine 7 [running]:
      3.401 main.reserve()
      3.401 \t/app/reserve.go:25 +0x1
      """)
    #expect(calls(summary) == ["main.reserve /app/reserve.go:25"])
  }

  @Test func `backward-cpp's frames are read in their order`() {
    let line = Symptom.parse(
      #"#0    Source "/build/native/render/src/glyph_cache.cpp", line 15, in render::GlyphCache::lookup(unsigned int, int) [0x5556]"#
    )
    #expect(
      calls(line) == ["render::GlyphCache::lookup /build/native/render/src/glyph_cache.cpp:15"])
    let rows = """
      #4    Object "/home/me/test", at 0x4020d9, in _start
      #2    Source "/home/x.cpp", line 20, in main [0x401]
               18: int y;
            >  20:   foo();
      #1  | Source "/home/inl.cpp", line 7, in foo
            Source "/home/inl.cpp", line 3, in bar [0x40]
      #0    Source "/home/cache.cpp", line 15, in lookup(unsigned int) [0x5556]
      """
    for text in ["Stack trace (most recent call last):\n" + rows, rows] {
      let symptom = Symptom.parse(text)
      #expect(
        calls(symptom) == [
          "_start -", "main /home/x.cpp:20", "foo /home/inl.cpp:7", "bar /home/inl.cpp:3",
          "lookup /home/cache.cpp:15",
        ])
      #expect(symptom.frames.map(\.depth) == [4, 3, 2, 1, 0])
    }
  }

  @Test func `the routines of old Android tools have files`() {
    let symptom = Symptom.parse(
      """
      Stack frame #00 pc 00023438  /data/app/lib/libglyph.so (_ZN6render6lookupEji+12): Routine render::lookup(unsigned int, int) at /build/render/src/glyph_cache.cpp:15
      Stack frame #01 pc 00023500  /data/app/lib/libglyph.so (main+12): Routine main at /build/render/src/main.cpp:5
      """)
    #expect(
      calls(symptom) == [
        "render::lookup /build/render/src/glyph_cache.cpp:15", "main /build/render/src/main.cpp:5",
      ])
  }
}

extension String {
  /// The paths that the sentences here name.
  fileprivate var paths: [String] {
    ["native/codec/src/huff.c", "src/huff.c"].filter(contains).prefix(1).map { $0 }
  }
}
