// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// A release starts in half the time without Swift's shared libraries, a table of its own symbols and a list of all
// addresses to be relocated, and runs where no Swift is installed. Only the linking differs: objects are those of any build.
let releaseLinking: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-static-stdlib", "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections",
      "-lCoreFoundation", "-lstdc++", "-use-ld=lld", "-Xlinker", "--no-export-dynamic",
      "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
    ], .when(platforms: [.linux], configuration: .release))
]

let package = Package(
  name: "sigsentry",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(
      name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
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
      name: "Mirror",
      dependencies: [
        "CLibgit2", "CLibdeflate", "CZlib", "CShims", "HTTP",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: settings),
    .target(
      name: "Cache",
      dependencies: [
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .target(name: "SourceCode", swiftSettings: settings),
    .target(
      name: "Sync",
      dependencies: [
        "HTTP", "GitLab", "Settings", "Credentials", "SourceCode", "Mirror", "Cache",
      ],
      swiftSettings: settings),
    .target(
      name: "Correlation", dependencies: ["SourceCode", "Mirror", "Cache"],
      swiftSettings: settings),
    .target(
      name: "Reports",
      dependencies: [
        "Settings", "Mirror", "Cache", "Correlation",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .target(
      name: "Pages", dependencies: ["Cache", "Correlation", "Reports"], swiftSettings: settings),
    .target(
      name: "Dashboard",
      dependencies: [
        "HTTP", "GitLab", "Settings", "Credentials", "Mirror", "Cache", "Sync", "Correlation",
        "Reports", "Pages",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "sigsentry",
      dependencies: [
        "HTTP", "GitLab", "Settings", "Credentials", "Mirror", "Cache", "Sync", "Correlation",
        "Reports", "Dashboard",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings, linkerSettings: releaseLinking),
    .target(
      name: "GitLabDouble",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "gitlab-double",
      dependencies: [
        "GitLabDouble", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings, linkerSettings: releaseLinking),
    .executableTarget(
      name: "sigsentry-bench",
      dependencies: [
        "GitLabDouble", "Mirror", "Cache", "Sync", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings, linkerSettings: releaseLinking),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .target(name: "BrowserSupport", path: "Tests/BrowserSupport", swiftSettings: settings),
    .executableTarget(
      name: "refresh-racer", dependencies: ["Credentials", "GitLab", "HTTP", "Settings"],
      path: "Tests/RefreshRacer", swiftSettings: settings),
    .testTarget(
      name: "CacheTests",
      dependencies: ["Cache", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .testTarget(
      name: "BrowserTests",
      dependencies: ["sigsentry", "BrowserSupport", "GitLabDouble", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "GitLabTests", dependencies: ["GitLab", "HTTP"], swiftSettings: settings),
    .testTarget(
      name: "PagesTests", dependencies: ["Pages", "Reports", "TestSupport"], swiftSettings: settings
    ),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Cache", "Correlation"],
      swiftSettings: settings),
    .testTarget(
      name: "GitLabDoubleTests", dependencies: ["GitLabDouble", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "HTTPTests", dependencies: ["HTTP"], swiftSettings: settings),
    .testTarget(
      name: "MirrorTests",
      dependencies: [
        "Mirror", "CLibgit2", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "sigsentry", "GitLabDouble", "Settings", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CorrelationTests",
      dependencies: ["Correlation", "SourceCode", "Mirror", "Cache", "Sync", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SettingsTests",
      dependencies: ["Settings", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .testTarget(
      name: "CredentialsTests",
      dependencies: [
        "Credentials", "GitLab", "HTTP", "Settings", "refresh-racer",
        .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: settings),
    .testTarget(
      name: "DashboardTests",
      dependencies: [
        "Dashboard", "Reports", "Settings", "Credentials", "GitLab", "HTTP", "Cache",
        "GitLabDouble", "TestSupport",
      ], swiftSettings: settings),
    .testTarget(
      name: "SyncTests",
      dependencies: [
        "Sync", "GitLab", "HTTP", "Mirror", "Cache", "Reports", "GitLabDouble", "TestSupport",
      ], swiftSettings: settings),
  ]
)
