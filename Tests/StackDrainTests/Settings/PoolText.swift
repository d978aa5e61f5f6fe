import JSONValue
import MountHealthCore

@testable import StackDrain

/// What becomes of a text that is read as the file `pool.json`.
enum PoolText {
  static func read(
    _ text: String?, environment: [String: String] = [:], flags: [String: String] = [:],
    isReadableByOthers: Bool = false
  ) throws(ConfigurationFaults) -> PoolConfiguration {
    try PoolConfiguration(
      reading: ConfigurationInput(
        file: text.map {
          .init(name: "pool.json", bytes: Array($0.utf8), isReadableByOthers: isReadableByOthers)
        }, environment: environment, flags: flags))
  }

  static func faults(
    in text: String?, environment: [String: String] = [:], flags: [String: String] = [:]
  ) -> [String] {
    do {
      _ = try read(text, environment: environment, flags: flags)
      return []
    } catch {
      return error.lines
    }
  }

  /// A small configuration with these members in it.
  static func with(_ members: String) -> String {
    "{ \"path\": \"/mnt/pool\"" + (members.isEmpty ? "" : ", \(members)") + " }"
  }

  /// One with a client of these members.
  static func client(_ members: String) -> String { with("\"clients\": [ { \(members) } ]") }
}

/// Configurations with one fault each: a name, the text, and what is said of it after the file's name.
enum PoolFaults {
  static let names = all.map(\.name)

  static let all: [(name: String, text: String, line: String)] =
    whole + branches + rest + clients
    + programs

