/// How the stack is brought back: what the ledger owes, and nothing else.
public struct ResumePlan: StagedPlan {
  /// Why it was made, for people.
  public var reason: String
  /// What is done, in order.
  public var stages: [Stage]

  /// A plan of these stages.
  public init(reason: String, stages: [Stage]) {
    self.reason = reason
    self.stages = stages
  }

  /// Whether it starts containers or projects, and so counts as an upgrade.
  public var isUpgrade: Bool {
    steps.contains { $0.target.kind == .container || $0.move == .launch }
  }

  /// Plans a resume.
  ///
  /// - Parameters:
  ///   - stack: What belongs to the stack.
  ///   - snapshot: What of it runs.
  ///   - debts: What the ledger owes.
  ///   - launchesFull: Whether the projects of the full stack are started.
  ///   - policy: How long steps may take.
  ///   - reason: Why, for people.
  public init(
    resuming stack: StackDescription, seen snapshot: StackSnapshot, owing debts: [Target: Debt],
    launchesFull: Bool, by policy: PlanPolicy, because reason: String
  ) {
    let planner = ResumePlanner(
      stack: stack, snapshot: snapshot, debts: debts, launchesFull: launchesFull, policy: policy)
    self.init(reason: reason, stages: planner.stages())
  }
}

private struct ResumePlanner {
  let stack: StackDescription
  let snapshot: StackSnapshot
  let debts: [Target: Debt]
  let launchesFull: Bool
  let policy: PlanPolicy

  func stages() -> [Stage] {
    let owed = containersOwed()
    let remounts = containersToRestart()
    let started = Set(owed + remounts.map(\.name))
    var stages = [
      Stage(.retire, retirements()), Stage(.hush, pauses(before: remounts)),
      Stage(.remount, restarts(remounts)),
      Stage(.start, starts(owed)),
      Stage(.launch, launchesFull ? stack.fullProjects.map(launch) : []),
      Stage(.clients, clients(started: started)),
    ]
    guard stages.contains(where: { !$0.steps.isEmpty }) else { return [] }
    let verify = Step(
      .verify, .stack, because: "answers are not proof", within: policy.projectDeadline,
      lookWithin: policy.lookDeadline)
    stages.append(Stage(.verify, [verify]))
    return stages.numbered()
  }

  private func retirements() -> [Step] {
    debts.filter { $0.value.retires }.keys.sorted().map { project in
      Step(
        .retire, project, because: "it was launched for the time without the pool",
        within: policy.projectDeadline, lookWithin: policy.lookDeadline)
    }
  }

  private func containersOwed() -> [String] {
    debts.filter { $0.key.kind == .container && !$0.value.revives.isEmpty }.keys.map(\.name)
      .sorted()
  }

  private func starts(_ names: [String]) -> [Step] {
    let known = Dictionary(
      (snapshot.containers ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    // The order needs all that the engine shows: what is owed may need what was never stopped.
    let order = DependencyOrder(names.compactMap { known[$0] })
    let places = Dictionary(
      names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return names.compactMap { name in
      guard let target = Target(.container, name) else { return nil }
      return Step(
        .start, target, because: "it ran before the drain", within: policy.startDeadline,
        lookWithin: policy.lookDeadline, units: [TargetState.whole],
        after: (order.needs[name] ?? []).compactMap { places[$0] })
    }
  }

  private func containersToRestart() -> [ContainerSnapshot] {
    (snapshot.containers ?? []).filter {
      $0.state == .running && $0.showsDeadMount == true && stack.users.reason(for: $0) != nil
    }.sorted { $0.name < $1.name }
  }

  private func restarts(_ containers: [ContainerSnapshot]) -> [Step] {
    let order = DependencyOrder(containers)
    let places = Dictionary(
      containers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    return containers.compactMap { container in
      guard let target = Target(.container, container.name) else { return nil }
      return Step(
        .restart, target, because: "it shows a mount that is no more",
        within: policy.stopGrace + policy.engineMargin + policy.startDeadline,
        lookWithin: policy.lookDeadline, grace: policy.stopGrace, instance: container.startedAt,
        after: (order.needs[container.name] ?? []).compactMap { places[$0] })
    }
  }

  /// A client that forgets pauses says what it does before its container is restarted. What is owed
  /// to it then is for the plan after this one.
  private func pauses(before restarted: [ContainerSnapshot]) -> [Step] {
    stack.clients.filter { client in
      client.forgetsPauses && restarted.contains { $0.name == client.container }
    }.map { client in
      Step(
        .pause, client.target, because: "its container is restarted",
        within: policy.clientDeadline, lookWithin: policy.lookDeadline, recordsIdle: true)
    }
  }

  private func launch(_ project: Target) -> Step {
    Step(
      .launch, project, because: "the pool is there", within: policy.projectDeadline,
      lookWithin: policy.lookDeadline, units: [TargetState.whole])
  }

  private func clients(started: Set<String>) -> [Step] {
    var steps: [Step] = []
    for (target, debt) in debts.sorted(by: { $0.key < $1.key }) where target.kind == .client {
      let client = stack.clients.first { $0.target == target }
      let isComingUp = client?.container.map { started.contains($0) } ?? false
      let deadline = isComingUp ? policy.returnDeadline : policy.clientDeadline
      if !debt.keepsIdle.isEmpty {
        steps.append(
          Step(
            .keep, target, because: "a person had paused it", within: deadline,
            lookWithin: policy.lookDeadline, units: debt.keepsIdle, instance: debt.instance))
      }
      guard !debt.revives.isEmpty else { continue }
      steps.append(
        Step(
          .resume, target, because: "it was paused by us", within: deadline,
          lookWithin: policy.lookDeadline, units: debt.revives,
          after: debt.keepsIdle.isEmpty ? [] : [steps.count - 1]))
    }
    return steps
  }
}
