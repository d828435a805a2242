import Cache
import Settings

extension RepositoryNames {
  /// Takes the repositories of the settings.
  public init(of settings: some Sequence<RepositorySetting>) {
    self.init(settings.map { (baseURL: "\($0.baseURL)", path: $0.path) })
  }

  /// The name of a repository of the settings.
  public func name(of setting: RepositorySetting) -> String {
    name(of: setting.path, at: "\(setting.baseURL)")
  }
}
