import Cache
import Credentials
import GitLab
import HTTP
import Mirror
import Settings

/// Each error's line in the table. The switches name every case, so that a new one cannot be forgotten.
extension Trouble {
  /// The trouble of an error of a sync; `nil` where only its own words help.
  public init?(_ error: SyncError) {
    switch error {
    case .gitlab(let error): self.init(error)
    case .fetch(let error): self.init(error)
    case .noRepository: self = .noRepository
    case .git(let error): self.init(error)
    case .mirror(let error): self.init(error)
    case .cache(let error): self.init(error)
    case .needsReauthorization: self = .needsReauthorization
    case .credentials(let error): self.init(error)
    case .token(let error): self.init(error)
    case .pathTaken: self = .pathTaken
    case .registeredTwice: self = .registeredTwice
    case .settings(let error): self.init(error)
    case .cancelled: self = .interrupted
    case .other: return nil
    }
  }

  /// The trouble of a request.
  public init(_ error: HTTPError) {
    switch error {
    case .invalidURL: self = .addressInvalid
    case .unknownHost: self = .hostUnknown
    case .connectionRefused: self = .connectionRefused
    case .unreachable, .connectTimedOut: self = .unreachable
    case .silent, .connectionLost, .cutShort: self = .silent
    case .certificateNotTrusted(_, .unknownAuthority, _): self = .authorityUnknown
    case .certificateNotTrusted: self = .certificateInvalid
    case .caFileUnreadable: self = .caFileUnreadable
    case .tlsFailed: self = .tlsFailed
    case .proxyFailed: self = .proxyFailed
    case .tooManyRedirects, .redirectRefused: self = .redirected
    case .bodyTooLarge: self = .answerTooLarge
    case .malformedResponse: self = .malformedAnswer
    case .cancelled: self = .interrupted
    case .invalidRequest, .other: self = .unexpected
    }
  }

  /// The trouble of GitLab's API.
  public init(_ error: GitLabError) {
    switch error {
    case .http(let error): self.init(error)
    case .unauthorized: self = .unauthorized
    case .insufficientScope: self = .insufficientScope
    case .forbidden: self = .forbidden
    case .notFound: self = .notFound
    case .rateLimited: self = .rateLimited
    case .server: self = .serverTrouble
    case .notGitLab: self = .notGitLab
    case .malformed: self = .malformedAnswer
    case .graphQL: self = .graphQLUnusable
    case .unexpected: self = .unexpected
    }
  }

  /// The trouble of a fetch.
  public init(_ error: FetchError) {
    switch error {
    case .http(let error): self.init(error)
    case .refused(status: 401, _): self = .unauthorized
    case .refused(status: 403, _): self = .cloneForbidden
    case .refused(status: 404, _): self = .notFound
    case .refused(status: 429, _): self = .rateLimited
    case .refused(status: 500..., _): self = .serverTrouble
    case .refused: self = .unexpected
    case .notGit: self = .notGit
    case .unsupportedObjectFormat: self = .objectFormat
    case .missing: self = .commitGone
    case .server: self = .gitServer
    case .malformed, .tooManyReferences: self = .malformedAnswer
    case .unsupportedFilter: self = .filterMissing
    case .tooManyObjects: self = .packTooLarge
    case .packCutShort, .packDamaged: self = .packCutShort
    case .storing: self = .packNotStored
    }
  }

  /// The trouble of a mirror's git objects.
  public init(_ error: GitError) { self = error.code == .locked ? .mirrorBusy : .mirrorDamaged }

  /// The trouble of a mirror's directory.
  public init(_ error: MirrorError) {
    switch error {
    case .busy: self = .mirrorBusy
    case .unwritable: self = .cacheUnwritable
    case .damaged: self = .mirrorDamaged
    }
  }

  /// The trouble of a diff.
  public init(_ error: DiffError) {
    switch error {
    case .missingObject, .unexpectedKind, .corruptObject, .repositoryUnavailable:
      self = .mirrorDamaged
    case .treeTooDeep, .treeTooLarge, .tooManyChanges, .outOfMemory: self = .slowDiffs
    case .cancelled: self = .interrupted
    }
  }

