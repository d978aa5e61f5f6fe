import JSONValue
import MountHealthCore
import Pacing
import StackDrain
import TimeText

/// `mountmon pool check`: one look at the pool, a clear answer, an exit code. Nothing is written,
/// paused or stopped.
struct PoolCheckCommand {
  private let program: PoolProgram

  init(_ program: PoolProgram) { self.program = program }

  /// Looks, prints, and says with which code to leave.
  func run() throws(PoolExit) -> Int32 {
    let setup = try program.load(orLeaveWith: PoolProgram.undecided)
    for warning in setup.warnings {
      program.host.complain("mountmon pool check: warning: \(warning)\n")
    }
    let room = try program.open(setup, program.quietLog, orLeaveWith: PoolProgram.undecided)
    let evidence = try program.wait(orLeaveWith: PoolProgram.undecided) {
      let evidence = await room.doors.lookOnce()
      await room.doors.close()
      return evidence
    }
    let pool = setup.settings.pool
    let judgement = PoolJudgement(pool, by: evidence)
    let text =
      switch program.command.value("--output") {
      case "json": Self.json(judgement, pool, at: .now()).text(.pretty) + "\n"
      case "nagios": PoolNagios.text(judgement, pool)
      default:
        PoolTable(isColored: program.isColored).check(Self.json(judgement, pool, at: .now()))
      }
    return program.answer(text, judgement.state.exitCode)
  }

  /// The part of the status document that one look fills.
  static func json(
    _ judgement: PoolJudgement, _ pool: PoolDescription, at clock: WallClock
  ) -> JSONValue {
    var picture = PoolPicture()
    picture.judgement = judgement
    picture.judgedAt = clock.present
    let document = PoolDocument(picture: picture, pool: pool, clock: clock, source: "look")
    return [
      "status": .string(judgement.state == .healthy ? "healthy" : "unhealthy"),
      "timestamp": .string(clock.timestamp.rfc3339()), "source": "look",
      "pool": document.json["pool"] ?? .null,
    ]
  }
}
