import Foundation
import GRDB
import Testing

@testable import Settings

@Suite struct RepositoriesTests {
  let directory: TemporaryDirectory
  let store: SettingsStore

  init() throws {
    directory = try TemporaryDirectory()
    store = try SettingsStore(directory: directory.path)
  }

  @Test func `a repository comes back as it was added`() throws {
    let connection = try store.insert(draft())
    let added = try store.addRepository(
      store.reference("Group/Project"), connection: connection.id, projectID: 7, lookbackDays: 90,
      at: noon)
    #expect(try store.repository(store.reference("group/PROJECT")) == added)
    #expect(try store.repository(id: added.id) == added)
    #expect(added.path == "Group/Project" && added.lookbackDays == 90 && added.isActive)
    #expect(added.createdAt == noon && added.updatedAt == noon)
    let anonymous = try store.addRepository(store.reference("a/b"), connection: nil, at: noon)
    #expect(anonymous.lookbackDays == 30 && anonymous.connectionID == nil)
    #expect(try store.repositories().map(\.path) == ["a/b", "Group/Project"])
  }

  @Test func `path and project are unique on an instance`() throws {
    try store.addRepository(store.reference("g/p"), connection: nil, projectID: 7, at: noon)
    #expect(throws: SettingsError.duplicateRepository(path: "G/P")) {
      try store.addRepository(store.reference("G/P"), connection: nil, at: noon)
    }
    #expect(throws: SettingsError.sameProject(path: "g/q", registeredAs: "g/p")) {
      try store.addRepository(store.reference("g/q"), connection: nil, projectID: 7, at: noon)
    }
    let elsewhere = try RepositoryReference(baseURL: BaseURL("https://gitlab.com"), path: "g/p")
    try store.addRepository(elsewhere, connection: nil, projectID: 7, at: noon)
    let other = try store.addRepository(store.reference("g/r"), connection: nil, at: noon)
    #expect(throws: SettingsError.duplicateRepository(path: "g/P")) {
      try store.editRepository(other.id, at: noon) { $0.path = "g/P" }
    }
    #expect(throws: SettingsError.sameProject(path: "g/r", registeredAs: "g/p")) {
      try store.editRepository(other.id, at: noon) { $0.projectID = 7 }
    }
    // Repositories that no sync has asked GitLab for yet are no one project.
    #expect(throws: SettingsError.duplicateRepository(path: "g/R")) {
      try store.addRepository(store.reference("g/R"), connection: nil, at: noon)
    }
  }

  @Test(arguments: [0, -1, 366, Int.max])
  func `a lookback out of range is refused`(days: Int) throws {
    let reference = try store.reference("g/p")
    #expect(throws: SettingsError.invalid(field: "lookback", reason: "is 1 to 365 days")) {
      try store.addRepository(reference, connection: nil, lookbackDays: days, at: noon)
    }
    let id = try store.addRepository(reference, connection: nil, lookbackDays: 365, at: noon).id
    #expect(throws: SettingsError.self) {
      try store.editRepository(id, at: noon) { $0.lookbackDays = days }
    }
    #expect(try store.editRepository(id, at: noon) { $0.lookbackDays = 1 }.lookbackDays == 1)
  }

  @Test func `the schema itself keeps the bounds`() throws {
    let id = try store.addRepository(store.reference("g/p"), connection: nil, at: noon).id
    for change in ["lookbackDays = 0", "lookbackDays = 366", "isActive = 2", "path = NULL"] {
      #expect(throws: SettingsError.self) {
        try store.write { db in
          try db.execute(sql: "UPDATE repository SET \(change) WHERE id = ?", arguments: [id])
        }
      }
    }
    #expect(try store.repository(id: id)?.lookbackDays == 30)
  }

  @Test func `a connection leads to the repository's instance`() throws {
    let elsewhere = try store.insert(draft("public", at: "https://gitlab.com"))
    #expect(throws: SettingsError.connectionElsewhere(repository: "g/p")) {
      try store.addRepository(store.reference("g/p"), connection: elsewhere.id, at: noon)
    }
    #expect(throws: SettingsError.unknownConnection("99")) {
      try store.addRepository(store.reference("g/p"), connection: 99, at: noon)
    }
  }

  @Test func `pausing, moving and editing`() throws {
    let id = try store.addRepository(store.reference("g/p"), connection: nil, at: noon).id
    let later = noon.addingTimeInterval(1)
    #expect(try !store.pauseRepository(id, at: later).isActive)
    #expect(try store.repositories(activeOnly: true).isEmpty)
    #expect(try store.pauseRepository(id, false, at: later).isActive)
    let moved = try store.editRepository(id, at: later) {
      $0.path = "new/home"
      $0.projectID = 12
    }
    #expect(moved.path == "new/home" && moved.projectID == 12)
    #expect(moved.updatedAt == later && moved.createdAt == noon)
    for path in ["g", "../x", "g/p.git", "g/ p"] {
      #expect(throws: SettingsError.self) {
        try store.editRepository(id, at: later) { $0.path = path }
      }
    }
    #expect(throws: SettingsError.self) {
      try store.editRepository(id, at: later) { $0.projectID = 0 }
    }
    #expect(throws: SettingsError.unknownRepository("99")) {
      try store.editRepository(99, at: later) { _ in }
    }
  }

  @Test func `a new connection adopts its instance's orphans`() throws {
    let first = try store.insert(draft())
    let orphan = try store.addRepository(store.reference("g/p"), connection: first.id, at: noon)
    let elsewhere = try store.addRepository(
      RepositoryReference(baseURL: BaseURL("https://gitlab.com"), path: "g/p"), connection: nil,
      at: noon)
    try store.delete(connection: first.id)
    let second = try store.insert(draft("again"))
    #expect(try store.adoptRepositories(connection: second.id, at: noon) == 1)
    #expect(try store.repository(id: orphan.id)?.connectionID == second.id)
    #expect(try store.repository(id: elsewhere.id)?.connectionID == nil)
  }

  @Test func `mappings are stored, replaced and removed`() throws {
    let id = try store.addRepository(store.reference("g/p"), connection: nil, at: noon).id
    let mapping = ServiceMapping(
      service: "checkout-api", repositoryID: id, pathPrefix: "/services/checkout/", branch: "main")
    #expect(try store.setMapping(mapping).pathPrefix == "services/checkout")
    try store.setMapping(ServiceMapping(service: "Checkout-API", repositoryID: id, pathPrefix: "/"))
    #expect(try store.mappings().map(\.service) == ["Checkout-API", "checkout-api"])
    #expect(try store.mapping(service: "Checkout-API")?.pathPrefix == nil)
    try store.setMapping(ServiceMapping(service: "checkout-api", repositoryID: id, branch: "v2"))
    #expect(try store.mapping(service: "checkout-api")?.branch == "v2")
    #expect(try store.mapping(service: "checkout-api")?.pathPrefix == nil)
    try store.removeMapping(service: "Checkout-API")
    #expect(throws: SettingsError.unknownService("Checkout-API")) {
      try store.removeMapping(service: "Checkout-API")
    }
    #expect(try store.removeRepository(id).map(\.service) == ["checkout-api"])
    #expect(try store.mappings().isEmpty)
    #expect(throws: SettingsError.unknownRepository("\(id)")) { try store.removeRepository(id) }
    #expect(throws: SettingsError.unknownRepository("\(id)")) { try store.setMapping(mapping) }
  }

  @Test func `a mapping that breaks the rules is refused`() throws {
    let id = try store.addRepository(store.reference("g/p"), connection: nil, at: noon).id
    for service in ["", " a", "a ", "a\nb", String(repeating: "a", count: 257)] {
      #expect(throws: SettingsError.self) {
        try store.setMapping(ServiceMapping(service: service, repositoryID: id))
      }
    }
    for prefix in [
      "../x", "a/../b", "a//b", "a/./b", ".", "a\u{0}", String(repeating: "a", count: 4097),
    ] {
      #expect(throws: SettingsError.self) {
        try store.setMapping(ServiceMapping(service: "s", repositoryID: id, pathPrefix: prefix))
      }
    }
    for branch in [
      "-x", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a",
      "a/.b", "a.", "a.lock", "a.lock/b", "a@{1}", "@", "HEAD", "a\u{7F}",
    ] {
      #expect(throws: SettingsError.self, "\(branch)") {
        try store.setMapping(ServiceMapping(service: "s", repositoryID: id, branch: branch))
      }
    }
    for branch in ["main", "release/1.2", "feature/ü", "a@b", "@x", "a-b_c", "1"] {
      try store.setMapping(ServiceMapping(service: "s", repositoryID: id, branch: branch))
    }
  }
}
