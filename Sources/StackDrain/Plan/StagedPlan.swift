public import JSONValue
import TimeText

/// A plan: stages one after the other, printed by `--dry-run` and carried out alike.
public protocol StagedPlan: Hashable, Sendable, Codable {
  /// Why it was made, for people.
  var reason: String { get }
  /// What is done, in order.
  var stages: [Stage] { get }
}

extension StagedPlan {
  /// Whether there is nothing to do: a look at the end is nothing.
  public var isEmpty: Bool { !stages.contains { $0.purpose != .verify && $0.purpose != .settle } }

  /// All steps, in order.
  public var steps: [Step] { stages.flatMap(\.steps) }

  /// The plan as JSON.
  ///
  /// - Returns: An object with `reason` and `stages`.
  /// - Throws: Nothing that a plan can cause; what `Encodable` may.
  public func json() throws -> JSONValue { try JSONValue(encoding: self) }

  /// The plan for people, a line for each step.
  public var text: String {
    guard !isEmpty else { return "nothing to do: \(reason)" }
    var lines = [reason]
    for (index, stage) in stages.enumerated() {
      lines.append("\(index + 1). \(stage.purpose.sentence)")
      for step in stage.steps { lines.append("   \(step.text)") }
    }
    return lines.joined(separator: "\n")
  }
}

extension Step {
  /// The step for people: `3  stop container:plex (30s to end by itself): mounts /pool/media`.
  public var text: String {
    var text = "\(number)  \(move.rawValue) \(target)"
    if let grace { text += " (\(grace.text) to end by itself)" }
    if !units.isEmpty, units != [TargetState.whole] { text += " (\(units.count) units)" }
    if !after.isEmpty { text += " after \(after.map(String.init).joined(separator: ", "))" }
    return text + ", at most \(deadline.text): \(reason)"
  }
}

extension Stage.Purpose {
  /// What the stage does, as a line of a printed plan.
  var sentence: String {
    switch self {
    case .fence: "fence: stop at once what writes into nothing"
    case .producers: "stop what makes work for others"
    case .downloads: "pause download clients"
    case .processing: "pause unpacking and transcoding"
    case .settle: "wait for what is being written"
    case .containers: "stop containers, those that need others first"
    case .kill: "kill what still runs"
    case .portable: "start what needs no pool"
    case .retire: "stop what was started in its place"
    case .hush: "pause clients whose containers are restarted"
    case .start: "start containers, those that others need first"
    case .remount: "restart containers that show a mount that is no more"
    case .launch: "start the full stack"
    case .clients: "resume clients"
    case .verify: "look whether all came out as planned"
    }
  }
}

extension [Stage] {
  /// Numbers the steps from 1 on and leaves out empty stages; `after` has indices into the list of
  /// targets of the same stage until then.
  func numbered() -> [Stage] {
    var next = 1
    var stages: [Stage] = []
    for var stage in self where !stage.steps.isEmpty {
      let first = next
      for index in stage.steps.indices {
        stage.steps[index].number = next
        stage.steps[index].after = stage.steps[index].after.map { $0 + first }.sorted()
        next += 1
      }
      stages.append(stage)
    }
    return stages
  }
}
