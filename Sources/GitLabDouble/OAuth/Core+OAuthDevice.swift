import Foundation

/// The device authorization grant (RFC 8628).
extension Core {
  /// `POST /oauth/authorize_device`: the two codes of a device.
  func authorizeDevice(_ form: Parameters) throws -> Answer {
    guard let application = withOAuth({ $0.applications[form["client_id"] ?? ""] }) else {
      throw Self.invalidClient
    }
    let scopes = form["scope"]?.split(separator: " ").map { String($0) } ?? application.scopes
    guard scopes.allSatisfy({ application.scopes.contains($0) }) else {
      throw Self.failure(
        "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    }
    let device = Self.randomHex(32)
    let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
    let code = String((0..<8).map { _ in letters[Int.random(in: 0..<letters.count)] })
    let settings = settings
    let expiry = now().addingTimeInterval(Double(settings.deviceCodeLifetime))
    withOAuth {
      $0.devices[device] = OAuthState.Device(
        userCode: code, applicationID: application.id, scopes: scopes, expiresAt: expiry)
    }
    let address = "\(externalURL)/oauth/device"
    return .json([
      "device_code": .string(device), "user_code": .string(code),
      "verification_uri": .string(address),
      "verification_uri_complete": .string("\(address)?user_code=\(code)"),
      "expires_in": .int(settings.deviceCodeLifetime),
      "interval": .int(settings.devicePollInterval),
    ])
  }

  /// The page on which the user enters the code.
  func devicePage(_ code: String) -> Answer {
    let field = "<input name=\"user_code\" value=\"\(Self.escape(code))\">"
    return page(
      200, "Device authorization", "Enter the code shown on your device.", form: field,
      action: "/oauth/device")
  }

  /// Decides on the device with that user code; false where there is none.
  func decideDevice(_ code: String, allow: Bool) -> Bool {
    let time = now()
    let user = browserUser()
    return withOAuth { state in
      guard let user,
        let entry = state.devices.first(where: { $0.value.userCode == code.uppercased() }),
        entry.value.expiresAt > time
      else { return false }
      if allow {
        state.devices[entry.key]?.userID = user.id
      } else {
        state.devices[entry.key]?.denied = true
      }
      return true
    }
  }

  /// Answers a device that asks for its tokens.
  func redeem(device form: Parameters, _ application: OAuthApplication) throws -> Answer {
    guard let value = form["device_code"] else { throw Self.missing("device_code") }
    let time = now()
    let interval = Double(settings.devicePollInterval)
    let device = try withOAuth { state -> OAuthState.Device in
      guard let device = state.devices[value], device.applicationID == application.id else {
        throw Self.invalidGrant
      }
      guard device.expiresAt > time else {
        state.devices[value] = nil
        throw Self.failure(
          "expired_token", "The device code has expired, and the authorization session concluded.")
      }
      if device.denied {
        state.devices[value] = nil
        throw Self.failure(
          "access_denied", "The resource owner or authorization server denied the request.")
      }
      state.devices[value]?.lastPoll = time
      if device.userID == nil, let last = device.lastPoll, time.timeIntervalSince(last) < interval {
        throw Self.failure(
          "slow_down",
          "The authorization request is still pending and polling should continue, but the interval "
            + "must be increased by 5 seconds.")
      }
      guard device.userID != nil else {
        throw Self.failure(
          "authorization_pending",
          "The authorization request is still pending as the end user hasn't yet completed it.")
      }
      state.devices[value] = nil
      return device
    }
    return issue(application, userID: device.userID ?? 0, scopes: device.scopes)
  }
}
