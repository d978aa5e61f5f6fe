// Lists the pods of a namespace, then follows them until Ctrl-C.
//
//   swift run watch-pods ~/.kube/config media
//
// Without arguments: the kubeconfig of KUBECONFIG, the pod's own service account or ~/.kube/config,
// and the namespace that this names.

import K8sClient

@main
struct WatchPods {
  static func main() async throws {
    let words = CommandLine.arguments.dropFirst()
    let choice: AccessChoice =
      words.first.map { .kubeconfig(path: $0, context: nil) } ?? .automatic
    let access = try ClusterAccess.find(choice, in: .live())
    for warning in access.warnings { print("warning: \(warning)") }
    let namespace = try words.dropFirst().first.map { try Namespace($0) } ?? access.namespace
    let cluster = Cluster(access)

    let pods = try cluster.resource(
      Pod.self, in: namespace.map { .namespace($0) } ?? .namespace("default"))
    let list = try await pods.list()
    print("\(list.items.count) pods at version \(list.resourceVersion?.description ?? "unknown")")

    // The watch brings its own list first, and never ends by itself: what fails is tried again.
    for await change in pods.watch() {
      switch change {
      case .added(let pod): print("added    \(line(pod))")
      case .modified(let pod): print("modified \(line(pod))")
      case .deleted(let departed): print("deleted  \(departed.key)")
      case .synced: print("that is all there is now")
      case .interrupted(let error): print("interrupted: \(error)")
      case .resumed: print("going on")
      }
    }
    await cluster.shutdown()
  }

  static func line(_ pod: Pod) -> String {
    let restarts = pod.containerStatuses.map(\.restartCount).reduce(0, +)
    let state = pod.isTerminating ? "Terminating" : pod.phase?.rawValue ?? "Unknown"
    return "\(pod.metadata.name?.description ?? "") \(state), \(restarts) restarts"
  }
}
