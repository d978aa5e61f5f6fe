// swift-tools-version: 6.2
import PackageDescription

// One package, one executable. The arrows between the rooms are the `dependencies` lines below; a
// library knows only what stands in its own line, and TidyTests holds the sources to it.
let package = Package(
  name: "mountmon",
  products: [
    .executable(name: "mountmon", targets: ["mountmon"]),
    .library(name: "MountHealthCore", targets: ["MountHealthCore"]),
    .library(name: "K8sClient", targets: ["K8sClient"]),
    .library(name: "StackDrain", targets: ["StackDrain"]),
    .library(name: "ResticUnlock", targets: ["ResticUnlock"]),
    .library(name: "HTTPTransport", targets: ["HTTPTransport"]),
    .library(name: "JSONValue", targets: ["JSONValue"]),
  ],
  traits: [
    .default(enabledTraits: ["Kubeconfig"]),
    .trait(
      name: "Kubeconfig",
      description:
        "Reads a kubeconfig in YAML, by Yams, which brings Foundation. JSON needs no trait."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
  ],
  targets: [
    // Linux calls that Glibc's module map leaves out (statx, openat2, pipe2, …): C, no logic.
    .target(name: "CLinux"),
    // The commit, which `make release` and the Dockerfile say by the environment; else it is unknown.
    .target(
      name: "CBuildInfo",
      cSettings: Context.environment["MOUNTMON_COMMIT"].map { name in
        // Hexadecimal digits, and perhaps a mark, and nothing else: it becomes a part of a C file.
        let mark = "-modified"
        let digits = (name.hasSuffix(mark) ? name.dropLast(mark.count) : name[...]).utf8
        let isCommit = digits.allSatisfy {
          (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
        }
        return isCommit && !digits.isEmpty ? [.define("MOUNTMON_COMMIT", to: name)] : []
      } ?? []),
    .target(name: "JSONValue"),
    // RFC 3339 instants and durations such as `1h2m3.5s`, as text and back.
    .target(name: "TimeText"),
    // What machines share: ticks, back-off, numbers that can be replayed.
    .target(name: "Pacing"),
    // Detached threads, on which no signal arrives.
    .target(name: "Threads"),
    // Programs that are run to their end, or to the end of their time.
    .target(name: "ChildProcess", dependencies: ["Pacing", "Threads", "CLinux"]),
    .target(
      name: "MountHealthCore",
      dependencies: ["JSONValue", "TimeText", "Pacing", "Threads", "CLinux"]),
    // One HTTP/1.1 exchange over TCP, TLS or a Unix socket.
    .target(
      name: "HTTPTransport",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(
      name: "K8sClient",
      dependencies: [
        "JSONValue", "TimeText", "Pacing", "HTTPTransport", "ChildProcess", "CLinux",
        .product(name: "Yams", package: "Yams", condition: .when(traits: ["Kubeconfig"])),
      ]),
    .target(
      name: "StackDrain",
      dependencies: [
        "MountHealthCore", "HTTPTransport", "ChildProcess", "JSONValue", "TimeText", "Pacing",
        "Threads", "CLinux",
      ]),
    // Locks that a dead backup left behind: found, judged, removed.
    .target(name: "ResticUnlock", dependencies: ["K8sClient", "JSONValue", "TimeText", "Pacing"]),
    .executableTarget(
      name: "mountmon",
      dependencies: [
        "MountHealthCore", "K8sClient", "StackDrain", "ResticUnlock", "HTTPTransport",
        "ChildProcess", "JSONValue", "TimeText", "Pacing", "CLinux", "CBuildInfo",
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
    .executableTarget(
      name: "own-resource", dependencies: ["K8sClient", "JSONValue"],
      path: "Examples/own-resource"),
    .executableTarget(
      name: "watch-pods", dependencies: ["K8sClient"], path: "Examples/watch-pods"),
    .executableTarget(
      name: "edit-json", dependencies: ["JSONValue"], path: "Examples/edit-json"),
    .executableTarget(
      name: "fetch-once", dependencies: ["HTTPTransport"], path: "Examples/fetch-once"),
    .executableTarget(
      name: "plan-drain", dependencies: ["StackDrain", "MountHealthCore"],
      path: "Examples/plan-drain"),
    .executableTarget(
      name: "judge-locks", dependencies: ["ResticUnlock", "K8sClient", "JSONValue", "TimeText"],
      path: "Examples/judge-locks"),

    .testTarget(name: "JSONValueTests", dependencies: ["JSONValue"]),
    .testTarget(name: "TimeTextTests", dependencies: ["TimeText"]),
    .testTarget(
      name: "MountHealthCoreTests",
      dependencies: [
        "MountHealthCore", "SimulationKit", "JSONValue", "TimeText", "Pacing", "CLinux",
      ],
      exclude: ["Fixtures"]),
    // What the simulations of several test targets share.
    .target(name: "SimulationKit", dependencies: ["Pacing"], path: "Tests/SimulationKit"),
    .testTarget(name: "PacingTests", dependencies: ["Pacing"]),
    .testTarget(
      name: "HTTPTransportTests",
      dependencies: [
        "HTTPTransport", "CLinux",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .testTarget(
      name: "K8sClientTests",
      dependencies: [
        "K8sClient", "HTTPTransport", "ChildProcess", "SimulationKit", "JSONValue", "TimeText",
        "Pacing",
      ]),
    .testTarget(name: "ChildProcessTests", dependencies: ["ChildProcess"]),
    .testTarget(
      name: "StackDrainTests",
      dependencies: [
        "StackDrain", "MountHealthCore", "HTTPTransport", "ChildProcess", "SimulationKit",
        "JSONValue", "TimeText", "Pacing", "CLinux",
      ]),
    // A container engine of its own for tests, and a file system that hangs on command.
    .target(name: "StackKit", dependencies: ["CLinux"], path: "Tests/StackKit"),
    .testTarget(
      name: "ResticUnlockTests",
      dependencies: [
        "ResticUnlock", "K8sClient", "SimulationKit", "JSONValue", "TimeText", "Pacing",
      ]),
    // Containers of restic, run on this machine as a kubelet would, and repositories with locks.
    .target(
      name: "ResticKit", dependencies: ["StackKit", "JSONValue", "CLinux"],
      path: "Tests/ResticKit"),
    // Unlock Jobs against the real restic, beside backups that live and backups that died.
    .testTarget(
      name: "ResticContractTests",
      dependencies: [
        "ResticUnlock", "ResticKit", "StackKit", "K8sClient", "SimulationKit", "JSONValue",
        "TimeText", "Pacing",
      ]),
    // The pool and its stack as they are: container engines, download clients, union file systems.
    .testTarget(
      name: "StackContractTests",
      dependencies: [
        "StackDrain", "StackKit", "MountHealthCore", "HTTPTransport", "ChildProcess", "JSONValue",
        "TimeText",
        "Pacing", "CLinux",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),

    // A Kubernetes API server for tests: on loopback, over TLS, stricter than the real one.
    .target(
      name: "StubAPIServer",
      dependencies: [
        "JSONValue", "TimeText", "Pacing",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      path: "Tests/StubAPIServer", exclude: ["README.md"]),
    .testTarget(
      name: "StubAPIServerTests",
      dependencies: [
        "StubAPIServer", "K8sClient", "HTTPTransport", "JSONValue", "TimeText", "Pacing",
      ],
      exclude: ["Transcripts"]),
    // The same as a program, whose faults come by lines: for the soak.
    .executableTarget(
      name: "stub-api", dependencies: ["StubAPIServer", "JSONValue"], path: "Tests/StubAPIProgram"),
    // What the client and an API server owe each other; also on a real cluster: make test-cluster.
    .testTarget(
      name: "K8sContractTests",
      dependencies: [
        "StubAPIServer", "K8sClient", "HTTPTransport", "JSONValue", "TimeText", "Pacing",
      ]),
    .testTarget(
      name: "MountmonTests",
      dependencies: [
        "mountmon", "MountHealthCore", "K8sClient", "StackDrain", "ResticUnlock", "HTTPTransport",
        "ChildProcess", "JSONValue", "TimeText", "Pacing",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      exclude: ["Snapshots"]),
    .testTarget(name: "TidyTests"),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["JSONValue", "TimeText", "StubAPIServer", "StackKit", "ResticKit", "CLinux"],
      exclude: ["Kind/Stubs"]),
  ]
)

for target in package.targets where !["CLinux", "CBuildInfo"].contains(target.name) {
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
