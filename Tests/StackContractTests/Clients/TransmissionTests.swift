import Pacing
import StackDrain
import StackKit
import Testing

/// A real transmission-daemon with two torrents: one runs, one was stopped by a person.
private struct Station {
  let folder: Scratch
  let daemon: Daemon
  let port: Int
  let files: [TorrentFile]

  init(user: String? = nil) async throws {
    folder = try Scratch()
    port = try FreePort.take()
    let settings = """
      {"rpc-enabled":true,"rpc-bind-address":"127.0.0.1","rpc-port":\(port),
       "rpc-authentication-required":\(user != nil),"rpc-username":"\(user ?? "")",
       "rpc-password":"right","rpc-whitelist-enabled":true,"rpc-whitelist":"127.0.0.1",
       "bind-address-ipv4":"127.0.0.1","bind-address-ipv6":"::1","peer-port":\(try FreePort.take()),
       "dht-enabled":false,"lpd-enabled":false,"pex-enabled":false,"utp-enabled":false,
       "port-forwarding-enabled":false,"download-dir":"\(folder.folder("downloads"))"}
      """
    _ = folder.folder("cfg")
    try folder.write("cfg/settings.json", settings)
    daemon = try Daemon(
      ["/usr/bin/transmission-daemon", "-f", "-g", "\(folder.path)/cfg", "--no-portmap"], in: folder
    )
    var files: [TorrentFile] = []
    for name in ["one", "two"] {
      files.append(try await TorrentFile(name, megabytes: 8, in: folder))
    }
    self.files = files
  }

  func client(_ login: ClientSettings.Login? = nil) throws -> any StackClient {
    try ClientSettings("transmission", .transmission(login), port: port).client()
  }

  func remote(_ words: String..., login: String? = nil) async throws {
    let all =
      ["/usr/bin/transmission-remote", "127.0.0.1:\(port)"]
      + (login.map { ["-n", $0] } ?? []) + words
    try await run(all)
  }

  /// Waits for something on the disk: Transmission starts no torrent again that has nothing there.
  func firstBytes() async throws {
    for _ in 0..<600 where Scratch.names(in: folder.folder("downloads")).isEmpty {
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}

@Suite struct `Transmission` {
  @Test func `stops what runs by hash, and starts nothing that a person had stopped`() async throws
  {
    let station = try await Station()
    let client = try station.client()
    try await client.settles { $0.running.isEmpty && $0.idle.isEmpty }
    try await station.remote("--start-paused")
    try await station.remote("-a", station.files[1].torrent)
    let stopped = try await client.settles { $0.idle.count == 1 }.idle
    try await station.remote("--no-start-paused")
    try await station.remote("-a", station.files[0].torrent)
    let before = try await client.settles { $0.running.count == 1 }
    #expect(before.idle == stopped)
    try await station.firstBytes()

    try await client.pause(before.running)
    try await client.settles { $0.running.isEmpty && $0.idle.count == 2 }
    // Twice is no fault, nor is a torrent that is not there.
    try await client.pause(before.running.union(["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]))
    try await client.resume(before.running)
    try await client.settles { $0.running == before.running && $0.idle == stopped }

    // The session is another one after a restart: the next request is answered with 409.
    station.daemon.stop()
    #expect(await client.fault().contains("refused"))
    try station.daemon.start()
    try await client.settles { $0.running == before.running && $0.idle == stopped }
    try await client.pause(before.running)
    try await client.settles { $0.running.isEmpty }

    // A resume that times out is carried out later.
    station.daemon.pause()
    let start = machine.now()
    await #expect(throws: ClientFault.self) {
      try await client.resume(before.running, within: .seconds(1))
    }
    #expect(machine.now() - start < .seconds(20))
    station.daemon.proceed()
    try await client.settles { $0.running == before.running && $0.idle == stopped }

    station.daemon.kill()
    #expect(await client.fault().hasPrefix("transmission: Transmission did not answer"))
  }

  @Test func `is told its password, and says so when it is wrong`() async throws {
    let station = try await Station(user: "me")
    let password = try station.folder.write("password", "wrong\n")
    let login = ClientSettings.Login(user: "me", password: .file(password))
    let client = try station.client(login)
    let open = try station.client()
    try await station.client(.init(user: "me", password: .value("right"))).settles { _ in true }
    #expect(await open.fault().contains("refuses the login (status 401)"))
    #expect(await client.fault().contains("refuses the login (status 401)"))
    // A new password is used at once.
    try station.folder.write("password", "right\n")
    try await station.remote("-a", station.files[0].torrent, login: "me:right")
    let state = try await client.settles { $0.running.count == 1 }
    try await station.firstBytes()
    try await client.pause(state.running)
    try await client.settles { $0.running.isEmpty }
    try await client.resume(state.running)
    try await client.settles { $0.running == state.running }
  }
}
