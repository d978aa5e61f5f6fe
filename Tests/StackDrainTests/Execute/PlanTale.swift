import Pacing

@testable import StackDrain

/// A plan's machine to which everything is told by hand; what it does is kept as lines of text.
struct PlanTale: Hashable {
  var machine: PlanMachine
  var now = Tick.zero
  /// What came of the last event.
  var lines: [String] = []
  /// The calls that were not answered, by target and word.
  var calls: [CallID: Call] = [:]

  init(_ stages: Stage...) {
    machine = PlanMachine(stages.numbered(), run: 1)
    tell(.tick)
  }

  mutating func tell(_ event: PlanMachine.Event) {
    lines = []
    for effect in machine.handle(event, at: now) {
      switch effect {
      case .record(.found(_, let target, let move, let state), let step):
        lines.append(
          "write \(move) \(target.name) \(state.running.sorted()) \(state.idle.sorted())"
            + (step == nil ? "" : " and wait"))
      case .record(.settled(_, let target, let move, let result, let units), _):
        lines.append("\(move) \(target.name) \(result.kind) \(units.sorted())")
      case .record: lines.append("write something else")
      case .call(let id, let call, let deadline):
        calls[id] = call
        lines.append("\(call.words) by \(Self.seconds(deadline))")
      case .finished(let outcome):
        let kinds = outcome.results.sorted { $0.key < $1.key }.map { "\($0.value.kind)" }
        lines.append("over: \(kinds.joined(separator: " "))")
      }
    }
  }

  static func seconds(_ tick: Tick) -> String {
    let tenths = tick.nanoseconds / 100_000_000
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// The answer to the latest call for this target.
  mutating func answer(_ name: String, _ answer: Answer) {
    let call = calls.filter { $0.value.subject == name }.keys.max { $0.number < $1.number }
    guard let call else {
      lines = ["nobody asked \(name)"]
      return
    }
    calls[call] = nil
    tell(.answered(call, answer))
  }

  mutating func see(
    _ name: String, _ running: Set<String>, idle: Set<String> = [], life: String? = "1"
  ) {
    answer(name, .state(TargetState(running: running, idle: idle, instance: life)))
  }

  mutating func wait(_ seconds: Double) {
    now = now + .milliseconds(Int(seconds * 1000))
    tell(.tick)
  }
}

extension Call {
  var subject: String { target?.name ?? "stack" }

  /// `pause sab [queue]`.
  var words: String {
    switch self {
    case .survey: "survey"
    case .measure: "measure"
    case .look(let target): "look \(target.name)"
    case .pause(let target, let units): "pause \(target.name) \(units.sorted())"
    case .resume(let target, let units): "resume \(target.name) \(units.sorted())"
    case .stop(let target, _): "stop \(target.name)"
    case .kill(let target): "kill \(target.name)"
    case .start(let target): "start \(target.name)"
    case .restart(let target, _): "restart \(target.name)"
    case .launch(let target): "launch \(target.name)"
    case .retire(let target): "retire \(target.name)"
    }
  }
}

extension Target {
  static func client(_ name: String) -> Target { Target(.client, name) ?? .stack }
  static func container(_ name: String) -> Target { Target(.container, name) ?? .stack }
  static func project(_ name: String) -> Target { Target(.project, name) ?? .stack }
}

/// A step with 5 s for a look.
func step(
  _ move: Move, _ target: Target, within seconds: Int = 8, units: Set<String> = [],
  instance: String? = nil, after: [Int] = [], recordsIdle: Bool = false
) -> Step {
  Step(
    move, target, because: "test", within: .seconds(seconds), lookWithin: .seconds(5),
    grace: .seconds(3), units: units, instance: instance, recordsIdle: recordsIdle, after: after)
}
