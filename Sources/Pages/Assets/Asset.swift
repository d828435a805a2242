/// A static file of the pages. Its name holds the hash of its content, so that a browser may keep it for ever.
package struct Asset: Sendable {
  /// Its name, as `sigsentry.0123456789abcdef.css`; see ``Route/asset(_:)``.
  package let name: String
  /// Its type, for `Content-Type`.
  package let contentType: String
  /// Its bytes.
  package let bytes: [UInt8]

  private init(_ stem: String, _ ending: String, _ contentType: String, _ text: String) {
    bytes = Array(text.utf8)
    self.contentType = contentType
    name = "\(stem).\(Self.hash(bytes)).\(ending)"
  }

  /// The style of all pages.
  package static let stylesheet = Asset(
    "sigsentry", "css", "text/css; charset=utf-8", Stylesheet.text)
  /// What pages can do beyond links and forms.
  package static let script = Asset(
    "sigsentry", "js", "text/javascript; charset=utf-8", Script.text)
  /// The picture in the tab.
  package static let icon = Asset("icon", "svg", "image/svg+xml", Icon.text)

  /// All of them.
  package static let all = [stylesheet, script, icon]

  /// 64-bit FNV-1a: it has to tell versions apart, not to withstand anybody.
  package static func hash(_ bytes: [UInt8]) -> String {
    let value = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

/// The picture in the tab.
enum Icon {
  static let text = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f5d52"/>\
    <path d="M5 19h5l3-9 5 14 3-8h6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" \
    stroke-linejoin="round"/></svg>
    """
}
