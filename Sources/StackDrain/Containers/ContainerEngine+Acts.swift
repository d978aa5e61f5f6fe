import MountHealthCore
import Pacing

extension ContainerEngine {
  /// Looks at one container.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - deadline: When an answer is of no use any more.
  /// - Returns: Its state; its life is told by when it was started.
  /// - Throws: ``EngineFault``, of the kind `gone` only where the engine said that there is none.
  func look(_ name: String, until deadline: Tick) async throws(EngineFault) -> TargetState {
    try await details(name, called: name, until: deadline).targetState
  }

  /// All there is to know of one container.
  ///
  /// - Parameters:
  ///   - reference: Its name or its number.
  ///   - name: Its name.
  ///   - deadline: When an answer is of no use any more.
  /// - Returns: What the engine says of it.
  /// - Throws: ``EngineFault``, of the kind `gone` where there is none, or one of another name.
  func details(
    _ reference: String, called name: String, until deadline: Tick
  ) async throws(EngineFault) -> ContainerDetails {
    let body = try await send(.inspect(reference), until: deadline)
    let details: ContainerDetails
    do {
      details = try ContainerDetails(parsing: body)
    } catch {
      throw EngineFault(
        .strange,
        "look at container \(name): what the container engine at \(socket) answers cannot be "
          + "read: \(error.words)")
    }
    // For a name that is not there the engine gives another container whose number begins so.
    guard details.name == name || details.id == reference else {
      throw EngineFault(.gone, "look at container \(name): there is none of this name")
    }
    remember(name, details.id)
    return details
  }

  /// Has the engine end a container, and kill it after the grace.
  func stop(_ name: String, grace: Duration, until deadline: Tick) async throws(EngineFault) {
    try await end(.stop(name, seconds: Self.seconds(grace)), name, until: deadline)
  }

  /// Has the engine kill a container.
  func kill(_ name: String, until deadline: Tick) async throws(EngineFault) {
    try await end(.kill(name), name, until: deadline)
  }

  /// Has the engine restart a container, and kill it after the grace.
  func restart(_ name: String, grace: Duration, until deadline: Tick) async throws(EngineFault) {
    try await end(.restart(name, seconds: Self.seconds(grace)), name, until: deadline)
  }

  /// Has the engine start a container.
  func start(_ name: String, until deadline: Tick) async throws(EngineFault) {
    try await check(name, until: deadline)
    _ = try await send(.start(name), until: deadline)
  }

  /// The engine counts in whole seconds.
  static func seconds(_ grace: Duration) -> Int {
    let (seconds, attoseconds) = max(grace, .zero).components
    return Int(clamping: min(seconds, 86_400) + (attoseconds > 0 ? 1 : 0))
  }

  /// Makes sure that a name that could be the beginning of a number is that of a container.
  private func check(_ name: String, until deadline: Tick) async throws(EngineFault) {
    guard EngineCall.looksLikeNumber(name) else { return }
    _ = try await details(name, called: name, until: deadline)
  }

  /// How long it takes to find out what holds a container, and to say so in time.
  private static let inquest = Duration.seconds(2)

  /// Ends a container, or finds out what holds it, before the deadline: the engine itself takes longer
  /// than that to give up.
  private func end(
    _ call: EngineCall, _ name: String, until deadline: Tick
  ) async throws(EngineFault) {
    try await check(name, until: deadline)
    let reserve = min(Self.inquest, (deadline - Tick.now()) * 0.25)
    do {
      _ = try await send(call, until: deadline + (.zero - reserve))
    } catch  where error.kind == .refused || error.kind == .silent {
      guard let words = await whatHolds(name, until: deadline) else { throw error }
      throw error.kind == .silent
        ? EngineFault(.refused, words) : error.adding(words)
    }
  }

  /// What keeps a container from ending, in words; `nil` where nothing is found.
  private func whatHolds(_ name: String, until deadline: Tick) async -> String? {
    let half = Tick.now() + (deadline - Tick.now()) * 0.4
    let details = try? await details(name, called: name, until: half)
    guard let id = details?.id ?? rememberedID(of: name) else { return nil }
    return StuckTask.words(for: await processes.stuckTasks(id, details?.pid), in: name)
  }
}
