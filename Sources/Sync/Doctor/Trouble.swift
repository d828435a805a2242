/// Everything that can go wrong, each with what one sees and what to do.
///
/// The one table of explanations stands in `Trouble+Table.swift`, which error is which trouble in `Trouble+Errors.swift`.
public enum Trouble: String, CaseIterable, Sendable {
  // The way to GitLab
  case addressInvalid, addressInsecure, hostUnknown, connectionRefused, unreachable, silent
  case authorityUnknown, certificateInvalid, caFileUnreadable, tlsFailed, proxyFailed
  case redirected, notGitLab, malformedAnswer, answerTooLarge, interrupted
  // GitLab's API
  case unauthorized, needsReauthorization, insufficientScope, excessScopes, tokenExpiring
  case forbidden, notFound, pathTaken, registeredTwice, rateLimited, serverTrouble
  case graphQLUnusable, versionOld, clockSkew, unexpected
  // Git
  case cloneUnauthorized, cloneForbidden, noRepository, notGit, objectFormat, commitGone
  case gitServer, filterMissing, packTooLarge, packCutShort, packNotStored, slowDiffs, notSynced
  // OAuth
  case accessDenied, wrongState, redirectURINotAllowed, loginTimedOut, cannotListen
  case redirectURIUnusable, applicationUnknown, applicationScopes, applicationNotAllowed
  case oauthMissing, deviceLoginMissing, deviceCodeExpired, grantInvalid
  case refreshFailed, refreshBusy, refreshLock, revocationFailed
  // The vault and the settings
  case wrongKey, secretDamaged, secretInvalid, keyMalformed, keyUnreadable, keyTooOpen
  case keyOtherOwner, keyMissing, keyNotStored
  case settingsDirectory, settingsMissing, settingsUnreadable, settingsReadOnly, settingsVersion
  case settingsForeign, settingsCorrupt, settingsBusy, settingsValue, nameTaken, nameUnknown
  // The cache
  case cacheMissing, cacheUnwritable, cacheNewer, cacheCorrupt, mirrorBusy, mirrorDamaged
  case diskFull, diskLow

  /// What one sees.
  public var sign: String { entry.sign }

  /// What to do, a sentence. `NAME` stands for a connection's name and `LINE` for a redirect URI; see
  /// ``remedy(name:line:)``.
  public var remedy: String { entry.remedy }

  /// What to do, with the names filled in; without a name, in words that need none.
  public func remedy(name: String? = nil, line: String? = nil) -> String {
    var text =
      name.map { remedy.replacing("NAME", with: $0) } ?? remedy.replacing(" --name NAME", with: "")
    if let line { text = text.replacing("LINE", with: line) }
    return text
  }
}
