import HTTPTransport
import JSONValue
import MountHealthCore
import Pacing
import StackDrain
import TimeText

/// `mountmon pool status`: what a running monitor says, or else what the state directory holds.
struct PoolStatusCommand {
  private let program: PoolProgram

  init(_ program: PoolProgram) { self.program = program }

  /// Finds out, prints, and says with which code to leave.
  func run() throws(PoolExit) -> Int32 {
    let setup = try program.load(orLeaveWith: PoolProgram.undecided)
    let room = try program.open(setup, program.quietLog, orLeaveWith: PoolProgram.undecided)
    var troubles: [String] = []
    let document: JSONValue
    if let told = askHTTP(setup, &troubles) ?? askSocket(room, &troubles) {
      document = told
    } else {
      document = try read(room, &troubles)
    }
    if program.command.value("--output") == "json" {
      return program.answer(document.text(.pretty) + "\n", 0)
    }
    let code = program.answer(PoolTable(isColored: program.isColored).status(document), 0)
    if document["source"]?.stringValue == "files" {
      for trouble in troubles { program.host.complain("mountmon pool status: \(trouble)\n") }
    }
    return code
  }

  /// HTTP is asked first: it needs no rights.
  private func askHTTP(_ setup: PoolSetup, _ troubles: inout [String]) -> JSONValue? {
    guard let port = setup.httpPort,
      let client = try? MonitorClient(address: setup.httpAddress, port: port)
    else { return nil }
    return take(client.ask("GET", "/healthz/status"), setup, "HTTP port \(port)", &troubles)
  }

  private func askSocket(_ room: PoolRoom, _ troubles: inout [String]) -> JSONValue? {
    guard let client = try? MonitorClient(socket: room.records.socketPath) else { return nil }
    return take(
      client.ask("GET", "/healthz/status"), room.setup, room.records.socketPath, &troubles)
  }

  private func take(
    _ reply: MonitorClient.Reply, _ setup: PoolSetup, _ place: String, _ troubles: inout [String]
  ) -> JSONValue? {
    switch reply {
    case .answered(_, let document):
      // Another program may have the port, or another pool's monitor.
      let path = document["pool"]?["path"]?.stringValue
      if path == setup.settings.pool.path.description { return document }
      troubles.append("\(place): what answers there is not the monitor of this pool")
    case .nobody: break
    case .fault(let words), .denied(let words), .late(let words): troubles.append(words)
    }
    return nil
  }

  private func read(_ room: PoolRoom, _ troubles: inout [String]) throws(PoolExit) -> JSONValue {
    let kept: (ledger: Ledger, warnings: [String])
    do {
      kept = try room.records.read()
    } catch {
      throw PoolExit(
        lines: troubles + ["no monitor answers, and \(error.description)"],
        code: PoolProgram.undecided)
    }
    troubles += kept.warnings
    let clock = WallClock.now()
    var picture = PoolPicture()
    picture.ledger = kept.ledger.state
    let present = Moment(boot: room.boot, tick: clock.present, wall: clock.timestamp)
    picture.holdLeft = kept.ledger.state.hold?.remaining(at: present) ?? .zero
    var age = "nothing was ever written there"
    if let last = kept.ledger.entries.last {
      let words = last.moment.age(at: present).rounded(to: .seconds(1)).abbreviated
      age = "last written \(words) ago"
    }
    troubles.insert(
      "no monitor runs: this is the ledger, \(age); nobody looks at the pool", at: 0)
    let document = PoolDocument(
      picture: picture, pool: room.setup.settings.pool, clock: clock, source: "files")
    var object = document.json.objectValue ?? [:]
    object["status"] = "unhealthy"
    object["reason"] = "no monitor runs"
    object["ledgerWritten"] = kept.ledger.entries.last.map {
      .string($0.moment.wall.rfc3339())
    }
    return .object(object)
  }
}
