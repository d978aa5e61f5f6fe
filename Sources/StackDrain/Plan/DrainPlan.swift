/// How the stack is taken off the pool.
public struct DrainPlan: StagedPlan {
  /// Why it was made, for people.
  public var reason: String
  /// What is done, in order.
  public var stages: [Stage]

  /// A plan of these stages.
  public init(reason: String, stages: [Stage]) {
    self.reason = reason
    self.stages = stages
  }

  /// Plans a drain.
  ///
  /// - Parameters:
  ///   - stack: What belongs to the stack.
  ///   - snapshot: What of it runs.
  ///   - debts: What the ledger already owes.
  ///   - launching: Projects whose start was begun and has not been seen to succeed.
  ///   - isGone: Whether the pool is gone: then whoever writes into nothing is stopped at once, and
  ///     nothing waits for what cannot be written any more.
  ///   - asksSilent: Whether clients that are not in the snapshot are asked by a step of their own.
  ///   - policy: How long steps may take.
  ///   - reason: Why, for people.
  public init(
    draining stack: StackDescription, seen snapshot: StackSnapshot, owing debts: [Target: Debt],
    launching: Set<Target> = [], isGone: Bool, asksSilent: Bool, by policy: PlanPolicy,
    because reason: String
  ) {
    var planner = DrainPlanner(
      stack: stack, snapshot: snapshot, debts: debts, launching: launching, isGone: isGone,
      asksSilent: asksSilent, policy: policy)
    self.init(reason: reason, stages: planner.stages())
  }
}

private struct DrainPlanner {
  let stack: StackDescription
  let snapshot: StackSnapshot
  let debts: [Target: Debt]
  let launching: Set<Target>
  let isGone: Bool
  let asksSilent: Bool
  let policy: PlanPolicy
  private var stops: [(container: ContainerSnapshot, step: Step)] = []

  init(
    stack: StackDescription, snapshot: StackSnapshot, debts: [Target: Debt],
    launching: Set<Target>, isGone: Bool, asksSilent: Bool, policy: PlanPolicy
  ) {
    self.launching = launching
    self.stack = stack
    self.snapshot = snapshot
    self.debts = debts
    self.isGone = isGone
    self.asksSilent = asksSilent
    self.policy = policy
  }

  mutating func stages() -> [Stage] {
    gatherStops()
    var stages = isGone ? [fence()] : graceful()
    let halts = stages.contains { !$0.steps.isEmpty }
    stages.append(Stage(.kill, stops.map { kill($0.step) }))
    stages.append(Stage(.portable, launches()))
    if !isGone, halts {
      let settle = Step(
        .settle, .stack, because: "what is being written may still come through",
        within: policy.settleDeadline, lookWithin: policy.lookDeadline)
      stages.insert(Stage(.settle, [settle]), at: 3)
    }
    guard stages.contains(where: { !$0.steps.isEmpty }) else { return [] }
    let verify = Step(
      .verify, .stack, because: "answers are not proof", within: policy.projectDeadline,
      lookWithin: policy.lookDeadline)
    stages.append(Stage(.verify, [verify]))
    return stages.numbered()
  }

  private mutating func gatherStops() {
    for container in (snapshot.containers ?? []).sorted(by: { $0.name < $1.name }) {
      guard container.state.isUp, let why = stack.users.reason(for: container),
        let target = Target(.container, container.name)
      else { continue }
      let grace = isGone ? policy.fenceGrace : policy.stopGrace
      stops.append(
        (
          container,
          Step(
            .stop, target, because: why, within: grace + policy.engineMargin,
            lookWithin: policy.lookDeadline, grace: grace)
        ))
    }
  }

  private func graceful() -> [Stage] {
    let producers = stops.filter(\.container.isProducer)
    let others = stops.filter { !$0.container.isProducer }
    return [
      Stage(.producers, pauses(.producer) + producers.map(\.step)),
      Stage(.downloads, pauses(.download)), Stage(.processing, pauses(.processing)),
      Stage(.containers, ordered(others)),
    ]
  }

  /// Each container's stop after those of all that need it.
  private func ordered(_ stops: [(container: ContainerSnapshot, step: Step)]) -> [Step] {
    let order = DependencyOrder(stops.map(\.container))
    let places = Dictionary(
      stops.enumerated().map { ($1.container.name, $0) }, uniquingKeysWith: { first, _ in first })
    return stops.map { stop in
      var step = stop.step
      step.after = order.dependents(of: stop.container.name).compactMap { places[$0] }
      return step
    }
  }

  /// Everything at once; only a client's container waits for the client, which is asked what it did
  /// while it can still say so.
  private func fence() -> Stage {
    let pausing = ClientRole.allCases.flatMap { pauses($0) }
    var steps = pausing
    for stop in stops {
      var step = stop.step
      step.after = pausing.indices.filter { index in
        stack.clients.contains {
          $0.target == pausing[index].target && $0.container == stop.container.name
        }
      }
      steps.append(step)
    }
    return Stage(.fence, steps)
  }

  private func pauses(_ role: ClientRole) -> [Step] {
    stack.clients.filter { $0.role == role && isToPause($0) }.map { client in
      Step(
        .pause, client.target,
        because: snapshot.clients[client.target].map {
          $0.running.count == 1 ? "1 unit runs" : "\($0.running.count) units run"
        }
          ?? "not asked yet",
        within: isGone ? policy.fenceDeadline : policy.clientDeadline,
        lookWithin: policy.lookDeadline, recordsIdle: client.forgetsPauses)
    }
  }

  private func isToPause(_ client: ClientDescription) -> Bool {
    if let state = snapshot.clients[client.target] {
      // What a person paused must be known before a client that forgets it is stopped.
      let isNews = client.forgetsPauses && debts[client.target] == nil && !state.idle.isEmpty
      let owed = debts[client.target]?.revives ?? []
      return !state.running.isEmpty || isNews || !state.fallen.isSubset(of: owed)
    }
    guard asksSilent else { return false }
    guard let name = client.container, let containers = snapshot.containers else { return true }
    return containers.contains { $0.name == name && $0.state.isUp }
  }

  private func kill(_ stop: Step) -> Step {
    Step(
      .kill, stop.target, because: "if it still runs", within: policy.killDeadline,
      lookWithin: policy.lookDeadline)
  }

  private func launches() -> [Step] {
    stack.portableProjects.compactMap { project in
      // One that was launched before and does not run was stopped by somebody; one of which a part
      // runs that we did not launch is as its owner wants it.
      let isOurs = launching.contains(project)
      guard debts[project] == nil || isOurs else { return nil }
      let state = snapshot.projects[project]
      let isWanted = state.map { $0.running.isEmpty || (isOurs && !$0.idle.isEmpty) }
      guard isWanted ?? asksSilent else { return nil }
      return Step(
        .launch, project, because: "it needs no pool", within: policy.projectDeadline,
        lookWithin: policy.lookDeadline, units: isOurs ? [TargetState.whole] : [])
    }
  }
}
