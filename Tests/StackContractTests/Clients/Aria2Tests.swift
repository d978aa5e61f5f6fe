import StackDrain
import StackKit
import Testing

/// A real aria2c with a secret, which saves its session.
private struct Station {
  let folder: Scratch
  let daemon: Daemon
  let port: Int
  let server: LoopbackHTTP

  init() async throws {
    folder = try Scratch()
    port = try FreePort.take()
    server = try await LoopbackHTTP.ranges(of: [UInt8](repeating: 7, count: 64 << 20))
    let session = try folder.write("session", "")
    daemon = try Daemon(
      [
        "/usr/bin/aria2c", "--enable-rpc", "--rpc-listen-port=\(port)", "--rpc-secret=right",
        "--dir=\(folder.folder("downloads"))", "--save-session=\(session)",
        "--input-file=\(session)", "--max-overall-download-limit=500K", "--no-conf",
        "--disable-ipv6", "--max-connection-per-server=1", "--enable-dht=false",
        "--file-allocation=none", "--auto-save-interval=0",
      ], in: folder)
  }

  func client(_ secret: SecretSource? = .value("right")) throws -> any StackClient {
    try ClientSettings("aria", .aria2(secret: secret), port: port).client()
  }

  func add(_ name: String, isPaused: Bool = false) async throws {
    try await run(
      "/usr/bin/curl", "-sf", "-d",
      """
      {"jsonrpc":"2.0","id":1,"method":"aria2.addUri","params":["token:right",
       ["http://127.0.0.1:\(server.port)/\(name)"],{"out":"\(name)","pause":"\(isPaused)"}]}
      """, "http://127.0.0.1:\(port)/jsonrpc")
  }
}

@Suite struct `aria2` {
  @Test func `pauses downloads by gid, also those that wait, and keeps them over a restart`()
    async throws
  {
    let station = try await Station()
    let client = try station.client()
    let first = try await client.settles { $0.running.isEmpty && $0.idle.isEmpty }
    #expect(first.instance != nil)
    try await station.add("human", isPaused: true)
    // Five at a time; the others wait.
    for name in 0..<7 { try await station.add("file\(name)") }
    let before = try await client.settles { $0.running.count == 7 && $0.idle.count == 1 }
    #expect(before.instance == first.instance)

    try await client.pause(before.running.union(["00000000000000ff"]))
    try await client.settles { $0.running.isEmpty && $0.idle.count == 8 }
    try await client.pause(before.running)
    try await client.resume(before.running)
    try await client.settles { $0.running == before.running && $0.idle == before.idle }
    try await client.resume(before.running)

    station.daemon.pause()
    await #expect(throws: ClientFault.self) {
      try await client.pause(before.running, within: .seconds(1))
    }
    station.daemon.proceed()
    try await client.settles { $0.running.isEmpty }
    // Saves the session.
    try await client.pause(before.running)

    station.daemon.kill()
    #expect(await client.fault().hasPrefix("aria: aria2 did not answer"))
    try station.daemon.start()
    let after = try await client.settles { $0.running.isEmpty && $0.idle.count == 8 }
    #expect(after.instance != nil && after.instance != first.instance)
    try await client.resume(before.running)
    try await client.settles { $0.running == before.running && $0.idle == before.idle }

    for secret in [nil, SecretSource.value("wrong")] {
      #expect(try await station.client(secret).fault().contains("refuses the secret"))
      let refused = try station.client(secret)
      await #expect(throws: ClientFault.self) { try await refused.pause(before.running) }
    }
  }
}
