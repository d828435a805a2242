import Foundation
import HTTP
import Testing

@testable import Credentials

@Suite struct VaultKeyTests {
  private let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1efb"
  private let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHvs="

  @Test func `hexadecimal and base64 are read alike`() throws {
    let key = try VaultKey(Secret(hex), source: "test")
    let forms = [
      hex.uppercased(), " \(hex)\n", base64, String(base64.dropLast()), "\(base64)\n",
    ]
    for form in forms {
      let read = try VaultKey(Secret(form), source: "test")
      #expect(read.id == key.id)
      #expect(read.text.reveal() == hex)
    }
    let urlSafe = "-_ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    let plain = "+/ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    #expect(
      try VaultKey(Secret(urlSafe), source: "t").id == VaultKey(Secret(plain), source: "t").id)
  }

  @Test func `another form is refused without repeating it`() {
    let forms = [
      "", " ", "s3cret", String(hex.dropLast()), hex + "0", hex.replacing("0", with: "g"),
      base64 + "=", "A" + base64, String(repeating: "é", count: 32),
      String(repeating: "a", count: 300),
      String(repeating: "*", count: 43), "0x" + hex.dropLast(2),
    ]
    for form in forms {
      #expect(throws: KeyError.malformed(source: "SIGSENTRY_KEY"), "\(form)") {
        try VaultKey(Secret(form), source: "SIGSENTRY_KEY")
      }
    }
  }

  @Test func `the id tells keys apart and is not the key`() throws {
    let keys = (0..<50).map { _ in VaultKey.random() }
    #expect(Set(keys.map(\.id)).count == 50)
    for key in keys {
      #expect(key.id.count == 16)
      let digits = key.id.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
      #expect(!key.text.reveal().contains(digits))
      #expect(try VaultKey(key.text, source: "test").id == key.id)
    }
  }

  @Test func `the derivation never changes`() throws {
    let id = try VaultKey(Secret(hex), source: "test").id
    #expect(id.base64EncodedString() == "2Oi1wvPIHl+O1ADbMeM0HQ==")
  }
}
