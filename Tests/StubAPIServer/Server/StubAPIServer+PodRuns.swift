public import JSONValue
import Synchronization

extension StubAPIServer {
  /// Lets pods be run outside the cluster: by real processes on this machine, most likely.
  ///
  /// The closure is called when a pod goes to running, in a task of its own, and says how it ended. A
  /// pod that is deleted, or whose node loses its power, has that task cancelled: the closure is to
  /// kill what runs and to return. What runs on a partitioned node is left alone.
  ///
  /// - Parameter run: Gets the pod as it is; gives `nil` where it is no pod of its own, which then
  ///   lives as its habit says. `nil` in its place: nobody from now on.
  public func runPods(_ run: (@Sendable (_ pod: JSONValue) async -> StubPodEnd?)?) {
    state.withLock { state in
      state.runner = run.map(PodRunner.init)
      state.cluster.setRunner(run != nil)
    }
  }

  /// How many pods run outside.
  public var runningPods: Int { state.withLock { $0.cluster.runs.outside.count } }

  /// Ends all that runs outside, waits until it has ended, and lets nothing more run there.
  public func endPods() async {
    guard let runner = state.withLock({ $0.runner }) else { return }
    runPods(nil)
    await runner.endAll()
  }
}

/// The tasks of pods that run outside.
final class PodRunner: Sendable {
  private let run: @Sendable (JSONValue) async -> StubPodEnd?
  private let tasks = Mutex<[String: Task<Void, Never>]>([:])

  init(_ run: @escaping @Sendable (JSONValue) async -> StubPodEnd?) { self.run = run }

  func tell(_ notice: StubPodNotice, _ server: StubAPIServer) {
    switch notice.kind {
    case .started(let pod):
      tasks.withLock { tasks in
        tasks[notice.uid] = Task { [run, weak server] in
          let end = await run(pod)
          server?.withCluster { $0.finish(notice.uid, end) }
          self.tasks.withLock { $0[notice.uid] = nil }
        }
      }
    case .killed, .removed: tasks.withLock { $0[notice.uid] }?.cancel()
    case .terminating: break
    }
  }

  func endAll() async {
    let all = tasks.withLock { Array($0.values) }
    for task in all { task.cancel() }
    for task in all { await task.value }
  }
}
