import JSONValue
import Testing

@testable import MountHealthCore

/// The documents that the tool's users start from, word for word.
@Suite struct `The use cases' configuration` {
  @Test func `of a single threshold`() throws {
    let (configuration, warnings) = try Configuration.reading(
      """
      {
        "mounts": [
          {
            "path": "/mnt/debrid",
            "failureThreshold": 5
          }
        ]
      }
      """)
    let mount = try #require(configuration.mounts.first)
    #expect(configuration.mounts.count == 1)
    #expect(mount.path.description == "/mnt/debrid")
    #expect(mount.policy.failureThreshold == 5)
    #expect(mount.probe.target == .canary(try CanaryPath(".health-check")))
    #expect(warnings.isEmpty)
  }

  @Test func `of a mount each`() throws {
    let (configuration, _) = try Configuration.reading(
      """
      {
        "mounts": [
          { "path": "/mnt/movies", "failureThreshold": 3, "canaryFile": ".rd-health" },
          { "path": "/mnt/tv", "failureThreshold": 5, "canaryFile": ".ad-health" },
          { "path": "/mnt/downloads", "failureThreshold": 2, "canaryFile": ".nfs-health" }
        ]
      }
      """)
    #expect(configuration.mounts.map(\.policy.failureThreshold) == [3, 5, 2])
    #expect(
      try configuration.mounts.map(\.probe.target) == [
        .canary(CanaryPath(".rd-health")), .canary(CanaryPath(".ad-health")),
        .canary(CanaryPath(".nfs-health")),
      ])
  }

  @Test func `of a file with flags over it`() throws {
    let (configuration, _) = try Configuration.reading(
      """
      {
        "checkInterval": "5s",
        "mounts": [{"name": "test", "path": "/mnt/test"}]
      }
      """, flags: ["logLevel": "debug", "logFormat": "text"])
    let mount = try #require(configuration.mounts.first)
    #expect(mount.label == "test")
    #expect(mount.interval == .seconds(5))
    // The default of 5 s would not be less than the interval.
    #expect(mount.timeout == .milliseconds(2500))
    #expect(configuration.logLevel == .debug)
    #expect(configuration.logFormat == .text)
  }

  /// In the document the file's name stands above it as a comment, which JSON does not have.
  @Test func `with its heading says that JSON has no comments`() {
    let faults = Configuration.faults(in: "// config.json\n{}")
    #expect(faults.count == 1)
    #expect(faults.first?.hasSuffix("but JSON has no comments") == true)
  }
}

@Suite struct `What is not given` {
  @Test func `has the documented defaults`() throws {
    let (configuration, _) = try Configuration.reading(#"{ "mounts": [{ "path": "/mnt/a" }] }"#)
    #expect(
      configuration.mounts == [
        Mount(
          path: try MountPath("/mnt/a"), probe: Probe(.canary(try CanaryPath(".health-check"))))
      ])
    #expect(configuration.httpPort == 8080)
    #expect(configuration.httpAddress.isEmpty)
    #expect(configuration.logLevel == .info)
    #expect(configuration.logFormat == .json)
    #expect(configuration.shutdownTimeout == .seconds(30))
    #expect(configuration.liveness == .engine)
    #expect(configuration.watchdog == WatchdogSettings())
    #expect(!configuration.watchdog.isEnabled)
  }

