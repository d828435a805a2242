import Pages
import Settings

/// Services and where they are built from.
extension Configuration {
  /// What is wrong with a mapping.
  struct MappingFailure {
    /// Its place in the list.
    var row: Int
    var column: ConnectionPage.MappingRow.Field
    var failure: FieldFailure
  }

  /// Finds what is wrong with mappings.
  ///
  /// - Parameter paths: The repositories that they may lead to.
  func mappingFailures(
    _ mappings: [ConfigChange.Mapping], paths: [String], item: ConfigItem?
  ) throws -> [MappingFailure] {
    let known = Set(paths.map { $0.lowercased() })
    let own = Set(item?.mappings.map(\.service) ?? [])
    let others = Set(try store.mappings().map(\.service)).subtracting(own)
    var seen: Set<String> = []
    var failures: [MappingFailure] = []
    for (row, mapping) in mappings.enumerated() {
      func fail(
        _ column: ConnectionPage.MappingRow.Field, _ name: String, _ message: String,
        hint: String? = nil
      ) {
        let failure = FieldFailure("serviceMappings[\(row)].\(name)", message, hint: hint)
        failures.append(MappingFailure(row: row, column: column, failure: failure))
      }
      if !known.contains(mapping.repository.lowercased()) {
        fail(
          .repository, "repo", SettingsError.unknownRepository(mapping.repository).summary,
          hint: NearestPath.suggest(for: mapping.repository, among: paths).map {
            "Did you mean \($0)?"
          } ?? "Name it among the repositories first.")
      }
      if others.contains(mapping.service) || !seen.insert(mapping.service).inserted {
        fail(
          .service, "serviceName", "The service \(mapping.service) is mapped already.",
          hint: "Remove the other mapping first.")
      }
      do {
        _ = try SettingsStore.checked(
          ServiceMapping(
            service: mapping.service, repositoryID: 0, pathPrefix: mapping.pathPrefix,
            branch: mapping.branch))
      } catch {
        let (column, name): (ConnectionPage.MappingRow.Field, String) =
          switch error {
          case .invalid("path prefix", _): (.pathPrefix, "pathPrefix")
          case .invalid("branch", _): (.branch, "defaultBranch")
          default: (.service, "serviceName")
          }
        fail(column, name, error.summary, hint: error.hint)
      }
    }
    return failures
  }

  /// Makes the mappings to an item's repositories be these.
  func applyMappings(_ mappings: [ConfigChange.Mapping], to item: ConfigItem) throws {
    let names = Set(mappings.map(\.service))
    for mapping in item.mappings where !names.contains(mapping.service) {
      try store.removeMapping(service: mapping.service)
    }
    for mapping in mappings {
      guard
        let repository = item.repositories.first(where: {
          $0.path.lowercased() == mapping.repository.lowercased()
        })
      else { continue }
      try store.setMapping(
        ServiceMapping(
          service: mapping.service, repositoryID: repository.id, pathPrefix: mapping.pathPrefix,
          branch: mapping.branch))
    }
  }
}
