import HTTPTransport
import K8sClient
import MountHealthCore
import Pacing
import Synchronization
import TimeText

/// The watchdog's way to the API server: found when it is looked for, and kept.
final class ClusterLink: Sendable {
  private struct Connection {
    let cluster: Cluster
    let calls: RestartCalls
    let events: RestartEvents
    let pod: K8sClient.PodIdentity
  }

  private let choice: AccessChoice?
  private let surroundings: Surroundings
  private let log: Log
  private let connection = Mutex<Connection?>(nil)

  /// - Parameters:
  ///   - choice: Where the API server is, where options say so; else the pod's service account.
  ///   - surroundings: Environment, files and clocks.
  ///   - log: Where warnings go.
  init(_ choice: AccessChoice?, in surroundings: Surroundings, _ log: Log) {
    self.choice = choice
    self.surroundings = surroundings
    self.log = log
  }

  /// Finds access to the cluster, and out which pod this is. Reads files of the pod's own; asks nobody.
  func identify() async -> PodSelf {
    guard choice != nil || ClusterAccess.isInCluster(surroundings) else { return .notInCluster }
    do throws(AccessError) {
      let access = try ClusterAccess.find(choice ?? .inCluster, in: surroundings)
      let pod = try K8sClient.PodIdentity.find(access, in: surroundings)
      for warning in access.warnings { log.warn("watchdog access", ["warning": .string(warning)]) }
      connect(by: access, as: pod)
      return .pod(
        .init(
          namespace: pod.namespace.description, name: pod.name.description,
          uid: pod.uid.description))
    } catch {
      return .fault("\(error)")
    }
  }

  /// What the API server is reached by; `nil` until the pod is known.
  var calls: RestartCalls? { connection.withLock { $0?.calls } }

  func announce(_ notice: RestartNotice) {
    connection.withLock { $0?.events }?.announce(notice)
  }

  /// Takes over who owns the own pod. Other pods that are looked at may be of another revision.
  func noteOwner(_ facts: PodFacts) {
    guard let connection = connection.withLock({ $0 }),
      facts.uid == connection.pod.uid.description
    else { return }
    connection.events.noteOwner(facts.owner)
  }

  var droppedEvents: UInt64 { connection.withLock { $0?.events }?.dropped ?? 0 }

  /// Sends what is still to be sent, as far as that is quick, and closes connections.
  func close() async {
    guard let connection = connection.withLock({ $0 }) else { return }
    await connection.events.close(within: Self.lastEvents)
    await connection.cluster.shutdown()
  }

  /// How long the last events may take.
  static let lastEvents = Duration.milliseconds(300)

  private func connect(by access: ClusterAccess, as pod: K8sClient.PodIdentity) {
    let settings = ClusterSettings(
      userAgent: "mountmon/\(Version.current)", retries: .once,
      deadlines: HTTPDeadlines(
        connect: .seconds(5), silence: RestartMachine.callDeadline,
        total: RestartMachine.callDeadline),
      onWarning: { [log] warning, operation in
        log.warn(
          "warning of the API server",
          ["operation": .string(operation), "warning": .string("\(warning)")])
      })
    let cluster = Cluster(access, settings: settings, in: surroundings)
    let wall = surroundings.wallTime
    let calls = RestartCalls(server: cluster, pod: pod.name, namespace: pod.namespace) {
      cluster.serverTime() ?? wall()
    }
    connection.withLock { connection in
      guard connection == nil else { return }
      connection = Connection(
        cluster: cluster, calls: calls,
        events: RestartEvents(cluster, about: pod, wall: calls.wall), pod: pod)
    }
  }
}
