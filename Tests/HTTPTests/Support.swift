import HTTP

/// Makes a client with short timeouts.
func client(
  silence: Duration = .seconds(10), connect: Duration = .seconds(10), caFile: String? = nil,
  environment: [String: String] = [:], cancellation: Cancellation = Cancellation()
) -> HTTPClient {
  HTTPClient(
    configuration: HTTPConfiguration(
      caFile: caFile, userAgent: "sigsentry-tests", connectTimeout: connect,
      silenceTimeout: silence, environment: environment),
    cancellation: cancellation)
}

/// Runs a body and returns the error of this module that it threw.
func failure(_ body: () throws -> Void) -> HTTPError? {
  do {
    try body()
    return nil
  } catch {
    return error as? HTTPError
  }
}

extension ScriptedServer {
  var endpoint: HTTPEndpoint { HTTPEndpoint(host: "127.0.0.1", port: port) }
}
