import Testing

/// Which modules a folder may import. This is the map of `ARCHITECTURE.md`, as a test.
private enum Rooms {
  private static let nio: Set<String> = ["NIOCore", "NIOHTTP1", "NIOPosix"]

  /// By folder; the longest one that fits decides. A folder without a line here may not exist.
  static let allowed: [String: Set<String>] = [
    "Sources/ChildProcess": ["CLinux", "Glibc", "Pacing", "Synchronization", "Threads"],
    "Sources/JSONValue": [],
    "Sources/Pacing": [],
    "Sources/Threads": ["Glibc"],
    "Sources/TimeText": [],
    "Sources/MountHealthCore/Configuration": ["JSONValue", "TimeText"],
    "Sources/MountHealthCore/Engine": ["TimeText", "Pacing"],
    "Sources/MountHealthCore/Health": ["Pacing"],
    "Sources/MountHealthCore/Mount": [],
    "Sources/MountHealthCore/Probe": [],
    "Sources/MountHealthCore/Remedy": ["Pacing", "TimeText"],
    "Sources/MountHealthCore/Worker": ["TimeText", "Pacing"],
    "Sources/MountHealthCore/Live": ["CLinux", "Glibc", "Pacing", "Synchronization", "Threads"],
    "Sources/HTTPTransport": ["Synchronization"],
    "Sources/HTTPTransport/Endpoint": ["NIOCore"],
    "Sources/HTTPTransport/Exchange": ["NIOCore"],
    "Sources/HTTPTransport/Live": [
      "Dispatch", "Glibc", "NIOCore", "NIOPosix", "NIOSSL", "NIOTLS", "Synchronization",
    ],
    "Sources/HTTPTransport/Pool": ["NIOCore"],
    "Sources/HTTPTransport/TLS": ["NIOCore", "NIOSSL"],
    "Sources/HTTPTransport/Wire": [],
    "Sources/K8sClient": ["HTTPTransport", "JSONValue", "Pacing", "TimeText"],
    "Sources/K8sClient/Access": [
      "ChildProcess", "JSONValue", "Pacing", "Synchronization", "TimeText",
    ],
    "Sources/K8sClient/Access/YAML": ["JSONValue", "Yams"],
    "Sources/K8sClient/Cluster": [
      "HTTPTransport", "JSONValue", "Pacing", "Synchronization", "TimeText",
    ],
    "Sources/K8sClient/Live": [
      "CLinux", "ChildProcess", "Glibc", "HTTPTransport", "Pacing", "TimeText",
    ],
    "Sources/K8sClient/Coordination": [
      "HTTPTransport", "JSONValue", "Pacing", "Synchronization", "TimeText",
    ],
    "Sources/K8sClient/Events": [
      "HTTPTransport", "JSONValue", "Pacing", "Synchronization", "TimeText",
    ],
    "Sources/StackDrain/Clients": [
      "ChildProcess", "HTTPTransport", "JSONValue", "MountHealthCore", "Pacing", "Synchronization",
      "TimeText",
    ],
    "Sources/StackDrain/Containers": [
      "ChildProcess", "HTTPTransport", "JSONValue", "MountHealthCore", "Pacing", "Synchronization",
      "TimeText",
    ],
    "Sources/StackDrain/Evidence": ["MountHealthCore", "Pacing", "TimeText"],
    "Sources/StackDrain/Settings": ["JSONValue", "MountHealthCore", "Pacing", "TimeText"],
    "Sources/StackDrain/Live": [
      "CLinux", "ChildProcess", "Glibc", "HTTPTransport", "JSONValue", "MountHealthCore", "Pacing",
      "Synchronization", "Threads", "TimeText",
    ],
    "Sources/StackDrain/Execute": ["Pacing", "TimeText"],
    "Sources/StackDrain/Ledger": ["JSONValue", "Pacing", "TimeText"],
    "Sources/StackDrain/Plan": ["JSONValue", "TimeText"],
    "Sources/StackDrain/Pool": ["MountHealthCore", "Pacing", "TimeText"],
    "Sources/StackDrain/Stack": ["MountHealthCore"],
    "Sources/ResticUnlock/Detect": ["JSONValue", "K8sClient", "TimeText"],
    "Sources/ResticUnlock/Evidence": ["JSONValue", "K8sClient", "TimeText"],
    "Sources/ResticUnlock/Plan": ["JSONValue", "K8sClient", "TimeText"],
    "Sources/ResticUnlock/Monitor": ["JSONValue", "K8sClient", "Pacing", "TimeText"],
    "Sources/mountmon": ["MountHealthCore", "TimeText"],
    "Sources/mountmon/Check": ["JSONValue", "MountHealthCore", "Pacing", "TimeText"],
    "Sources/mountmon/CommandLine": ["MountHealthCore", "TimeText"],
    "Sources/mountmon/Output": [
      "CBuildInfo", "JSONValue", "K8sClient", "MountHealthCore", "Pacing", "ResticUnlock",
      "StackDrain",
      "TimeText",
    ],
    "Sources/mountmon/Recovery": [
      "ChildProcess", "HTTPTransport", "JSONValue", "K8sClient", "MountHealthCore", "Pacing",
      "Synchronization", "TimeText",
    ],
    "Sources/mountmon/Pool": [
      "HTTPTransport", "JSONValue", "MountHealthCore", "Pacing", "StackDrain", "Synchronization",
      "TimeText",
    ],
    "Sources/mountmon/VolSync": [
      "HTTPTransport", "JSONValue", "K8sClient", "MountHealthCore", "Pacing", "ResticUnlock",
      "Synchronization", "TimeText",
    ],
    "Sources/mountmon/Serve": nio.union(["MountHealthCore", "Pacing", "Synchronization"]),
    "Sources/mountmon/Shell": [
      "CLinux", "Dispatch", "Glibc", "MountHealthCore", "Pacing", "Synchronization", "TimeText",
    ],
    "Sources/mountmon/Sidecar": [
      "JSONValue", "K8sClient", "MountHealthCore", "Pacing", "Synchronization", "TimeText",
    ],
    "Tests/FaultFS": ["CLinux", "Glibc"],
    // As a program of somebody else: what is public, and what it likes.
    "Examples": [
      "Foundation", "HTTPTransport", "JSONValue", "K8sClient", "MountHealthCore", "ResticUnlock",
      "StackDrain", "TimeText",
    ],
  ]

