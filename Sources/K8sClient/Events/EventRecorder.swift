import Pacing
import Synchronization

/// Tells of what happens, as Kubernetes events: `kubectl describe` shows them with their object.
///
///     let recorder = EventRecorder(by: cluster)
///     async let posting: Void = recorder.run()
///     recorder.record(EventNote(.warning, reason: "MountDead", …))
///
/// Nobody waits for the server: `record` returns at once, whatever the server does. Repetitions are
/// counted on one event, floods are cut off. The account needs `create` and `patch` of `events` in the
/// group `events.k8s.io`; where that is refused the core group is tried.
public final class EventRecorder: Sendable {
  private let machine: Mutex<EventMachine>
  private let caller: any APICaller
  private let clock: TickClock
  private let bell = Bell()

  /// A recorder; nothing is posted before `run`.
  ///
  /// - Parameters:
  ///   - caller: Who carries the calls.
  ///   - policy: How many events are posted, and how eagerly.
  ///   - clock: The clock it runs by.
  ///   - seed: Where its chance comes from, the names of events included.
  public init(
    by caller: any APICaller, policy: EventPolicy = .init(), clock: TickClock = .continuous,
    seed: UInt64 = .random(in: .min ... .max)
  ) {
    machine = Mutex(EventMachine(policy: policy, seed: seed))
    self.caller = caller
    self.clock = clock
  }

  /// How often what happened, dropped notes included.
  public var counts: EventMachine.Counts { machine.withLock { $0.counts } }

  /// Tells of something; never waits.
  ///
  /// - Parameter note: What happened.
  public func record(_ note: EventNote) {
    let effects = machine.withLock { $0.handle(.record(note), at: clock.now()) }
    if effects.contains(.wake) { bell.ring() }
  }

  /// Posts what is recorded, until the task is cancelled; then what is left, once.
  ///
  /// To be called once.
  ///
  /// - Parameter limit: How long what is left may take.
  public func run(flushingWithin limit: Duration = .seconds(5)) async {
    var effects = machine.withLock { $0.handle(.tick, at: clock.now()) }
    while !Task.isCancelled {
      let event = await carryOut(effects.last)
      effects = machine.withLock { $0.handle(event, at: clock.now()) }
    }
    // What is left must not be cancelled with the task.
    let left = effects.last
    await Task { [self] in
      let end = clock.now() + limit
      _ = await clock.limit(until: end) { [self] in await flush(from: left) }
    }.value
  }

  private func flush(from effect: EventMachine.Effect?) async {
    var effects = machine.withLock { $0.handle(.flush, at: clock.now()) }
    // A call that was decided on and not made is made now.
    if case .send = effect { effects = effect.map { [$0] } ?? [] }
    while !Task.isCancelled {
      guard case .send = effects.last else { return }
      let event = await carryOut(effects.last)
      effects = machine.withLock { $0.handle(event, at: clock.now()) }
    }
  }

  private func carryOut(_ effect: EventMachine.Effect?) async -> EventMachine.Event {
    switch effect {
    case .send(let request):
      let policy = machine.withLock { $0.policy }
      let failure = await clock.limit(until: clock.now() + policy.callTime) { [caller] in
        do throws(KubernetesError) {
          _ = try await caller.send(request)
          return KubernetesError?.none
        } catch {
          return error
        }
      }
      let late = KubernetesError(.timeout, request.operation, mayHaveHappened: true)
      return (failure ?? late).map(EventMachine.Event.failed) ?? .sent
    case .wait(let until?):
      _ = await clock.limit(until: until) { [bell] in await bell.wait() }
      return .tick
    case .wait(nil):
      await bell.wait()
      return .tick
    case .wake, .finish, nil:
      return .tick
    }
  }
}
