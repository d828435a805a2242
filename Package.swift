// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "sigsentry",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(
      name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CShims", dependencies: ["CLibgit2", "CLibcurl"]),
    .target(name: "HTTP", dependencies: ["CLibcurl", "CShims"], swiftSettings: settings),
    .target(name: "GitLab", dependencies: ["HTTP"], swiftSettings: settings),
    .target(
      name: "Settings", dependencies: [.product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .target(
      name: "Credentials",
      dependencies: [
        "HTTP", "GitLab", "Settings", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .target(
      name: "Mirror", dependencies: ["CLibgit2", "CShims", "HTTP"], swiftSettings: settings),
    .target(
      name: "Cache", dependencies: [.product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .target(
      name: "Sync", dependencies: ["HTTP", "GitLab", "Settings", "Credentials", "Mirror", "Cache"],
      swiftSettings: settings),
    .target(
      name: "Reports", dependencies: ["Settings", "Mirror", "Cache"], swiftSettings: settings),
    .executableTarget(
      name: "sigsentry",
      dependencies: [
        "HTTP", "GitLab", "Settings", "Credentials", "Mirror", "Cache", "Sync", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
  ]
)
