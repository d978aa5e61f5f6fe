import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import TimeText

/// How `mountmon volsync` reaches the world.
struct UnlockDoors: Sendable {
  /// Tells what the cluster holds and how it changes, until the task is cancelled.
  var follow: @Sendable (_ tell: @escaping @Sendable (UnlockHelm.Signal) -> Void) async -> Void
  /// Carries out a call, once.
  var carryOut: @Sendable (UnlockCall, RepositoryIdentity, Tick) async -> UnlockAnswer
  /// Reads the end of the log of a pod; `nil`: there is none.
  var readLog: @Sendable (_ namespace: String, _ pod: String, LogOptions) async throws -> LogTail?
  /// Writes a status.
  var writeStatus: @Sendable (VolSyncMonitor) async -> StatusOutcome
  /// Publishes what deserves an event. Returns at once.
  var announce: @Sendable (UnlockTale) -> Void
  /// Publishes events, until the task is cancelled.
  var publish: @Sendable () async -> Void
  /// The present, by the API server's clock where it is known.
  var wall: @Sendable () -> Timestamp
}

extension UnlockDoors {
  /// The doors to a cluster.
  ///
  /// - Parameters:
  ///   - cluster: The cluster.
  ///   - setting: What is read, and who this is.
  /// - Returns: The doors.
  static func live(_ cluster: Cluster, _ setting: VolSyncSetting) -> UnlockDoors {
    let present: @Sendable () -> Timestamp = {
      cluster.serverTime() ?? WallClock.now().timestamp
    }
    let calls = UnlockCalls(server: cluster, home: setting.home, wall: present)
    let events = UnlockEvents(cluster, by: setting.identity, wall: present)
    return UnlockDoors(
      follow: { tell in
        await Followers(
          cluster: cluster, namespaces: setting.namespaces,
          monitorsIn: setting.monitors == nil ? setting.home : nil,
          tell: tell
        ).run()
      },
      carryOut: { call, repository, deadline in
        await calls.carryOut(call, for: repository, by: deadline)
      },
      readLog: { namespace, pod, options in try await calls.log(namespace, pod, options) },
      writeStatus: { await StatusOutcome(writing: $0, by: cluster) },
      announce: { events.announce($0) }, publish: { await events.run() }, wall: present)
  }
}

/// The watches of a cluster, side by side.
private struct Followers: Sendable {
  let cluster: Cluster
  let namespaces: [Namespace]
  /// The namespace whose monitors are followed. Whoever may write one says with which image Jobs are
  /// made in other namespaces: so it is mountmon's own, and no other.
  let monitorsIn: Namespace?
  let tell: @Sendable (UnlockHelm.Signal) -> Void

  func run() async {
    let scopes: [Scope] =
      namespaces.isEmpty ? [.allNamespaces] : namespaces.map(Scope.namespace)
    await withDiscardingTaskGroup { group in
      for scope in scopes {
        let name = if case .namespace(let namespace) = scope { namespace.description } else { "" }
        group.addTask {
          await follow(Pod.self, scope) { .changed(.pods($0, scope: name)) }
        }
        group.addTask {
          await follow(Job.self, scope) { .changed(.jobs($0, scope: name)) }
        }
        group.addTask {
          await follow(ReplicationSource.self, scope) { .changed(.sources($0, scope: name)) }
        }
        group.addTask {
          await follow(ReplicationDestination.self, scope) {
            .changed(.destinations($0, scope: name))
          }
        }
      }
      if let monitorsIn {
        group.addTask {
          await follow(VolSyncMonitor.self, .namespace(monitorsIn)) { .monitor($0) }
        }
      }
      group.addTask { await follow(Node.self, .cluster) { .changed(.nodes($0)) } }
    }
  }

  private func follow<Kind: Resource>(
    _ type: Kind.Type, _ scope: Scope,
    _ signal: @Sendable (WatchChange<Kind>) -> UnlockHelm.Signal
  ) async {
    // Who decides by what is there must notice soon that a stream has died without a word.
    let policy = WatchPolicy(streamTimeout: .seconds(60), streamMargin: .seconds(15))
    guard let watch = try? cluster.watch(type, in: scope, policy: policy) else { return }
    for await change in watch { tell(signal(change)) }
  }
}

extension StatusOutcome {
  /// Writes a status over the version of the object that it was made from.
  fileprivate init(writing monitor: VolSyncMonitor, by cluster: Cluster) async {
    do {
      let json = try await cluster.send(.replace(monitor, subresource: .status))
      self = .written(try VolSyncMonitor(checking: json))
    } catch let error as KubernetesError {
      switch error.code {
      case .conflict: self = .conflict
      case .notFound: self = .gone
      default: self = .failed("\(error)")
      }
    } catch {
      self = .failed("\(error)")
    }
  }
}
