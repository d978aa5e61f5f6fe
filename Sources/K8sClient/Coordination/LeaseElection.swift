import Pacing
public import TimeText

/// An election of one leader among processes, by a Lease.
///
///     let election = LeaseElection(path, policy: LeasePolicy(identity: podName), by: cluster, wall: wall)
///     await election.lead { leadership in
///       while !Task.isCancelled, leadership.isHeld { await turn() }
///     }
///
/// The account needs `get`, `create` and `update` of the Lease.
public struct LeaseElection: Sendable {
  /// How long giving back may take at the end.
  public static let releaseTime: Duration = .seconds(5)

  /// Which Lease.
  public let path: ObjectPath
  /// Who the candidate is, and for how long it holds the Lease.
  public let policy: LeasePolicy
  let caller: any APICaller
  let clock: TickClock
  let wall: @Sendable () -> Timestamp
  let seed: UInt64

  /// An election; nothing is sent before `lead`.
  ///
  /// - Parameters:
  ///   - path: Which Lease.
  ///   - policy: Who the candidate is, and for how long it holds the Lease.
  ///   - caller: Who carries the calls.
  ///   - clock: The clock it runs by.
  ///   - wall: The time of day, which the Lease shows to people; nothing is decided by it.
  ///   - seed: Where its chance comes from.
  public init(
    _ path: ObjectPath, policy: LeasePolicy, by caller: any APICaller,
    clock: TickClock = .continuous, wall: @escaping @Sendable () -> Timestamp,
    seed: UInt64 = .random(in: .min ... .max)
  ) {
    self.path = path
    self.policy = policy
    self.caller = caller
    self.clock = clock
    self.wall = wall
    self.seed = seed
  }

  /// Competes for the Lease, and works while it leads.
  ///
  /// The work is begun each time the candidate is elected, and its task is cancelled when the
  /// leadership is lost; it then has a third of the Lease's duration to end before somebody else may
  /// lead. It is not begun anew before it has ended. When it returns while it leads, the Lease is given
  /// back: so this is a lock, too.
  ///
  /// Returns when the work has returned while it led, or when the task is cancelled and the work has
  /// ended. The Lease is given back then, as far as the server can be reached.
  ///
  /// - Parameters:
  ///   - onChange: Told what happens; has to return soon, since nothing is renewed meanwhile.
  ///   - work: What only the leader does.
  public func lead(
    onChange: @escaping @Sendable (LeadershipChange) async -> Void = { _ in },
    _ work: @escaping @Sendable (Leadership) async -> Void
  ) async {
    var shell = LeaseShell(self)
    await withTaskGroup(of: LeaseShell.Signal.self) { group in
      for change in shell.take(.tick) { await onChange(change) }
      group.addTask { [action = shell.action, self] in .event(await carryOut(action)) }
      while let signal = await group.next() {
        switch signal {
        case .event(let event):
          for change in shell.take(event) { await onChange(change) }
          if !Task.isCancelled, !shell.isDone {
            group.addTask { [action = shell.action, self] in .event(await carryOut(action)) }
          } else {
            group.cancelAll()
          }
        case .workEnded:
          if shell.workEnded() { group.cancelAll() }
        }
        if !Task.isCancelled, let (leadership, gate) = shell.beginWork() {
          group.addTask {
            await gate.whileOpen { await work(leadership) }
            return .workEnded
          }
        }
      }
    }
    shell.close()
    // What gives the Lease back must not be cancelled with the task.
    let last = shell
    await Task {
      var shell = last
      let limit = clock.now() + Self.releaseTime
      var changes = shell.take(.stop)
      while !shell.isFinished, clock.now() < limit {
        changes += shell.take(await carryOut(shell.action))
      }
      for change in changes { await onChange(change) }
    }.value
  }

  /// Makes the one call that is to be made, or waits.
  func carryOut(_ action: LeaseMachine.Effect?) async -> LeaseMachine.Event {
    switch action {
    case .read(let until):
      return await read(until: until)
    case .create(let lease, let until):
      do throws(ValueError) {
        let place = try CollectionPath(
          Lease.type, in: path.namespace.map(Scope.namespace) ?? .cluster)
        return await write(try .create(lease, in: place), until: until)
      } catch {
        return .writeFailed(KubernetesError(error, "create \(path)"))
      }
    case .replace(let lease, let until):
      return await write(.replace(path, with: lease.json), until: until)
    case .wait(let until):
      try? await clock.sleep(until)
      return .tick
    case .announce, .finish, nil:
      return .tick
    }
  }

  private func read(until deadline: Tick) async -> LeaseMachine.Event {
    switch await answer(to: .get(path), until: deadline) {
    case .success(let lease): .read(lease)
    // A type that is not there is a 404 as well, and making the Lease will say so.
    case .failure(let error): error.code == .notFound ? .read(nil) : .readFailed(error)
    }
  }

  private func write(_ request: APIRequest, until deadline: Tick) async -> LeaseMachine.Event {
    switch await answer(to: request, until: deadline) {
    case .success(let lease): .written(lease)
    case .failure(let error): .writeFailed(error)
    }
  }

  private func answer(
    to request: APIRequest, until deadline: Tick
  ) async -> Result<Lease, KubernetesError> {
    let answer = await clock.limit(until: deadline) { [caller] in
      do throws(KubernetesError) {
        let json = try await caller.send(request)
        do throws(MalformedObject) {
          return Result<Lease, KubernetesError>.success(try Lease(checking: json))
        } catch {
          return .failure(KubernetesError(request, malformed: error))
        }
      } catch {
        return .failure(error)
      }
    }
    let late = KubernetesError(
      .timeout, request.operation, mayHaveHappened: !request.isReadOnly,
      detail: "no answer came before the Lease could be lost")
    return answer ?? .failure(late)
  }
}
