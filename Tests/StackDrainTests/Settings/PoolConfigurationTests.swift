import Foundation
import JSONValue
import MountHealthCore
import Testing
import TimeText

@testable import StackDrain

@Suite struct `A pool's configuration` {
  @Test(arguments: PoolFaults.names)
  func `with one fault is refused with one line`(name: String) throws {
    let fault = try #require(PoolFaults.all.first { $0.name == name })
    let place = name == "root-list" ? "pool.json: " : "pool.json: "
    #expect(PoolText.faults(in: fault.text) == [place + fault.line])
  }

  @Test func `needs no more than the path of the pool`() throws {
    let path = try MountPath("/mnt/pool")
    let read = try PoolText.read(#"{"path": "/mnt/pool"}"#)
    #expect(
      read.settings == PoolSettings(pool: PoolDescription(path: path, minimumBranches: 1)))
    #expect(read.settings.policy == PoolPolicy())
    #expect(read.settings.planPolicy == PlanPolicy())
    #expect(read.httpPort == 9130 && read.httpAddress == "127.0.0.1" && read.isHTTPEnabled)
    #expect(read.compatibilityFolder == nil)
    #expect(
      read.warnings == ["pool.json: branches: none are given: a drive that is gone is not noticed"])
    #expect(
      try PoolText.read(nil, environment: ["MOUNTMON_POOL_PATH": "/mnt/pool"]).settings
        == read.settings)
    #expect(try PoolText.read(nil, flags: ["path": "/mnt/pool"]).settings == read.settings)
  }

  @Test func `has the defaults that its keys tell of`() throws {
    for keys in [PoolKeys.topKeys, PoolKeys.drainKeys, PoolKeys.deadlineKeys, PoolKeys.engineKeys] {
      for key in keys {
        guard let text = key.defaultText else { continue }
        switch key.kind {
        case .duration, .durationOrNever:
          let value = text.hasPrefix("\"") ? text : "\"\(text)\""
          #expect(key.kind.read(try JSONValue(parsing: value)) != nil, "\(key.name)")
        default:
          #expect(key.kind.read(try JSONValue(parsing: text)) != nil, "\(key.name)")
        }
      }
    }
    // Written out, they say what is so without them.
    func written(_ keys: [ConfigurationKey]) -> JSONObject {
      var object = JSONObject()
      for key in keys {
        guard let text = key.defaultText else { continue }
        object[key.name] = (try? JSONValue(parsing: text)) ?? .string(text)
      }
      return object
    }
    var document = written(PoolKeys.topKeys)
    document["path"] = "/mnt/pool"
    document["branches"] = ["/mnt/a", "/mnt/b", "/mnt/c"]
    document["drainAfter"] = .object(written(PoolKeys.drainKeys))
    document["deadlines"] = .object(written(PoolKeys.deadlineKeys))
    document["engine"] = .object(written(PoolKeys.engineKeys))
    let short = try PoolText.read(
      #"{"path": "/mnt/pool", "branches": ["/mnt/a", "/mnt/b", "/mnt/c"]}"#)
    #expect(try PoolText.read(JSONValue.object(document).text()) == short)
    #expect(short.settings.pool.minimumBranches == 3)
    #expect(short.settings.pool.branches.map(\.label) == ["a", "b", "c"])
  }

  @Test func `takes every kind of client`() throws {
    let text = """
      {"path": "/p", "branches": [{"path": "/b/one", "label": "L"}], "clients": [
        {"type": "sabnzbd", "url": "http://h:8080/sabnzbd", "apiKeyIni": {"file": "/s.ini", "key": "k"}},
        {"type": "transmission", "url": "https://h/", "caFile": "/ca.pem", "username": "u",
         "password": "p", "container": "tr"},
        {"type": "qbittorrent", "url": "http://h/", "username": "u", "passwordFile": "/pw"},
        {"type": "tdarr", "url": "http://h/", "nodes": ["n"], "apiKey": "k"},
        {"type": "aria2", "url": "http://h/", "apiKeyFile": "/k"},
        {"type": "nzbget", "url": "http://h/"},
        {"type": "http", "look": {"url": "http://h/l"}, "runningText": "yes",
         "pause": {"url": "http://h/p", "headers": {"X-Api-Key": "k"}, "body": "b"},
         "resume": {"url": "http://h/r", "method": "PUT"}, "role": "producer"},
        {"type": "command", "look": ["/l"], "pause": ["/p1", "x"], "resume": ["/r"]},
        {"type": "unit", "unit": "a.service", "name": "iso"}]}
      """
    let clients = try PoolText.read(text).settings.clients
    #expect(
      clients.map(\.name) == [
        "sabnzbd", "transmission", "qbittorrent", "tdarr", "aria2", "nzbget", "http", "command",
        "iso",
      ])
    #expect(clients[0].program == .sabnzbd(key: .ini(file: "/s.ini", section: "misc", key: "k")))
    #expect(clients[0].url?.target == "/sabnzbd")
    #expect(clients[1].program == .transmission(.init(user: "u", password: .value("p"))))
    #expect(clients[1].authorityFile == "/ca.pem" && clients[1].container == "tr")
    #expect(clients[2].program == .qbittorrent(.init(user: "u", password: .file("/pw"))))
    #expect(clients[3].program == .tdarr(key: .value("k"), nodes: ["n"]))
    #expect(clients[3].role == .processing && clients[4].role == .download)
    #expect(clients[4].program == .aria2(secret: .file("/k")))
    #expect(clients[5].program == .nzbget(nil))
    guard case .http(let steps) = clients[6].program else { throw Unexpected() }
    #expect(
      [steps.look.method, steps.pause.method, steps.resume.method] == ["GET", "POST", "PUT"])
    #expect(steps.pause.headers == ["X-Api-Key": "k"] && steps.pause.body == "b")
    #expect(clients[6].role == .producer && steps.runningText == "yes")
    #expect(
      clients[7].program == .command(.init(look: ["/l"], pause: ["/p1", "x"], resume: ["/r"])))
    #expect(clients[8].program == .unit("a.service"))
  }

  @Test func `makes commands of compose files`() throws {
    let read = try PoolText.read(
      PoolText.with(
        #""portableProjects": [{"name": "r", "directory": "/opt", "files": ["a.yml", "/x/b.yml"]}], "#
          + #""fullProjects": [{"name": "m", "files": ["/srv/m/c.yml"], "services": ["s"]}, "#
          + #"{"name": "n", "start": ["docker-compose", "up"], "stop": ["docker-compose", "stop"]}]"#
      ))
    let portable = try #require(read.settings.portableProjects.first)
    let base = ["docker", "compose", "-p", "r", "-f", "/opt/a.yml", "-f", "/x/b.yml"]
    #expect(portable.start == base + ["up", "-d"] && portable.stop == base + ["stop"])
    #expect(portable.folder == "/opt")
    #expect(read.settings.fullProjects.map(\.folder) == ["/srv/m", "/"])
    #expect(read.settings.fullProjects.first?.services == ["s"])
    let stack = read.settings.stack([])
    #expect(stack.portableProjects == [Target(.project, "r")].compactMap { $0 })
    #expect(stack.users.paths.map(\.description) == ["/mnt/pool"])
  }

  @Test func `reads labels as the engine's filters are written`() throws {
    let engine = try PoolText.read(
      PoolText.with(#""engine": {"labels": ["a.b/c", "d=e=f", "g="], "exceptions": ["x"]}"#)
    ).settings.engine
    #expect(engine?.labels == ["a.b/c": nil, "d": "e=f", "g": ""])
    #expect(engine?.exceptions == ["x"])
    #expect(
      try PoolText.read(PoolText.with(#""engine": {"enabled": false}"#)).settings.engine == nil)
  }

  struct Unexpected: Error {}
}

@Suite struct `Around a pool's configuration` {
  @Test(arguments: [
    ("5", Duration.seconds(5)), ("2.5", .milliseconds(2500)), ("1m", .seconds(60)),
    ("", .seconds(10)),
  ])
  func `the script's interval is honoured`(text: String, interval: Duration) throws {
    let read = try PoolText.read(PoolText.with(""), environment: ["POLL_INTERVAL": text])
    #expect(read.settings.probing.interval == interval)
    #expect(read.settings.probing.timeout == min(.seconds(5), interval / 2))
  }

  @Test(arguments: ["0", "x", "-5", "1e3", "7200", "10 ", "1.2.3"])
  func `an interval that is none is refused`(text: String) {
    let faults = PoolText.faults(in: PoolText.with(""), environment: ["POLL_INTERVAL": text])
    #expect(
      faults == [
        "environment: POLL_INTERVAL: \"\(text)\" is not allowed, expected seconds from 1 to 3600, or a "
          + "duration from 1s to 1h, such as \"1m30s\""
      ])
  }

  @Test func `the script's switch is honoured`() throws {
    for (text, isOn) in [("true", true), ("false", false), ("", true)] {
      let read = try PoolText.read(
        PoolText.with(""), environment: ["AUTO_UPGRADE_ON_RECOVERY": text])
      #expect(read.settings.policy.upgradesByItself == isOn)
    }
    #expect(
      PoolText.faults(in: PoolText.with(""), environment: ["AUTO_UPGRADE_ON_RECOVERY": "no"]) == [
        #"environment: AUTO_UPGRADE_ON_RECOVERY: "no" is not allowed, expected true or false"#
      ])
  }

  @Test func `flags come before our variables, these before the script's, these before the file`()
    throws
  {
    let file = PoolText.with(#""pollInterval": "20s""#)
    var environment = ["POLL_INTERVAL": "30"]
    #expect(
      try PoolText.read(file, environment: environment).settings.probing.interval == .seconds(30))
    environment["MOUNTMON_POOL_POLL_INTERVAL"] = "40s"
    #expect(
      try PoolText.read(file, environment: environment).settings.probing.interval == .seconds(40))
    let flags = ["pollInterval": "50s"]
    let read = try PoolText.read(file, environment: environment, flags: flags)
    #expect(read.settings.probing.interval == .seconds(50))
  }

  @Test func `variables reach into the objects`() throws {
    let read = try PoolText.read(
      PoolText.with(""),
      environment: [
        "MOUNTMON_POOL_DRAIN_AFTER_SLOW": "never", "MOUNTMON_POOL_DEADLINES_STOP_GRACE": "1m",
        "MOUNTMON_POOL_ENGINE_SOCKET": "/run/podman/podman.sock", "MOUNTMON_POOL_HTTP_PORT": "9131",
        "MOUNTMON_POOL_HTTP_ADDRESS": "", "MOUNTMON_POOL_MIN_FREE_BYTES": "1GiB",
      ])
    #expect(read.settings.policy.drainAfter.slow == nil)
    #expect(read.settings.planPolicy.stopGrace == .seconds(60))
    #expect(read.settings.engine?.socket == "/run/podman/podman.sock")
    #expect(read.httpPort == 9131 && read.httpAddress == "")
    #expect(read.settings.pool.minimumFreeBytes == 1 << 30)
  }

  @Test func `a variable that is nearly one of ours deserves a word`() throws {
    let read = try PoolText.read(
      PoolText.with(#""branches": ["/a"]"#), environment: ["MOUNTMON_POOL_HTP_PORT": "1"])
    #expect(
      read.warnings == [
        "environment: MOUNTMON_POOL_HTP_PORT: is not known, did you mean MOUNTMON_POOL_HTTP_PORT?"
      ])
  }

  @Test func `secrets in a file that others read deserve a word, and are never shown`() throws {
    let text = PoolText.with(
      #""branches": ["/a"], "#
        + #""clients": [{"type": "aria2", "url": "http://h/", "apiKey": "hunter2"}]"#)
    #expect(try PoolText.read(text).warnings == [])
    let read = try PoolText.read(text, isReadableByOthers: true)
    #expect(
      read.warnings == [
        "pool.json: secrets stand in it, and others may read it: chmod 0600, or give apiKeyFile, "
          + "passwordFile or authorizationFile"
      ])
    #expect(!"\(read)".contains("hunter2"))
  }

  @Test func `what is unsafe and allowed is explained`() throws {
    let read = try PoolText.read(
      PoolText.with(
        #""branches": ["/a"], "drainAfter": {"lost": "5m", "unresponsive": "never"}, "#
          + #""engine": {"enabled": false}"#))
    #expect(
      read.warnings == [
        "pool.json: there is no engine and no client: the pool is watched and no more",
        "pool.json: drainAfter.lost: for 5m after the pool is gone, what is written goes to the disk "
          + "below it",
        "pool.json: drainAfter.unresponsive: a pool that hangs never has the stack drained",
      ])
  }

  @Test func `faults are told all at once`() {
    let faults = PoolText.faults(
      in: #"{"pollInterval": 1, "colour": 2, "clients": [{"type": "x"}], "drainAfter": {"x": 1}}"#,
      environment: ["MOUNTMON_POOL_HTTP_PORT": "0"], flags: ["logLevel": "x"])
    #expect(faults.count == 7)
  }
}
