/// Why the dashboard cannot be served.
public enum DashboardError: Error, Sendable, Equatable {
  /// Another program listens there.
  case portTaken(ListenAddress)
  /// The address cannot be listened at.
  case cannotListen(ListenAddress, reason: String)

  /// One sentence: what happened.
  public var summary: String {
    switch self {
    case .portTaken(let address):
      "The port \(address.port) of \(address.host) is taken by another program."
    case .cannotListen(let address, let reason):
      "\(address.host):\(address.port) cannot be listened at: \(reason)."
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .portTaken:
      "Perhaps the dashboard runs already; otherwise choose another with --listen 127.0.0.1:PORT."
    case .cannotListen: "Choose another address with --listen."
    }
  }
}
