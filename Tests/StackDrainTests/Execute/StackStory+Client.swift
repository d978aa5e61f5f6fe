import Pacing

@testable import StackDrain

private let sab = Target.client("sab")
private let plex = Target.container("plex")

extension StackStory {
  var runs: Bool { states[plex]?.running.isEmpty == false }
  var mode: StackMode { durable.state.mode }
  var isAsBefore: Bool {
    states[sab]?.running == ["a"] && states[sab]?.idle == ["b"] && runs && durable.debts.isEmpty
  }

  /// A client that forgets its pauses in a container of its own, with a queue that runs and one that
  /// a person has paused; and a container.
  static func ofOneClient(
    mode: StackMode = .full, _ method: StartMethod = .autostart, policy: PoolPolicy = PoolPolicy()
  ) -> StackStory {
    var story = StackStory(
      [
        sab: TargetState(running: ["a"], idle: ["b"], instance: "1"),
        .container("sab"): .whole(runs: true, instance: "1"),
        plex: .whole(runs: true, instance: "1"),
      ],
      clients: [ClientDescription(sab, role: .download, container: "sab", forgetsPauses: true)],
      policy: policy)
    story.tell(.commanded(.choose(mode, method)))
    story.become(.healthy)
    story.wait(30)
    return story
  }
}
