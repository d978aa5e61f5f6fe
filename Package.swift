// swift-tools-version: 6.2
import PackageDescription

// One package, one executable. The arrows between the rooms are the `dependencies` lines below; a
// library knows only what stands in its own line, and TidyTests holds the sources to it.
let package = Package(
  name: "mountmon",
  products: [
    .executable(name: "mountmon", targets: ["mountmon"]),
    .library(name: "MountHealthCore", targets: ["MountHealthCore"]),
    .library(name: "JSONValue", targets: ["JSONValue"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2")
  ],
  targets: [
    // Linux calls that Glibc's module map leaves out (statx, openat2, pipe2, …): C, no logic.
    .target(name: "CLinux"),
    .target(name: "JSONValue"),
    // RFC 3339 instants and durations such as `1h2m3.5s`, as text and back.
    .target(name: "TimeText"),
    .target(name: "MountHealthCore", dependencies: ["JSONValue", "TimeText", "CLinux"]),
    .executableTarget(
      name: "mountmon",
      dependencies: [
        "MountHealthCore", "JSONValue", "TimeText", "CLinux",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),

    // A FUSE file system that hangs, fails or delays on command: for tests and `make demo`.
    .executableTarget(name: "faultfs", dependencies: ["CLinux"], path: "Tests/FaultFS"),

    .executableTarget(
      name: "embed-monitor", dependencies: ["MountHealthCore"], path: "Examples/embed-monitor"),
    .executableTarget(
      name: "probe-once", dependencies: ["MountHealthCore"], path: "Examples/probe-once"),
    .executableTarget(
      name: "react-to-changes", dependencies: ["MountHealthCore"],
      path: "Examples/react-to-changes"),

    .testTarget(name: "JSONValueTests", dependencies: ["JSONValue"]),
    .testTarget(name: "TimeTextTests", dependencies: ["TimeText"]),
    .testTarget(
      name: "MountHealthCoreTests",
      dependencies: ["MountHealthCore", "JSONValue", "TimeText", "CLinux"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "MountmonTests",
      dependencies: [
        "mountmon", "MountHealthCore", "JSONValue", "TimeText",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      exclude: ["Snapshots"]),
    .testTarget(name: "TidyTests"),
    .testTarget(name: "EndToEndTests", dependencies: ["JSONValue", "CLinux"]),
  ]
)

for target in package.targets where target.name != "CLinux" {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
  ]
}

// Only `make docs` needs the plugin; whoever depends on the libraries is spared it.
if Context.environment["MOUNTMON_DOCS"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin.git", from: "1.5.0"))
}
