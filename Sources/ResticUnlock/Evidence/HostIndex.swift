import K8sClient

/// Pods by what they may take for the name of their host: a cluster has thousands, and each of a
/// repository's locks asks for one.
struct HostIndex: Sendable {
  private var pods: [String: [Pod]] = [:]

  init(_ all: [Pod]) {
    for pod in all {
      pods[pod.containerHost, default: []].append(pod)
      if pod.sharesHostNetwork, let node = pod.nodeName { pods[node, default: []].append(pod) }
    }
  }

  /// Those that may be this host, by its whole name or what stands before one of its dots.
  func pods(of host: String) -> [Pod] {
    var found = pods[host] ?? []
    for (index, letter) in host.utf8.enumerated() where letter == UInt8(ascii: ".") {
      found += pods[String(decoding: host.utf8.prefix(index), as: UTF8.self)] ?? []
    }
    return found
  }
}