  /// The defaults that the keys tell of, written out, are the defaults.
  @Test func `is what the keys say`() throws {
    let plain = try Configuration.reading(#"{ "mounts": [{ "path": "/a" }] }"#).configuration
    for place in KeyPlace.allCases {
      for key in place.keys {
        guard let text = key.defaultText else { continue }
        let value = (try? JSONValue(parsing: text)) ?? .string(text)
        var document = try JSONValue(parsing: place.document(key.name, value))
        if place == .mount { document["mounts"]?[0]?["path"] = "/a" }
        if place != .mount { document["mounts"] = [["path": "/a"]] }
        let written = try Configuration.reading(document.text())
        #expect(written.configuration == plain, "\(key.name)")
        #expect(written.warnings.isEmpty, "\(key.name)")
      }
    }
  }

  @Test(arguments: [("2s", 1000), ("9s", 4500), ("10s", 5000), ("1h", 5000)])
  func `of the timeout is half of a short interval`(interval: String, timeout: Int) throws {
    let text = #"{ "checkInterval": "\#(interval)", "mounts": [{ "path": "/a" }] }"#
    let mount = try #require(try Configuration.reading(text).configuration.mounts.first)
    #expect(mount.timeout == .milliseconds(timeout))
  }

  @Test func `in a mount is taken from the top`() throws {
    let (configuration, _) = try Configuration.reading(
      """
      { "checkInterval": "1m", "failureThreshold": 7, "canaryFile": "top", "expect": "x",
        "mounts": [
          { "path": "/a" },
          { "path": "/b", "checkInterval": "2m", "failureThreshold": 8, "canaryFile": "own" },
          { "path": "/c", "checkType": "directory", "failureThreshold": 0 }
        ] }
      """)
    #expect(configuration.mounts.map(\.interval) == [.seconds(60), .seconds(120), .seconds(60)])
    #expect(configuration.mounts.map(\.policy.failureThreshold) == [7, 8, 7])
    #expect(
      try configuration.mounts.map(\.probe.target) == [
        .canary(CanaryPath("top")), .canary(CanaryPath("own")), .directory,
      ])
    // What a canary has to hold is nothing to a directory.
    #expect(configuration.mounts.map(\.probe.expectation) == ["x", "x", nil])
  }
}

@Suite struct `A source of the configuration` {
  private let file = #"{ "httpPort": 1, "failureThreshold": 4, "mounts": [{ "path": "/a" }] }"#

