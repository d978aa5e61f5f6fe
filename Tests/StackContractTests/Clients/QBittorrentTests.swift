import StackDrain
import StackKit
import Testing

/// A real qbittorrent-nox.
private struct Station {
  let folder: Scratch
  let daemon: Daemon
  let port: Int

  init() throws {
    folder = try Scratch()
    port = try FreePort.take()
    _ = folder.folder("prof")
    _ = folder.folder("prof/qBittorrent")
    _ = folder.folder("prof/qBittorrent/config")
    let text = """
      [LegalNotice]
      Accepted=true
      [BitTorrent]
      Session\\Port=\(try FreePort.take())
      Session\\InterfaceAddress=127.0.0.1
      Session\\DHTEnabled=false
      Session\\LSDEnabled=false
      Session\\PeXEnabled=false
      Session\\DefaultSavePath=\(folder.folder("downloads"))
      [Network]
      PortForwardingEnabled=false
      [Preferences]
      WebUI\\Address=127.0.0.1
      WebUI\\Port=\(port)
      WebUI\\Username=admin
      WebUI\\Password_PBKDF2="@ByteArray(\(Self.salt):\(Self.hash))"
      WebUI\\LocalHostAuth=true
      WebUI\\UseUPnP=false

      """
    try folder.write("prof/qBittorrent/config/qBittorrent.conf", text)
    daemon = try Daemon(
      ["/usr/bin/qbittorrent-nox", "--profile=\(folder.path)/prof"], in: folder)
  }

  /// The word `right`, by PBKDF2 with SHA-512 and 100,000 rounds, in Base64.
  private static let salt = "bW91bnRtb24tdGVzdHMtMA=="
  private static let hash =
    "GA/hfDXlo1yEk5DS/ce4wMzR78Rn3YEsOpS2juy2NyTh6Cdpf4fIAwT61cMeP1On//NaAoYC3SaFJbm9Ll7iiQ=="

  func client(_ password: SecretSource = .value("right")) throws -> any StackClient {
    let login = ClientSettings.Login(user: "admin", password: password)
    return try ClientSettings("qbit", .qbittorrent(login), port: port).client()
  }

  /// As a person does by hand.
  func add(_ torrent: String, isPaused: Bool, jar: String) async throws {
    try await run(
      "/usr/bin/curl", "-sf", "-b", jar, "-F", "torrents=@\(torrent)", "-F", "paused=\(isPaused)",
      "http://127.0.0.1:\(port)/api/v2/torrents/add")
  }

  func logIn() async throws -> String {
    let jar = "\(folder.path)/jar"
    try await run(
      "/usr/bin/curl", "-sf", "-c", jar, "-d", "username=admin&password=right",
      "http://127.0.0.1:\(port)/api/v2/auth/login")
    return jar
  }

  func force(_ hash: String, jar: String) async throws {
    try await run(
      "/usr/bin/curl", "-sf", "-b", jar, "-d", "hashes=\(hash)&value=true",
      "http://127.0.0.1:\(port)/api/v2/torrents/setForceStart")
  }
}

@Suite struct `qBittorrent` {
  @Test func `pauses what runs and brings back what was forced`() async throws {
    let station = try Station()
    let client = try station.client()
    try await client.settles { $0.running.isEmpty && $0.idle.isEmpty }
    let jar = try await station.logIn()
    let files = [
      try await TorrentFile("one", megabytes: 16, in: station.folder),
      try await TorrentFile("two", megabytes: 16, in: station.folder),
      try await TorrentFile("three", megabytes: 16, in: station.folder),
    ]
    try await station.add(files[2].torrent, isPaused: true, jar: jar)
    let stopped = try await client.settles { $0.idle.count == 2 && $0.running.isEmpty }.idle
    try await station.add(files[0].torrent, isPaused: false, jar: jar)
    let one = try await client.settles { $0.running.count == 1 }.running
    try await station.add(files[1].torrent, isPaused: false, jar: jar)
    let both = try await client.settles { $0.running.count == 2 }.running
    let second = try #require(both.subtracting(one).first)
    try await station.force(second, jar: jar)
    let before = try await client.settles { $0.running.contains(second + " forced") }
    #expect(before.idle == stopped && before.running.count == 2)

    try await client.pause(before.running)
    try await client.settles { $0.running.isEmpty && before.running.isSubset(of: $0.idle) }
    try await client.resume(before.running)
    try await client.settles { $0.running == before.running && $0.idle == stopped }

    station.daemon.pause()
    await #expect(throws: ClientFault.self) {
      try await client.pause(before.running, within: .seconds(1))
    }
    station.daemon.proceed()
    try await client.settles { $0.running.isEmpty }

    // Its sessions end with it: the next request leads to a login.
    station.daemon.stop()
    #expect(await client.fault().hasPrefix("qbit: qBittorrent did not answer"))
    try station.daemon.start()
    try await client.settles { $0.running.isEmpty && $0.idle.count == 6 }
    try await client.resume(before.running)
    try await client.settles { $0.running == before.running && $0.idle == stopped }
  }

  @Test func `is not provoked to a ban by a wrong password`() async throws {
    let station = try Station()
    let good = try station.client()
    try await good.settles { _ in true }
    let password = try station.folder.write("password", "wrong\n")
    let client = try station.client(.file(password))
    for _ in 0..<10 { #expect(await client.fault().contains("refuses the login")) }
    async let faults = [client.fault(), client.fault(), client.fault()]
    #expect(await faults.allSatisfy { $0.contains("refuses the login") && !$0.contains("wrong") })
    // Five would be enough.
    _ = try await station.client().look()
    // A new password is used at once.
    try station.folder.write("password", "right\n")
    _ = try await client.look()
  }
}