  /// The trouble of the cache.
  public init(_ error: CacheError) {
    switch error {
    case .missing: self = .cacheMissing
    case .unwritable: self = .cacheUnwritable
    case .newer: self = .cacheNewer
    case .unclosed, .older: self = .cacheUnwritable
    case .corrupt, .database: self = .cacheCorrupt
    case .diskFull: self = .diskFull
    }
  }

  /// The trouble of OAuth's endpoints.
  public init(_ error: OAuthError) {
    switch error {
    case .http(let error): self.init(error)
    case .invalidGrant: self = .grantInvalid
    case .invalidClient: self = .applicationUnknown
    case .accessDenied: self = .accessDenied
    case .redirectURINotAllowed: self = .redirectURINotAllowed
    case .invalidScope: self = .applicationScopes
    case .unauthorizedClient: self = .applicationNotAllowed
    case .invalidToken: self = .unauthorized
    case .deviceCodeExpired: self = .deviceCodeExpired
    case .notSupported(.device): self = .deviceLoginMissing
    case .notSupported: self = .oauthMissing
    case .rateLimited: self = .rateLimited
    case .server: self = .serverTrouble
    case .notGitLab: self = .notGitLab
    case .malformed: self = .malformedAnswer
    case .refused: self = .unexpected
    }
  }

  /// The trouble of a login.
  public init(_ error: LoginError) {
    switch error {
    case .oauth(let error): self.init(error)
    case .redirectURINotAllowed: self = .redirectURINotAllowed
    case .wrongState: self = .wrongState
    case .timedOut: self = .loginTimedOut
    case .cannotListen: self = .cannotListen
    case .invalidRedirectURI: self = .redirectURIUnusable
    case .cancelled: self = .interrupted
    }
  }

  /// The trouble of a connection's token.
  public init(_ error: TokenError) {
    switch error {
    case .needsReauthorization: self = .needsReauthorization
    case .vault(let error): self.init(error)
    case .refresh(_, .http(let error)): self.init(error)
    case .refresh: self = .refreshFailed
    case .revocation: self = .revocationFailed
    case .busy: self = .refreshBusy
    case .lock: self = .refreshLock
    case .cancelled: self = .interrupted
    }
  }

  /// The trouble of a token that was given.
  public init(_ rejection: TokenRejection) {
    switch rejection {
    case .missingScopes: self = .insufficientScope
    }
  }

  /// The trouble of the vault.
  public init(_ error: VaultError) {
    switch error {
    case .wrongKey: self = .wrongKey
    case .damaged, .noToken: self = .secretDamaged
    case .invalidSecret: self = .secretInvalid
    case .key(let error): self.init(error)
    case .settings(let error): self.init(error)
    }
  }

  /// The trouble of the vault's key.
  public init(_ error: KeyError) {
    switch error {
    case .malformed: self = .keyMalformed
    case .unreadable, .notAFile: self = .keyUnreadable
    case .tooOpen: self = .keyTooOpen
    case .otherOwner: self = .keyOtherOwner
    case .missing: self = .keyMissing
    case .cannotStore: self = .keyNotStored
    }
  }

  /// The trouble of the settings.
  public init(_ error: SettingsError) {
    switch error {
    case .directory: self = .settingsDirectory
    case .notFound: self = .settingsMissing
    case .cannotOpen, .io: self = .settingsUnreadable
    case .readOnly, .needsRecovery: self = .settingsReadOnly
    case .newerVersion, .olderVersion: self = .settingsVersion
    case .foreign: self = .settingsForeign
    case .corrupt: self = .settingsCorrupt
    case .diskFull: self = .diskFull
    case .busy, .secretsReplaced: self = .settingsBusy
    case .invalid, .connectionElsewhere: self = .settingsValue
    case .duplicateConnection, .duplicateRepository, .duplicateAPIKey: self = .nameTaken
    case .sameProject: self = .registeredTwice
    case .unknownConnection, .unknownRepository, .unknownService, .unknownAPIKey:
      self = .nameUnknown
    case .insecureConnection: self = .addressInsecure
    case .vaultKeyDiffers: self = .wrongKey
    }
  }

  /// The trouble of an address.
  public init(_ error: BaseURLError) {
    switch error {
    case .insecure: self = .addressInsecure
    case .empty, .tooLong, .invalidCharacter, .unsupportedScheme, .userinfo, .invalidHost,
      .invalidPort, .invalidPath, .queryOrFragment:
      self = .addressInvalid
    }
  }
}
