import ChildProcess
import MountHealthCore
public import Pacing

/// The stack as it is: carries out the calls of plans, and chooses nothing.
public struct LiveStack: Sendable {
  private let clients: [Target: any StackClient]
  private let engine: ContainerEngine?
  private let projects: [Target: ProjectSettings]
  /// The commands of a project run one at a time.
  private let lanes: [String: ChildLane]
  private let traffic: @Sendable () async -> PoolTraffic?
  private let patience: Duration

  /// A stack.
  ///
  /// - Parameters:
  ///   - clients: The programs that can be paused, by their target.
  ///   - engine: The container engine; `nil`: there is none, and so there are no containers.
  ///   - projects: The compose projects that are started and stopped as a whole.
  ///   - patience: How long one question of a look at everything may take.
  ///   - traffic: Measures what is being written to the pool; `nil` where it cannot be measured.
  public init(
    clients: [Target: any StackClient], engine: ContainerEngine?, projects: [ProjectSettings] = [],
    patience: Duration = PlanPolicy().lookDeadline,
    traffic: @escaping @Sendable () async -> PoolTraffic?
  ) {
    self.clients = clients
    self.engine = engine
    var byTarget: [Target: ProjectSettings] = [:]
    for project in projects {
      if let target = Target(.project, project.name) { byTarget[target] = project }
    }
    self.projects = byTarget
    lanes = byTarget.reduce(into: [:]) { $0[$1.value.name] = ChildLane() }
    self.patience = patience
    self.traffic = traffic
  }

  /// Carries out a call.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - deadline: When an answer is of no use any more. What was asked for may still happen.
  /// - Returns: The answer, at the deadline at the latest. One exception: what was asked to act and
  ///   stays silent is no refusal, so that answer comes a moment late, when nobody waits for it.
  public func carryOut(_ call: Call, until deadline: Tick) async -> Answer {
    let silence = Answer.failed("no answer in time")
    switch call {
    case .survey(let asksClients):
      return await .surveyed(survey(asksClients: asksClients, until: deadline))
    case .look(let target):
      // Whoever is asked knows better what was waited for.
      let inner = deadline + (deadline - Tick.now()) * -0.05
      return await Deadline.race(until: deadline) {
        await look(target, until: inner)
      } otherwise: {
        silence
      }
    case .measure:
      return await Deadline.race(until: deadline) {
        guard let traffic = await traffic() else { return .failed("it cannot be measured") }
        return .traffic(traffic)
      } otherwise: {
        silence
      }
    case .pause, .resume, .stop, .kill, .start, .restart, .launch, .retire:
      return await Deadline.race(until: deadline + Self.afterwards) {
        let answer = await act(call, until: deadline)
        guard case .silent(let words) = answer else { return answer.answer }
        try? await Task.sleep(for: deadline + Self.afterwards - Tick.now())
        return .failed(words)
      } otherwise: {
        silence
      }
    }
  }

  /// What a late answer is late by.
  private static let afterwards = Duration.milliseconds(100)
}

extension LiveStack {
  /// What came of an act.
  private enum Act {
    case answered(Answer)
    /// Nobody answered; it may happen yet.
    case silent(String)

    var answer: Answer {
      switch self {
      case .answered(let answer): answer
      case .silent(let words): .failed(words)
      }
    }
  }

  private func act(_ call: Call, until deadline: Tick) async -> Act {
    do {
      switch call {
      case .pause(let target, let units):
        try await client(target).pause(units, until: deadline)
      case .resume(let target, let units):
        try await client(target).resume(units, until: deadline)
      case .stop(let target, let grace):
        try await engine(for: target).stop(target.name, grace: grace, until: deadline)
      case .kill(let target):
        try await engine(for: target).kill(target.name, until: deadline)
      case .start(let target):
        try await engine(for: target).start(target.name, until: deadline)
      case .restart(let target, let grace):
        try await engine(for: target).restart(target.name, grace: grace, until: deadline)
      case .launch(let target):
        let project = try project(target)
        return await run(project.start, of: project, until: deadline)
      case .retire(let target):
        let project = try project(target)
        return await run(project.stop, of: project, until: deadline)
      case .survey, .look, .measure:
        return .answered(.failed("no act"))
      }
      return .answered(.taken)
    } catch let fault as EngineFault where fault.kind == .gone {
      return .answered(.gone(fault.description))
    } catch let fault as EngineFault where fault.kind == .silent {
      return .silent(fault.description)
    } catch {
      return .answered(.failed("\(error)"))
    }
  }