  @Test func `overrides those before it`() throws {
    let variable = ["MOUNTMON_HTTP_PORT": "2"]
    let flag = ["httpPort": "3"]
    #expect(try Configuration.reading(file).configuration.httpPort == 1)
    #expect(try Configuration.reading(file, environment: variable).configuration.httpPort == 2)
    #expect(
      try Configuration.reading(file, environment: variable, flags: flag).configuration.httpPort
        == 3)
    #expect(try Configuration.reading(file, flags: flag).configuration.httpPort == 3)
  }

  @Test func `does not override a mount's own value`() throws {
    let text = """
      { "mounts": [{ "path": "/a", "failureThreshold": 2 }, { "path": "/b" }] }
      """
    let mounts = try Configuration.reading(
      text, environment: ["MOUNTMON_FAILURE_THRESHOLD": "9"]
    ).configuration.mounts
    #expect(mounts.map(\.policy.failureThreshold) == [2, 9])
  }

  @Test func `may be the environment for each key but lists and objects`() throws {
    let names = ConfigurationKey.topKeys.map(\.environmentName)
    #expect(names.contains("MOUNTMON_CHECK_INTERVAL"))
    #expect(names.contains("MOUNTMON_MIN_FREE_PERCENT"))
    let configuration = try Configuration.reading(
      file,
      environment: [
        "MOUNTMON_CHECK_INTERVAL": "1m", "MOUNTMON_READ_TIMEOUT": "3s",
        "MOUNTMON_SLOW_AFTER": "2s", "MOUNTMON_SUCCESS_THRESHOLD": "2",
        "MOUNTMON_STARTUP_GRACE": "0", "MOUNTMON_FLAP_WINDOW": "1h",
        "MOUNTMON_CANARY_FILE": "c", "MOUNTMON_CANARY_MAX_BYTES": "10", "MOUNTMON_EXPECT": "7",
        "MOUNTMON_REQUIRE_MOUNT": "true", "MOUNTMON_MIN_ENTRIES": "1",
        "MOUNTMON_MIN_FREE_BYTES": "1KiB", "MOUNTMON_MIN_FREE_PERCENT": "0.5",
        "MOUNTMON_WRITE": "true", "MOUNTMON_HTTP_ADDRESS": "::1", "MOUNTMON_LOG_LEVEL": "warn",
        "MOUNTMON_LOG_FORMAT": "text", "MOUNTMON_SHUTDOWN_TIMEOUT": "2s",
        "MOUNTMON_LIVENESS": "mounts", "MOUNTMON_WATCHDOG_ENABLED": "true",
        "MOUNTMON_WATCHDOG_RETRY_BACKOFF_MAX": "1m", "HTTP_PORT": "99",
      ]
    ).configuration
    let mount = try #require(configuration.mounts.first)
    #expect(
      mount
        == Mount(
          path: try MountPath("/a"),
          probe: Probe(
            .canary(try CanaryPath("c")), maximumBytes: 10, expectation: "7", minimumEntries: 1,
            minimumFreeBytes: 1024, minimumFreePercent: 0.5, writes: true),
          requirement: .mountPoint, interval: .seconds(60), timeout: .seconds(3),
          slowAfter: .seconds(2),
          policy: HealthPolicy(
            failureThreshold: 4, successThreshold: 2, startupGrace: .zero,
            flapWindow: .seconds(3600))))
    #expect(configuration.httpPort == 1)
    #expect(configuration.httpAddress == "::1")
    #expect(configuration.logLevel == .warn)
    #expect(configuration.logFormat == .text)
    #expect(configuration.shutdownTimeout == .seconds(2))
    #expect(configuration.liveness == .mounts)
    #expect(configuration.watchdog.isEnabled)
    #expect(configuration.watchdog.retryBackoffMax == .seconds(60))
  }

  @Test func `that is wrong is named`() {
    #expect(
      Configuration.faults(
        in: file, environment: ["MOUNTMON_HTTP_PORT": "x\n1", "MOUNTMON_WRITE": "yes"],
        flags: ["logLevel": "loud"]) == [
          "environment: MOUNTMON_WRITE: \"yes\" is not allowed, expected true or false",
          "environment: MOUNTMON_HTTP_PORT: \"x?1\" is not allowed, "
            + "expected a whole number from 1 to 65535",
          "command line: logLevel: \"loud\" is not allowed, "
            + "expected one of debug, info, warn, error",
        ])
  }

  @Test func `that is empty is not given`() throws {
    let (configuration, warnings) = try Configuration.reading(
      file, environment: ["MOUNTMON_HTTP_PORT": "", "MOUNTMON_LOG_LEVEL": ""],
      flags: ["logFormat": ""])
    #expect(configuration.httpPort == 1)
    #expect(configuration.logLevel == .info)
    #expect(warnings.isEmpty)
  }

  /// A Service called `mountmon-http` makes kubelet set such variables.
  @Test func `that describes a Service is passed over`() throws {
    let (configuration, warnings) = try Configuration.reading(
      file,
      environment: [
        "MOUNTMON_HTTP_PORT": "tcp://10.0.0.1:8080",
        "MOUNTMON_HTTP_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "MOUNTMON_HTTP_SERVICE_HOST": "10.0.0.1", "MOUNTMON_SERVICE_PORT": "8080",
        "MOUNTMON_PORT": "udp://10.0.0.1:53",
      ])
    #expect(configuration.httpPort == 1)
    #expect(
      warnings == ["environment: MOUNTMON_HTTP_PORT: describes a Service and is passed over"])
  }

  @Test func `may be none but there must be mounts`() {
    #expect(
      Configuration.faults(in: nil) == ["configuration: mounts: at least one mount is required"])
  }

  @Test func `may hold paths relative to the working directory`() throws {
    let text = #"{ "mounts": [{ "path": "mnt/a" }, { "path": "./mnt/b/" }] }"#
    let mounts = try Configuration.reading(text, workingDirectory: "/srv").configuration.mounts
    #expect(mounts.map(\.path.description) == ["/srv/mnt/a", "/srv/mnt/b"])
    #expect(
      Configuration.faults(in: #"{ "mounts": [{ "path": "a" }, { "path": "/work/a" }] }"#) == [
        "config.json: mounts[1].path: \"/work/a\" is not allowed, "
          + "expected a path of its own: mounts[0] has this one"
      ])
  }
}