  /// What the folder of a file may import; `nil` where there is no rule.
  static func allowance(for file: TextFile) -> Set<String>? {
    var folder = file.folder
    while allowed[folder] == nil {
      guard let slash = folder.lastIndex(of: "/") else { return nil }
      folder = String(folder[..<slash])
    }
    return allowed[folder]
  }
}

@Suite struct `The arrows between the rooms` {
  @Test func `are those of the map`() {
    var findings = Findings()
    for file in Checkout.swift(in: "Sources", "Tests/FaultFS", "Examples") {
      guard let allowed = Rooms.allowance(for: file) else {
        findings.add(file, 1, "its folder has no line in Tests/TidyTests/ImportTests.swift")
        continue
      }
      for (number, text) in file.code {
        guard let module = importedModule(text), !allowed.contains(module) else { continue }
        findings.add(
          file, number,
          "imports \(module), expected at most [\(allowed.sorted().joined(separator: ", "))]")
      }
    }
    findings.expectNone()
  }

  @Test func `keep Foundation out of the binary`() {
    var findings = Findings()
    for file in Checkout.swift(in: "Sources") {
      for (number, text) in file.code where importedModule(text)?.hasPrefix("Foundation") == true {
        findings.add(file, number, "imports Foundation, which adds 6 to 44 MB to the binary")
      }
    }
    findings.expectNone()
  }

  @Test func `name every folder that there is`() {
    var findings = Findings()
    for folder in Rooms.allowed.keys
    where !Checkout.files.contains(where: { $0.path.hasPrefix(folder + "/") }) {
      findings.add("\(folder): has a rule for its imports, and is not there")
    }
    findings.expectNone()
  }

  private func importedModule(_ line: String) -> String? {
    var words = line.split(separator: " ")
    while let first = words.first, first != "import" {
      guard first.hasPrefix("@") || ["public", "package", "internal"].contains(first) else {
        return nil
      }
      words.removeFirst()
    }
    guard words.count >= 2 else { return nil }
    // `import struct Module.Name` names the module before the dot.
    return words.last?.split(separator: ".").first.map(String.init)
  }
}
