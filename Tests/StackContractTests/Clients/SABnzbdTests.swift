import StackDrain
import StackKit
import Testing

/// A real SABnzbd, without a news server.
private struct Station {
  let folder: Scratch
  let daemon: Daemon
  let port: Int
  let ini: String

  static let key = "0123456789abcdef0123456789abcdef"
  static let nzbKey = "fedcba9876543210fedcba9876543210"
  static let program = "/opt/mountmon-tests/sabnzbd/usr/bin/sabnzbdplus"

  init() throws {
    folder = try Scratch()
    port = try FreePort.take()
    ini = try folder.write(
      "sab.ini",
      """
      __version__ = 19
      __encoding__ = utf-8
      [misc]
      host = 127.0.0.1
      port = \(port)
      enable_https = 0
      api_key = \(Self.key)
      nzb_key = \(Self.nzbKey)
      auto_browser = 0
      check_new_rel = 0
      enable_broadcast = 0
      ipv6_servers = 0
      selftest_host = ""
      download_dir = dl/incomplete
      complete_dir = dl/complete
      log_dir = logs
      admin_dir = admin
      url_base = /media/sab
      [servers]
      [[api_key = not this one]]
      """)
    daemon = try Daemon(
      ["/usr/bin/python3", "-OO", Self.program, "-f", ini, "-b", "0", "-l", "1"], in: folder)
  }

  func clients(_ key: SecretSource) throws -> (queue: any StackClient, post: any StackClient) {
    let pair = try ClientSettings("sab", .sabnzbd(key: key), port: port, path: "/media/sab/")
      .clients(in: machine)
    try #require(pair.map(\.0.target.name) == ["sab", "sab-post"])
    return (pair[0].1, pair[1].1)
  }
}

@Suite struct `SABnzbd` {
  private let whole: Set = [TargetState.whole]

  @Test func `pauses its queue and its post-processing, and forgets both with its life`()
    async throws
  {
    let station = try Station()
    let (queue, post) = try station.clients(
      .ini(file: station.ini, section: "misc", key: "api_key"))
    let first = try await queue.settles { $0.running == whole }
    #expect(first.instance != nil)

    // It does not tell whether it is paused: both may be.
    let unknown = try await post.look()
    #expect(unknown.running == whole && unknown.idle == whole)
    try await queue.pause(whole)
    try await post.pause(whole)
    #expect(try await queue.look().idle == whole)
    #expect(try await post.look().running.isEmpty)
    try await queue.pause(whole)
    try await queue.resume(whole)
    try await post.resume(whole)
    let second = try await queue.look()
    #expect(second.running == whole && second.idle.isEmpty)
    #expect(second.instance == first.instance)
    #expect(try await post.look().idle.isEmpty)

    // A pause that times out is carried out later.
    station.daemon.pause()
    await #expect(throws: ClientFault.self) { try await queue.pause(whole, within: .seconds(1)) }
    station.daemon.proceed()
    try await queue.settles { $0.idle == whole }
    try await post.pause(whole)

    station.daemon.kill()
    #expect(await queue.fault().hasPrefix("sab: SABnzbd did not answer"))
    try station.daemon.start()
    let third = try await queue.settles { $0.running == whole && $0.idle.isEmpty }
    #expect(third.instance != nil && third.instance != first.instance)
    let forgotten = try await post.look()
    #expect(forgotten.running == whole && forgotten.idle == whole)
    try await post.resume(whole)
    #expect(try await post.look().idle.isEmpty)
  }

  @Test func `says which key it wants, and never the one it was given`() async throws {
    let station = try Station()
    try await station.clients(.value(Station.key)).queue.settles { $0.running == whole }
    for key in ["0000000000000000000000000000abcd", Station.nzbKey] {
      let (queue, post) = try station.clients(.value(key))
      for fault in [await queue.fault(), await post.fault()] {
        #expect(fault.contains("refuses the key"))
        #expect(!fault.contains(key))
      }
      await #expect(throws: ClientFault.self) { try await queue.pause(whole) }
    }
    // Below another prefix there is no SABnzbd.
    let lost = try ClientSettings("sab", .sabnzbd(key: .value("k")), port: station.port, path: "/x")
    #expect(await lost.clientFault().contains("not at that path"))
    #expect(try await station.clients(.value(Station.key)).queue.look().running == whole)
  }
}

extension ClientSettings {
  fileprivate func clientFault() async -> String {
    do {
      return try await client().fault()
    } catch {
      return "\(error)"
    }
  }
}
