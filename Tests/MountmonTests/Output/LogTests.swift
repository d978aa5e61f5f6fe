import Synchronization
import Testing

@testable import mountmon

/// Keeps what was logged.
private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func log(_ level: LogLevel) -> Log {
    Log(
      level: level, format: .sample(.text),
      clock: { LogTime(seconds: 7, nanoseconds: 0) },
      sink: { line in
        self.lines.withLock { $0.append(String(decoding: line.dropLast(), as: UTF8.self)) }
      })
  }
}

@Suite struct `The log` {
  @Test func `tells what is at its level or above, and evaluates nothing else`() {
    let lines = Lines()
    let log = lines.log(.info)
    func fail() -> String {
      Issue.record("evaluated")
      return ""
    }
    log.debug(fail(), ["a": .string(fail())])
    log.info("i", ["a": 1])
    log.warn("w")
    log.error("e")
    #expect(
      lines.all == ["T7.000Z INFO  i a=1", "T7.000Z WARN  w", "T7.000Z ERROR e"])
  }

  @Test func `can have fields of its own`() {
    let lines = Lines()
    let log = lines.log(.debug).with(["mount": "movies"]).with(["round": 2])
    log.debug("probed", ["verdict": "ok"])
    #expect(lines.all == ["T7.000Z DEBUG probed mount=movies round=2 verdict=ok"])
  }

  @Test func `orders its levels`() {
    #expect(LogLevel.allCases.sorted() == [.debug, .info, .warn, .error])
    #expect(LogLevel(rawValue: "warn") == .warn)
  }
}
