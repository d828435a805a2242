/// Code Repos: the connections with their health, and their repositories.
package struct CodeReposPage: Sendable {
  /// The connections.
  package var connections: [ConnectionSummary]
  /// Repositories that are read without a token.
  package var unconnected: [RepositorySummary]

  /// Makes one of its parts.
  package init(
    connections: [ConnectionSummary], unconnected: [RepositorySummary] = []
  ) {
    self.connections = connections
    self.unconnected = unconnected
  }
}