  private func run(
    _ words: [String], of project: ProjectSettings, until deadline: Tick
  ) async -> Act {
    let command = ProjectCommand(
      words, in: project.folder, socket: engine?.socket, deadline: deadline - Tick.now())
    switch await command.run(in: lanes[project.name] ?? ChildLane()) {
    case .timedOut: return .silent("\(project.name): its command took too long, and was killed")
    case let result: return .answered(command.answer(result))
    }
  }

  private func look(_ target: Target, until deadline: Tick) async -> Answer {
    do {
      switch target.kind {
      case .client:
        let state = try await client(target).look(until: deadline)
        return .state(state)
      case .container:
        let state = try await engine(for: target).look(target.name, until: deadline)
        return .state(state)
      case .project:
        let project = try project(target)
        let containers = try await engine(for: target).list(until: deadline).map(\.snapshot)
        return .state(ProjectState.state(of: project, among: containers))
      case .stack: return .failed("the stack as a whole has no state")
      }
    } catch let fault as EngineFault where fault.kind == .gone {
      return .gone(fault.description)
    } catch {
      return .failed("\(error)")
    }
  }

  private func client(_ target: Target) throws(ClientFault) -> any StackClient {
    if let client = clients[target] { return client }
    throw ClientFault(
      "\(target) is not configured; configure it, or have the ledger forget it")
  }

  private func project(_ target: Target) throws(EngineFault) -> ProjectSettings {
    if let project = projects[target] { return project }
    throw EngineFault(
      .refused, "\(target) is not configured; configure it, or have the ledger forget it")
  }

  private func engine(for target: Target) throws(EngineFault) -> ContainerEngine {
    if let engine { return engine }
    throw EngineFault(.refused, "\(target): no container engine is configured")
  }
}

extension LiveStack {
  private enum Piece: Sendable {
    case containers(ContainerSurvey)
    case client(Target, TargetState)
    case complaint(String)
  }

  /// Everything is asked side by side, and has until shortly before the deadline: then whoever has not
  /// answered is left out.
  private func survey(asksClients: Bool, until deadline: Tick) async -> StackSnapshot {
    let now = Tick.now()
    let until = min(now + patience, now + (deadline - now) * 0.9)
    var snapshot = StackSnapshot(containers: engine == nil ? [] : nil)
    await withTaskGroup(of: Piece.self) { group in
      if engine != nil {
        group.addTask { await containers(inspects: asksClients, until: until, atMost: deadline) }
      }
      if asksClients {
        for target in clients.keys {
          group.addTask { await ask(target, until: until, atMost: deadline) }
        }
      }
      for await piece in group {
        switch piece {
        case .containers(let found):
          snapshot.containers = found.containers
          snapshot.complaints += found.complaints
          snapshot.mayMissUsers = found.mayMissUsers
          snapshot.uninspected = found.uninspected
        case .client(let target, let state): snapshot.clients[target] = state
        case .complaint(let words): snapshot.complaints.append(words)
        }
      }
    }
    if asksClients, engine != nil, let containers = snapshot.containers {
      for (target, project) in projects {
        snapshot.projects[target] = ProjectState.state(of: project, among: containers)
      }
    }
    snapshot.complaints.sort()
    return snapshot
  }

  private func containers(
    inspects: Bool, until deadline: Tick, atMost limit: Tick
  ) async -> Piece {
    guard let engine else { return .containers(ContainerSurvey(containers: [])) }
    return await Deadline.race(until: min(limit, deadline + Self.afterwards)) {
      let survey: ContainerSurvey
      do throws(EngineFault) {
        survey = try await engine.survey(inspects: inspects, until: deadline)
      } catch {
        return .complaint(error.description)
      }
      return .containers(survey)
    } otherwise: {
      .complaint("the container engine did not answer in time")
    }
  }

  private func ask(
    _ target: Target, until deadline: Tick, atMost limit: Tick
  ) async -> Piece {
    guard let client = clients[target] else { return .complaint("\(target) is not configured") }
    return await Deadline.race(until: min(limit, deadline + Self.afterwards)) {
      let state: TargetState
      do throws(ClientFault) {
        state = try await client.look(until: deadline)
      } catch {
        return .complaint("\(target): \(error)")
      }
      return .client(target, state)
    } otherwise: {
      .complaint("\(target) did not answer in time")
    }
  }
}
