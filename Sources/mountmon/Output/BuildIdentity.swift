import CBuildInfo
import JSONValue

/// Which mountmon this is: version, commit, what it was built by and for.
struct BuildIdentity: Hashable, Sendable {
  var version: String
  /// The commit that was built; `nil` where the build did not say.
  var commit: String?
  /// Whether the tree held changes that are in no commit.
  var isModified = false
  var swift: String
  var architecture: String

  /// The mountmon that runs.
  static let current = BuildIdentity(
    version: Version.current, named: String(cString: cbuildinfo_commit()), swift: compiler,
    architecture: processor)

  /// The commit is `named` as the build said it: `-modified` follows where the tree held changes;
  /// empty where the build did not say.
  init(version: String, named name: String, swift: String, architecture: String) {
    let suffix = "-modified"
    isModified = name.hasSuffix(suffix)
    let commit = isModified ? String(name.dropLast(suffix.count)) : name
    self.commit = commit.isEmpty ? nil : commit
    self.version = version
    self.swift = swift
    self.architecture = architecture
  }

  /// For people, in parentheses after the version.
  var details: String {
    let name = commit.map { "commit \($0.prefix(12))\(isModified ? ", modified" : "")" }
    return "\(name ?? "unknown commit"), Swift \(swift), \(architecture)"
  }

  /// One line: `mountmon 0.1.0 (commit 0123456789ab, Swift 6.3.1, amd64)`.
  var text: String { "mountmon \(version) (\(details))\n" }

  /// The same for programs, with the whole commit; `null` for what is not known.
  var json: JSONValue {
    [
      "version": .string(version), "commit": commit.map { .string($0) } ?? .null,
      "modified": commit.map { _ in .bool(isModified) } ?? .null, "swift": .string(swift),
      "architecture": .string(architecture),
    ]
  }

  /// The JSON, to be printed.
  var document: String { json.text(.pretty) + "\n" }

  /// The same as labels of a metric.
  var labels: MetricLabels {
    [
      "version": version, "commit": commit ?? "unknown",
      "modified": commit == nil ? "unknown" : isModified ? "true" : "false", "swift": swift,
      "architecture": architecture,
    ]
  }
}

extension BuildIdentity {
  /// The Swift that compiled this. A compiler tells no more than that it is at least some version.
  private static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3.4)
      "6.3.4 or later"
    #elseif compiler(>=6.3.3)
      "6.3.3"
    #elseif compiler(>=6.3.2)
      "6.3.2"
    #elseif compiler(>=6.3.1)
      "6.3.1"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "before 6.3"
    #endif
  }

  /// The architecture that it was built for.
  private static var processor: String {
    #if arch(x86_64)
      "amd64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }
}
