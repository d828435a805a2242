import Credentials
import Foundation
import Synchronization

/// A browser that we know by its cookie.
struct Session: Sendable {
  /// The cookie's value: 64 hexadecimal digits.
  let id: String
  /// Whether the browser has to be told of it.
  let isNew: Bool
  /// What a form has to bring along.
  let formToken: String
  /// Whether somebody has logged in.
  let isLoggedIn: Bool
}

/// The browsers that have logged in, and the proofs that forms carry.
///
/// A browser gets a random id in a cookie; a form of its pages carries that id's HMAC, which nobody else can make.
final class Sessions: Sendable {
  static let cookie = "sigsentry_session"
  /// Seconds that a login lasts.
  static let lifetime = 7 * 86400.0
  private static let maximumLogins = 1000

  private let seal = TextSeal()
  private let logins = Mutex<[String: Date]>([:])

  /// The session of a cookie, or a new one.
  func session(_ cookie: String?, at now: Date) -> Session {
    guard let cookie, cookie.utf8.count == 64, cookie.utf8.allSatisfy({ $0.isHexadecimal }) else {
      return make(RandomText.hexadecimal(bytes: 32), isNew: true, isLoggedIn: false)
    }
    let expiry = logins.withLock { $0[cookie] }
    return make(cookie, isNew: false, isLoggedIn: expiry.map { $0 > now } ?? false)
  }

  private func make(_ id: String, isNew: Bool, isLoggedIn: Bool) -> Session {
    Session(id: id, isNew: isNew, formToken: seal.proof(of: id), isLoggedIn: isLoggedIn)
  }

  /// Whether a form's token belongs to the session.
  func isGenuine(_ formToken: String, of session: Session) -> Bool {
    SecretComparison.areEqual(formToken, session.formToken)
  }

  /// Begins a session that is logged in, under an id that nobody knew before.
  func logIn(at now: Date) -> Session {
    let id = RandomText.hexadecimal(bytes: 32)
    logins.withLock { logins in
      logins = logins.filter { $0.value > now }
      if logins.count >= Self.maximumLogins,
        let oldest = logins.min(by: { $0.value < $1.value })
      {
        logins[oldest.key] = nil
      }
      logins[id] = now.addingTimeInterval(Self.lifetime)
    }
    return make(id, isNew: true, isLoggedIn: true)
  }

  /// The cookie of a session.
  static func header(_ session: Session, isSecure: Bool) -> String {
    "\(cookie)=\(session.id); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(Int(lifetime))"
      + (isSecure ? "; Secure" : "")
  }

  /// Ends a login.
  func logOut(_ session: Session) { logins.withLock { $0[session.id] = nil } }
}

extension UInt8 {
  var isHexadecimal: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
  }
}
