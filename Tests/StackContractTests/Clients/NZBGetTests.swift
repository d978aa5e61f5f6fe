import StackDrain
import StackKit
import Testing

/// A real nzbget.
private struct Station {
  let folder: Scratch
  let daemon: Daemon
  let port: Int

  init() throws {
    folder = try Scratch()
    port = try FreePort.take()
    let main = folder.folder("main")
    let text = """
      MainDir=\(main)
      DestDir=${MainDir}/dst
      InterDir=${MainDir}/inter
      NzbDir=${MainDir}/nzb
      QueueDir=${MainDir}/queue
      TempDir=${MainDir}/tmp
      ScriptDir=${MainDir}/scripts
      LockFile=${MainDir}/nzbget.lock
      LogFile=${MainDir}/nzbget.log
      WebDir=
      ConfigTemplate=
      ControlIP=127.0.0.1
      ControlPort=\(port)
      ControlUsername=nzbget
      ControlPassword=right
      OutputMode=log
      """
    let file = try folder.write("nzbget.conf", text + "\n")
    daemon = try Daemon(["/usr/bin/nzbget", "-c", file, "-s"], in: folder)
  }

  func client(_ password: String = "right") throws -> any StackClient {
    let login = ClientSettings.Login(user: "nzbget", password: .value(password))
    return try ClientSettings("nzbget", .nzbget(login), port: port).client()
  }
}

@Suite struct `NZBGet` {
  private let all: Set = ["download", "post", "scan"]

  @Test func `has three parts, and what a person paused stays paused`() async throws {
    let station = try Station()
    let client = try station.client()
    let first = try await client.settles { $0.running == all && $0.idle.isEmpty }
    #expect(first.instance != nil)
    // A person pauses the post-processing.
    try await station.client().pause(["post"])
    try await client.settles { $0.running == ["download", "scan"] && $0.idle == ["post"] }

    try await client.pause(["download", "scan"])
    try await client.settles { $0.running.isEmpty && $0.idle == all }
    try await client.resume(["download", "scan"])
    let last = try await client.settles {
      $0.running == ["download", "scan"] && $0.idle == ["post"]
    }
    #expect(last.instance == first.instance)

    #expect(try await station.client("wrong").fault().contains("refuses the login (status 401)"))
  }

  @Test func `forgets its pauses when it is started anew, and is seen to have been`() async throws {
    let station = try Station()
    let client = try station.client()
    let first = try await client.settles { $0.running == all }
    try await client.pause(all)
    try await client.settles { $0.running.isEmpty }

    station.daemon.pause()
    await #expect(throws: ClientFault.self) { try await client.resume(all, within: .seconds(1)) }
    station.daemon.proceed()
    // It takes one part at a time, so that one at least is resumed.
    try await client.settles { !$0.running.isEmpty }
    try await client.pause(all)
    try await client.settles { $0.running.isEmpty }

    station.daemon.kill()
    #expect(await client.fault().contains("did not answer"))
    // Its own clock has whole seconds.
    try await Task.sleep(for: .seconds(4))
    try station.daemon.start()
    let second = try await client.settles { $0.running == all }
    #expect(second.instance != nil && second.instance != first.instance)
  }
}
