import Glibc
import Pacing
import StackDrain
import Testing

@Suite struct `A client by commands` {
  private let whole: Set = [TargetState.whole]

  private func client(
    _ folder: Scratch, look: String = "test -e running"
  ) throws -> any StackClient {
    func command(_ text: String) -> [String] { ["/bin/sh", "-c", "cd \(folder.path); \(text)"] }
    let steps = ClientSettings.CommandSteps(
      look: command(look), pause: command("rm -f running"), resume: command("touch running"))
    return try ClientSettings(name: "own", program: .command(steps)).client()
  }

  @Test func `runs what it is told, and believes the exit code of its look`() async throws {
    let folder = try Scratch()
    let own = try client(folder)
    #expect(try await own.look() == .whole(runs: false))
    try await own.resume(whole)
    #expect(try await own.look() == .whole(runs: true))
    try await own.pause([])
    #expect(try await own.look() == .whole(runs: true))
    try await own.pause(whole)
    #expect(try await own.look() == .whole(runs: false))
  }

  @Test func `takes an exit code that says nothing for a fault, and gives up in time`() async throws
  {
    let folder = try Scratch()
    let odd = try client(folder, look: "echo 'no such thing' >&2; exit 4")
    let fault = await odd.fault()
    #expect(fault.hasPrefix("own: /bin/sh ended with exit code 4"))
    #expect(fault.hasSuffix("no such thing"))
    let start = machine.now()
    let slow = try client(folder, look: "sleep 300")
    #expect(await slow.fault(within: .seconds(1)).contains("took too long"))
    #expect(machine.now() - start < .seconds(60))
    let missing = ClientSettings.CommandSteps(look: ["/none"], pause: ["/none"], resume: ["/none"])
    let lost = try ClientSettings(name: "own", program: .command(missing)).client()
    #expect(await lost.fault().contains("/none did not run"))
  }
}

@Suite struct `A systemd unit` {
  private let whole: Set = [TargetState.whole]

  /// There is no systemd here: this `systemctl` behaves as its manual page says.
  private static let systemctl = """
    #!/bin/sh
    cd "${0%/*}" || exit 9
    echo "$*" >> calls
    [ "$1" = --no-ask-password ] || exit 8
    case $2 in
    show)
      shift 4
      [ "$1" = iso.service ] || { printf 'LoadState=not-found\\nActiveState=inactive\\nInvocationID=\\n'; exit 0; }
      state=inactive; [ -e running ] && state=active
      printf 'LoadState=loaded\\nActiveState=%s\\nInvocationID=abc\\n' "$state" ;;
    stop) rm -f running ;;
    start) touch running ;;
    esac
    """

  @Test func `is stopped and started, and told apart from one that is not there`() async throws {
    let folder = try Scratch()
    try folder.write("systemctl", Self.systemctl, mode: 0o700)
    var environment = machine
    environment.variables["PATH"] = "relative:\(folder.path):/usr/bin:/bin"
    func client(_ unit: String) throws -> any StackClient {
      try #require(
        try ClientSettings(name: "iso", program: .unit(unit)).clients(in: environment).first
      ).1
    }
    let unit = try client("iso.service")
    #expect(try await unit.look() == .whole(runs: false, instance: "abc"))
    try await unit.resume(whole)
    #expect(try await unit.look() == .whole(runs: true, instance: "abc"))
    try await unit.pause(whole)
    #expect(try await unit.look() == .whole(runs: false, instance: "abc"))
    #expect(try await client("gone.service").fault().contains("no unit gone.service"))
    let calls = String(decoding: folder.bytes("calls"), as: UTF8.self)
    #expect(calls.contains("--no-ask-password stop --no-block -- iso.service\n"))
    environment.variables["PATH"] = "/nowhere"
    environment.isProgram = { _ in false }
    #expect(try await client("iso.service").fault() == "iso: there is no systemctl in PATH")
  }
}

@Suite struct `A file with a secret` {
  @Test func `that does not answer holds nobody up`() async throws {
    // Opening a pipe without a writer would block; reading this one has no end.
    let folder = try Scratch()
    let pipe = "\(folder.path)/pipe"
    mkfifo(pipe, 0o600)
    let client = try ClientSettings("sab", .sabnzbd(key: .file(pipe)), port: 9).client()
    #expect(await client.fault(within: .seconds(2)).contains("no regular file"))
    let none = try ClientSettings("sab", .sabnzbd(key: .file("/none")), port: 9).client()
    #expect(
      await none.fault() == "sab: the secret cannot be read: /none: No such file or directory")
  }
}
