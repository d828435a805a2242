import Foundation
import GRDB
import Testing

@testable import Settings

@Suite struct ReadOnlyTests {
  let directory: TemporaryDirectory
  var config: String { directory.file("config") }
  var path: String { "\(config)/connections.sqlite" }

  init() throws {
    directory = try TemporaryDirectory()
    try SettingsStore(directory: config).insert(draft())
  }

  private func setModes(directory: Int, file: Int) throws {
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: file], ofItemAtPath: path)
    try manager.setAttributes([.posixPermissions: directory], ofItemAtPath: config)
  }

  @Test func `a directory that cannot be written can be read`() throws {
    try setModes(directory: 0o555, file: 0o444)
    let names = try unprivileged { [config] in
      let store = try SettingsStore(directory: config, access: .readOnly)
      try store.verify()
      return try store.connections().map(\.name)
    }
    #expect(names == ["work"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: config) == ["connections.sqlite"])
  }

  @Test func `a directory that cannot be written is not opened for writing`() throws {
    try setModes(directory: 0o555, file: 0o666)
    #expect(throws: SettingsError.readOnly(path: path)) {
      try unprivileged { [config] in _ = try SettingsStore(directory: config) }
    }
  }

  @Test func `a directory that cannot be written gets no settings`() throws {
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: config)
    #expect(throws: SettingsError.readOnly(path: path)) {
      try unprivileged { [config] in _ = try SettingsStore(directory: config) }
    }
    let error = #expect(throws: SettingsError.self) {
      try unprivileged { [config] in _ = try SettingsStore(directory: "\(config)/inner") }
    }
    guard case .directory = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a file that cannot be written is not opened for writing`() throws {
    try setModes(directory: 0o777, file: 0o444)
    #expect(throws: SettingsError.readOnly(path: path)) {
      try unprivileged { [config] in _ = try SettingsStore(directory: config) }
    }
  }

  @Test func `a file that cannot be read is named`() throws {
    try setModes(directory: 0o777, file: 0o000)
    for access in [SettingsStore.Access.readWrite, .readOnly] {
      #expect(throws: SettingsError.cannotOpen(path: path, reason: "permission denied")) {
        try unprivileged { [config] in _ = try SettingsStore(directory: config, access: access) }
      }
    }
  }

  @Test func `an unfinished log in a directory that cannot be written is not passed over`() throws {
    let copy = directory.file("copy")
    let store = try SettingsStore(directory: config)
    try store.insert(draft("second"))
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for name in ["connections.sqlite", "connections.sqlite-wal"] {
      try FileManager.default.copyItem(atPath: "\(config)/\(name)", toPath: "\(copy)/\(name)")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o444], ofItemAtPath: "\(copy)/\(name)")
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: copy)
    #expect(throws: SettingsError.needsRecovery(path: "\(copy)/connections.sqlite")) {
      try unprivileged { _ = try SettingsStore(directory: copy, access: .readOnly) }
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
    for name in ["connections.sqlite", "connections.sqlite-wal"] {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: "\(copy)/\(name)")
    }
    #expect(try SettingsStore(directory: copy).connections().map(\.name) == ["second", "work"])
  }
}
