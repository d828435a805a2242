extension Trouble {
  /// What one sees, and what to do.
  var entry: (sign: String, remedy: String) {
    switch self {
    case .addressInvalid:
      (
        "the GitLab address is not valid",
        "Give it like https://gitlab.example.com or https://example.com/gitlab."
      )
    case .addressInsecure: ("a token would travel over plain http", "Use the https address.")
    case .hostUnknown:
      ("the host is unknown", "Check the base URL's host name and this machine's DNS.")
    case .connectionRefused:
      (
        "the host refuses the connection",
        "Check the base URL, the network, and whether a proxy is needed (HTTPS_PROXY)."
      )
    case .unreachable:
      (
        "the host cannot be reached, or takes no connection in time",
        "Check the base URL, the network, and whether a proxy is needed (HTTPS_PROXY)."
      )
    case .silent:
      (
        "the server says nothing or breaks off",
        "Run it again; if it stays so, GitLab or a proxy is overloaded."
      )
    case .authorityUnknown:
      (
        "no known authority signed the certificate",
        "Give the instance's own authority with 'sigsentry connect --ca-file FILE' or SSL_CERT_FILE."
      )
    case .certificateInvalid:
      (
        "the certificate has expired, is not valid yet or is for another host",
        "Have the instance's certificate mended; verification cannot be switched off."
      )
    case .caFileUnreadable: ("the file of authorities cannot be used", "Give a readable PEM file.")
    case .tlsFailed:
      (
        "TLS fails",
        "Check that the base URL's port speaks https, and that no proxy stands in between."
      )
    case .proxyFailed: ("the proxy fails", "Check HTTPS_PROXY and NO_PROXY.")
    case .redirected: ("the server sends requests elsewhere", "Check the base URL.")
    case .notGitLab:
      (
        "something else than GitLab answers",
        "Check the base URL: on self-hosted it may need a path prefix, as https://host/gitlab."
      )
    case .malformedAnswer:
      (
        "the answer makes no sense",
        "Run it again; if it stays so, a proxy may change answers, or this GitLab's version is not known yet."
      )
    case .answerTooLarge:
      ("the answer is too large", "Check the base URL; GitLab's answers are never that large.")
    case .interrupted: ("interrupted", "Run the command again; what was stored is whole.")

    case .unauthorized:
      (
        "401: GitLab does not take the token",
        "Re-authorize: run 'sigsentry connect --name NAME' with a new token that has read_api and read_repository."
      )
    case .needsReauthorization:
      (
        "the connection needs re-authorization",
        "Run 'sigsentry connect --name NAME' to authorize it again."
      )
    case .insufficientScope:
      (
        "403: the token lacks a scope",
        "Make a token with read_api and read_repository and run 'sigsentry connect --name NAME'."
      )
    case .excessScopes:
      (
        "the token may do more than read",
        "A token with read_api and read_repository alone is safer; give it to 'sigsentry connect --name NAME'."
      )
    case .tokenExpiring:
      (
        "the token expires within 14 days",
        "Make a new one and give it to 'sigsentry connect --name NAME'."
      )
    case .forbidden:
      (
        "403: GitLab forbids it",
        "The token's owner may not read merge requests there, the project has them switched off, or this address is blocked for a while."
      )
    case .notFound:
      (
        "404: not found, or not visible to the token",
        "Check the path for a typo, the token's access to it, and on self-hosted the base URL."
      )
    case .pathTaken:
      (
        "the path belongs to another project now",
        "Remove it and add it again: 'sigsentry repos remove', then 'sigsentry repos add'."
      )
    case .registeredTwice:
      (
        "two repositories are one project on GitLab",
        "See 'sigsentry repos list', and keep one of the two: 'sigsentry repos remove' takes the other away."
      )
    case .rateLimited:
      (
        "429: GitLab's rate limit is used up",
        "Wait some minutes, or sync fewer repositories at once with --jobs 1."
      )
    case .serverTrouble: ("5xx: GitLab has trouble", "The next run tries again.")
    case .graphQLUnusable:
      (
        "GraphQL is switched off or refuses",
        "Nothing has to be done: merge requests are read one by one, which takes more requests."
      )
    case .versionOld:
      (
        "this GitLab is too old for a feature",
        "Upgrade GitLab, or do without: everything else works."
      )
    case .clockSkew:
      (
        "this machine's clock and GitLab's differ",
        "Set the clock (timedatectl set-ntp true): tokens are renewed and windows counted by it."
      )
    case .unexpected:
      (
        "an answer that no other line explains",
        "Run it again; 'sigsentry doctor' tells which part fails."
      )

    case .cloneUnauthorized:
      (
        "git refuses a token that the API takes",
        "Older GitLabs give OAuth tokens no access to git without the scope api: use a personal access token with read_api and read_repository there."
      )
    case .cloneForbidden:
      (
        "403: git refuses the clone",
        "The token lacks read_repository, its owner may not read the code, or this address is blocked for a while."
      )
    case .noRepository:
      (
        "the project has no repository yet",
        "Push a first commit to it, or leave it out with 'sigsentry repos edit PATH --pause'."
      )
    case .notGit:
      (
        "no git repository answers there",
        "Check the base URL; a proxy may answer in GitLab's place."
      )
    case .objectFormat:
      ("the repository uses SHA-256", "It cannot be mirrored yet; leave it out with --pause.")
    case .commitGone:
      (
        "the server no longer has a commit",
        "Nothing helps: GitLab removed it. The merge request's list entry stays."
      )
    case .gitServer:
      (
        "the git server reports an error",
        "Run it again; if it stays so, ask GitLab's administrator."
      )
    case .filterMissing:
      (
        "the git server cannot leave file contents out of a fetch",
        "Nothing has to be done: whole commits are fetched, which takes longer. GitLab's administrator can allow it with uploadpack.allowFilter."
      )
    case .packTooLarge:
      (
        "a pack has more objects than are taken",
        "Sync fewer days at once with --lookback-days."
      )
    case .packCutShort:
      (
        "a pack is cut short or comes damaged",
        "Run the sync again; if it stays so, a proxy may cut or change long answers."
      )
    case .packNotStored:
      (
        "a pack cannot be stored",
        "Check free space and rights of the cache directory, or choose another with --cache."
      )
    case .slowDiffs:
      (
        "diffs are slow or missing",
        "Run 'sigsentry sync PATH' once; diffs are computed then and read from disk ever after. Fewer --lookback-days make it shorter."
      )
    case .notSynced:
      ("the repository was never synced", "Run 'sigsentry sync'.")

    case .accessDenied:
      (
        "access was denied on GitLab's page",
        "Run the command again and choose 'Authorize', or connect with a token."
      )
    case .wrongState:
      (
        "the browser brought the answer to another login",
        "Close old login pages and run the command again; if it stays so, somebody may be tampering."
      )
    case .redirectURINotAllowed:
      (
        "GitLab says that the redirect URI is not valid",
        "Give this line to who administers the application, for its redirect URIs: LINE"
      )
    case .loginTimedOut:
      (
        "the browser does not come back",
        "Run the command again, on the machine whose browser you use, or with --device. If GitLab's page said that the redirect URI is not valid, this line has to stand among the application's: LINE"
      )
    case .cannotListen:
      ("no port can be listened at", "Use 'sigsentry connect --device', or a token.")
    case .redirectURIUnusable:
      (
        "the redirect URI is not one of this machine's",
        "Give --redirect-uri as http://127.0.0.1/callback, or with a port as http://localhost:7171/auth/redirect."
      )
    case .applicationUnknown:
      (
        "GitLab does not know the application",
        "Check --client-id against the Application ID that GitLab shows; a confidential application also needs its secret, by --client-secret-env."
      )
    case .applicationScopes:
      (
        "the application may not ask for the scopes",
        "Tick read_api and read_repository in the application's settings on GitLab."
      )
    case .applicationNotAllowed:
      (
        "the application may not do this",
        "Check that it is the application of this connection, and its settings on GitLab."
      )
    case .oauthMissing:
      (
        "there is no OAuth at the address",
        "Check the base URL: on self-hosted it may need a path prefix, as https://host/gitlab."
      )
    case .deviceLoginMissing:
      (
        "this GitLab has no device login, which came with 17.2",
        "Use 'sigsentry connect --oauth' on a machine with a browser, or connect with a token."
      )
    case .deviceCodeExpired:
      ("nobody confirmed the code in time", "Run the command again for a new code.")
    case .grantInvalid:
      (
        "the code or refresh token is used up",
        "Run 'sigsentry connect --name NAME' to authorize it again."
      )
    case .refreshFailed:
      (
        "the token could not be renewed",
        "Nothing is lost: the next command tries again. Find the cause with 'sigsentry doctor'."
      )
    case .refreshBusy:
      (
        "another process renews the token without an end",
        "Wait for it to end, or end it, then try again."
      )
    case .refreshLock:
      (
        "the refresh lock cannot be used",
        "Make the config directory and its files writable for you, or choose another with --config."
      )
    case .revocationFailed:
      (
        "GitLab did not revoke the tokens",
        "They are still stored: try again later, or run it without --revoke and revoke the application's access on GitLab."
      )

    case .wrongKey:
      (
        "the tokens are sealed with another key",
        "Provide the key they were stored with (SIGSENTRY_KEY, or the file 'key' in the config directory); or disconnect every connection and connect again."
      )
    case .secretDamaged:
      (
        "the stored token is damaged or missing", "Run 'sigsentry connect --name NAME'."
      )
    case .secretInvalid: ("the token is empty or too long", "Copy it again, whole.")
    case .keyMalformed:
      (
        "the key is not a key",
        "A key is 64 hexadecimal digits or 32 bytes in base64, as 'openssl rand -hex 32' prints it."
      )
    case .keyUnreadable: ("the key file cannot be read", "Make it readable for you alone.")
    case .keyTooOpen: ("the key file is open to others", "Run chmod 600 on it.")
    case .keyOtherOwner: ("the key file is another user's", "Run chown \"$(id -u)\" on it.")
    case .keyMissing:
      (
        "the key file is missing",
        "Bring it back from a backup or set SIGSENTRY_KEY; or disconnect every connection and connect again."
      )
    case .keyNotStored:
      (
        "the key file cannot be written",
        "Make the config directory writable for you, or set SIGSENTRY_KEY."
      )
    case .settingsDirectory:
      ("the config directory cannot be used", "Choose another with --config, or mend this one.")
    case .settingsMissing:
      ("there are no settings yet", "Run 'sigsentry connect' or 'sigsentry repos add' first.")
    case .settingsUnreadable:
      (
        "the settings cannot be opened",
        "Check that you may read and write the file and that its disk works."
      )
    case .settingsReadOnly:
      (
        "the settings cannot be written",
        "Make the file and its directory writable for you, or choose another with --config."
      )
    case .settingsVersion:
      (
        "another version wrote the settings",
        "Upgrade this SigSentry; settings of an older one are upgraded by any command that may write."
      )
    case .settingsForeign:
      ("the database is another program's", "Choose another directory with --config.")
    case .settingsCorrupt:
      (
        "the settings are damaged",
        "Move connections.sqlite and the files beside it named alike away, then connect again, or bring back a backup."
      )
    case .settingsBusy:
      ("another process keeps the settings locked", "Wait for it to end, then try again.")
    case .settingsValue: ("a value cannot be stored", "Give another value.")
    case .nameTaken:
      ("the name or repository is there already", "Choose another, or edit that one.")
    case .nameUnknown:
      (
        "there is none of that name",
        "See 'sigsentry connections', 'sigsentry repos list' and 'sigsentry mappings list'."
      )

    case .cacheMissing:
      ("there is no cache yet", "Run 'sigsentry sync' first, or name another with --cache.")
    case .cacheUnwritable:
      (
        "the cache cannot be written",
        "Check free space and rights of the cache directory, or choose another with --cache."
      )
    case .cacheNewer:
      (
        "a newer version wrote the cache",
        "Update sigsentry, or use another directory with --cache."
      )
    case .cacheCorrupt:
      (
        "the cache is damaged",
        "Move the file away and sync again, which rebuilds it; 'sigsentry cache verify' tells more."
      )
    case .mirrorBusy: ("another sync works on the mirror", "Wait until it ends.")
    case .mirrorDamaged:
      (
        "the mirror is damaged",
        "Run 'sigsentry cache verify'; 'sigsentry cache clear' and a sync rebuild the mirror."
      )
    case .diskFull:
      ("the disk is full", "Free some space and run the command again; what was stored is whole.")
    case .diskLow:
      ("the disk is nearly full", "Free some space before the next sync.")
    }
  }
}