  private static let whole: [(String, String, String)] = [
    ("no-path", "{}", "path: is missing, expected the path of the pool"),
    (
      "relative-path", #"{"path": "mnt/pool"}"#,
      #"path: "mnt/pool" is not allowed, expected a path that begins with "/" and has no ".." in it"#
    ),
    (
      "root-path", #"{"path": "/"}"#,
      #"path: "/" is not allowed, expected the path of a pool, not that of the root disk"#
    ),
    ("root-list", "[]", "a list of 0 is not allowed, expected an object"),
    (
      "misspelt", PoolText.with(#""polInterval": "5s""#),
      #"polInterval: unknown key, did you mean "pollInterval"?"#
    ),
    (
      "any-mount", PoolText.with(#""requireMount": false"#),
      "requireMount: false is not allowed, expected true, or an object with \"fsType\", \"source\" or "
        + "both: the folder that is left when the pool is unmounted must never count as the pool"
    ),
    (
      "timeout-not-below-interval", PoolText.with(#""readTimeout": "10s""#),
      "readTimeout: 10s is not allowed, expected less than pollInterval (10s)"
    ),
    (
      "slow-not-below-timeout", PoolText.with(#""slowAfter": "5s""#),
      "slowAfter: 5s is not allowed, expected less than readTimeout (5s)"
    ),
    (
      "expect-without-canary", PoolText.with(#""expect": "x""#),
      "expect: needs a canary, and there is no canaryFile"
    ),
    (
      "interval-number", PoolText.with(#""pollInterval": 10"#),
      #"pollInterval: 10 is not allowed, expected a duration from 1s to 1h, such as "1m30s""#
    ),
    (
      "look-again-order", PoolText.with(#""lookAgainAfter": "1h", "lookAgainMax": "1m""#),
      "lookAgainMax: 1m is not allowed, expected at least lookAgainAfter (1h)"
    ),
    (
      "state-on-pool", PoolText.with(#""stateDirectory": "/mnt/pool/state""#),
      #"stateDirectory: "/mnt/pool/state" is not allowed, expected a path that is not on the pool or a "#
        + "branch (/mnt/pool): it would hang together with the pool"
    ),
    (
      "state-on-branch",
      PoolText.with(#""branches": ["/mnt/a"], "stateDirectory": "/mnt//a/""#),
      #"stateDirectory: "/mnt/a" is not allowed, expected a path that is not on the pool or a branch "#
        + "(/mnt/a): it would hang together with the pool"
    ),
    (
      "twin-on-pool", PoolText.with(#""compatibilityDirectory": "/mnt/pool""#),
      #"compatibilityDirectory: "/mnt/pool" is not allowed, expected a path that is not on the pool or "#
        + "a branch (/mnt/pool): it would hang together with the pool"
    ),
    (
      "log-level", PoolText.with(#""logLevel": "loud""#),
      #"logLevel: "loud" is not allowed, expected one of debug, info, warn, error"#
    ),
  ]

  private static let branches: [(String, String, String)] = [
    (
      "min-branches-too-many", PoolText.with(#""branches": ["/mnt/a"], "minBranches": 2"#),
      "minBranches: 2 is not allowed, expected at most the number of branches (1)"
    ),
    (
      "min-branches-alone", PoolText.with(#""minBranches": 2"#),
      "minBranches: 2 is not allowed, expected no such key, as there are no branches"
    ),
    (
      "branch-number", PoolText.with(#""branches": [1]"#),
      "branches[0]: 1 is not allowed, expected an object"
    ),
    (
      "branch-relative", PoolText.with(#""branches": ["a"]"#),
      #"branches[0].path: "a" is not allowed, expected a path that begins with "/" and has no ".." in "#
        + "it"
    ),
    (
      "branch-root", PoolText.with(#""branches": ["/"]"#),
      #"branches[0].path: "/" is not allowed, expected the path of a drive of the pool, not that of "#
        + "the root disk"
    ),
    (
      "branch-without-path", PoolText.with(#""branches": [{"label": "a"}]"#),
      "branches[0].path: is missing, expected where the drive is mounted"
    ),
    (
      "branch-is-pool", PoolText.with(#""branches": ["/mnt/pool/"]"#),
      #"branches[0].path: "/mnt/pool" is not allowed, expected a path of its own: the pool has this one"#
    ),
    (
      "branch-path-twice",
      PoolText.with(#""branches": ["/mnt/a", {"path": "/mnt/a/", "label": "b"}]"#),
      #"branches[1].path: "/mnt/a" is not allowed, expected a path of its own: branches[0] has this one"#
    ),
    (
      "branch-label-twice", PoolText.with(#""branches": ["/mnt/a", "/media/a"]"#),
      #"branches[1].label: "a" is not allowed, expected a label of its own: branches[0] has this one"#
    ),
  ]

  private static let rest: [(String, String, String)] = [
    (
      "delay-word", PoolText.with(#""drainAfter": {"scarce": "always"}"#),
      #"drainAfter.scarce: "always" is not allowed, expected never, or a duration from 0s to 24h, such "#
        + #"as "1m30s""#
    ),
    (
      "never-lost", PoolText.with(#""drainAfter": {"lost": "never"}"#),
      #"drainAfter.lost: "never" is not allowed, expected a duration from 0s to 24h, such as "1m30s""#
    ),
    (
      "deadline-zero", PoolText.with(#""deadlines": {"client": "0s"}"#),
      #"deadlines.client: "0s" is not allowed, expected a duration from 100ms to 1h, such as "1m30s""#
    ),
    (
      "socket-on-pool", PoolText.with(#""engine": {"socket": "/mnt/pool/d.sock"}"#),
      #"engine.socket: "/mnt/pool/d.sock" is not allowed, expected a path that is not on the pool or a "#
        + "branch (/mnt/pool): it would hang together with the pool"
    ),
    (
      "label-without-key", PoolText.with(#""engine": {"labels": ["=x"]}"#),
      #"engine.labels: "=x" is not allowed, expected key, or key=value"#
    ),
    (
      "project-in-both",
      PoolText.with(
        #""portableProjects": [{"name": "p", "files": ["/a.yml"]}], "#
          + #""fullProjects": [{"name": "p", "files": ["/b.yml"]}]"#),
      #"fullProjects: "p" is among portableProjects as well: it would be started when the pool is gone, "#
        + "and count as back when it is not"
    ),
    (
      "project-twice",
      PoolText.with(
        #""fullProjects": [{"name": "p", "files": ["/a.yml"]}, {"name": "p", "files": ["/b.yml"]}]"#
      ),
      #"fullProjects: "p" is there twice"#
    ),
    (
      "project-of-the-pool",
      PoolText.with(
        #""portableProjects": [{"name": "p", "files": ["/a.yml"]}], "engine": {"projects": ["p"]}"#),
      #"portableProjects: "p" is among engine.projects as well: it would be stopped as soon as it was "#
        + "started"
    ),
    (
      "project-without-engine",
      PoolText.with(
        #""fullProjects": [{"name": "p", "files": ["/a.yml"]}], "engine": {"enabled": false}"#),
      #"fullProjects: "p" needs an engine: whether it runs is read from its containers"#
    ),
    (
      "project-relative-file",
      PoolText.with(#""fullProjects": [{"name": "p", "files": ["a.yml"]}]"#),
      #"fullProjects[0].files: "a.yml" is not allowed, expected absolute paths, or paths below "#
        + #"directory, without "..""#
    ),
    (
      "project-file-on-pool",
      PoolText.with(#""fullProjects": [{"name": "p", "files": ["/mnt/pool/a.yml"]}]"#),
      #"fullProjects[0].files: "/mnt/pool/a.yml" is not allowed, expected a path that is not on the "#
        + "pool or a branch (/mnt/pool): it could not be read when the pool is gone, or hang"
    ),
    (
      "project-both",
      PoolText.with(#""fullProjects": [{"name": "p", "files": ["/a"], "stop": ["b"]}]"#),
      "fullProjects[0]: has files and commands, expected one of them"
    ),
    (
      "project-without-stop",
      PoolText.with(#""fullProjects": [{"name": "p", "start": ["/bin/a"]}]"#),
      "fullProjects[0].stop: is missing, expected a command, or files in place of both"
    ),
  ]
}
