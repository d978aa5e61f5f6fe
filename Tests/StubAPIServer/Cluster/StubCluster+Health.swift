extension StubCluster {
  /// One of the health endpoints: text, whatever is accepted.
  func checks(_ target: RequestTarget, _ names: [String], failed: Set<String>) -> StubAnswer {
    let single = target.segments.dropFirst().joined(separator: "/")
    if !single.isEmpty {
      guard names.contains(single) else { return .text("404 page not found\n", status: 404) }
      return failed.contains(single)
        ? .text("internal server error: reason withheld\n", status: 500) : .text("ok")
    }
    let endpoint = target.segments[0]
    let isGood = failed.isDisjoint(with: names)
    if isGood, target["verbose"] == nil { return .text("ok") }
    var text = ""
    for name in names {
      text +=
        failed.contains(name) ? "[-]\(name) failed: reason withheld\n" : "[+]\(name) ok\n"
    }
    text += "\(endpoint) check \(isGood ? "passed" : "failed")\n"
    return .text(text, status: isGood ? 200 : 500)
  }

  private static let hooks = [
    "start-apiserver-admission-initializer", "generic-apiserver-start-informers",
    "priority-and-fairness-config-consumer", "priority-and-fairness-filter",
    "storage-object-count-tracker-hook", "start-apiextensions-informers",
    "start-apiextensions-controllers", "crd-informer-synced",
    "start-system-namespaces-controller", "peer-endpoint-reconciler-controller",
    "start-cluster-authentication-info-controller",
    "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector", "storage-readiness",
    "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers",
    "rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes",
    "priority-and-fairness-config-producer", "bootstrap-controller",
    "start-kubernetes-service-cidr-controller", "start-kube-aggregator-informers",
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller", "apiservice-registration-controller",
    "apiservice-wait-for-first-sync", "apiservice-discovery-controller",
    "kube-apiserver-autoregistration", "autoregister-completion", "apiservice-openapi-controller",
    "apiservice-openapiv3-controller",
  ].map { $0 == "autoregister-completion" ? $0 : "poststarthook/" + $0 }

  static let readyChecks = ["ping", "log", "informer-sync"] + hooks + ["shutdown"]

  static let liveChecks = ["ping", "log", "loopback-serving-certificate", "etcd"] + hooks
}
