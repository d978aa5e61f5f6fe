import JSONValue
import Testing

@Suite struct `The network policies` {
  @Test func `select pods that there are, by ports that they have`() async throws {
    let objects = try await Manifests.objects()
    let policies = objects.filter { $0.kind == "NetworkPolicy" }
    #expect(
      policies.map(\.file) == [
        "options/network-policy-egress.yaml", "options/network-policy.yaml",
        "volsync/options/network-policy.yaml",
      ])
    for policy in policies {
      let wanted = try #require(policy.value["spec"]?["podSelector"]?["matchLabels"]?.objectValue)
      let pods = objects.compactMap(\.pod).filter { pod in
        let labels = pod.value["metadata"]?["labels"]
        return wanted.allSatisfy { labels?[$0.key] == $0.value }
          && pod.owner.namespace == policy.namespace && !pod.owner.isBare
      }
      #expect(!pods.isEmpty, "\(policy)")
      // A policy is for all containers of a pod: each port that somebody may reach has to be in it.
      guard let rules = policy.value["spec"]?["ingress"]?.arrayValue else { continue }
      let open = rules.flatMap { $0["ports"]?.arrayValue ?? [] }.compactMap { $0["port"] }
      for pod in pods where pod.owner.kind != "CronJob" {
        #expect(Set(open.map { pod.port($0) }) == Set(pod.ports), "\(policy): \(pod)")
      }
    }
  }

  @Test func `let nobody ask mountmon but Prometheus`() async throws {
    for policy in try await Manifests.objects() where policy.kind == "NetworkPolicy" {
      for rule in policy.value["spec"]?["ingress"]?.arrayValue ?? [] {
        let ports = (rule["ports"]?.arrayValue ?? []).compactMap { $0["port"] }
        #expect(!ports.isEmpty, "\(policy): a rule without ports opens all")
        guard ports.contains(where: { $0 == "health" || $0 == 8080 }) else { continue }
        #expect(ports.count == 1, "\(policy)")
        #expect(rule["from"]?.arrayValue?.count == 1, "\(policy)")
      }
    }
  }

  @Test func `let a watchdog reach the API server, names, and what it asks before a restart`()
    async throws
  {
    let egress = try #require(
      try await Manifests.objects().first { $0.file == "options/network-policy-egress.yaml" })
    let map = try #require(
      try await Manifests.objects().first { $0.file == "nfs/config.yaml" })
    let text = try #require(map.value["data"]?["config.json"]?.stringValue)
    let upstream = try #require(
      try JSONValue(parsing: text)["watchdog"]?["upstream"]?.stringValue?.split(separator: ":").last
    )
    let open = (egress.value["spec"]?["egress"]?.arrayValue ?? [])
      .flatMap { $0["ports"]?.arrayValue ?? [] }.compactMap { $0["port"]?.intValue }
    #expect(Set(open) == [53, 443, 6443, Int(upstream) ?? 0])
  }

  @Test func `of the chart are the plain one`() async throws {
    let values: JSONValue = ["networkPolicy": ["enabled": true]]
    let made = try #require(
      try await HelmChart.mountmon.objects(.init(values: values))
        .first { $0.kind == "NetworkPolicy" })
    let plain = try await Manifests.ofUnlocks().first { $0.kind == "NetworkPolicy" }
    #expect(made.bare.sorted == plain?.bare.sorted)
  }
}

@Suite struct `The Services` {
  @Test func `lead to ports that their pods have`() async throws {
    let objects = try await Manifests.objects()
    let examples = BuiltProgram.package + "/Examples/monitoring"
    let monitored = try await Manifests.read(
      ["\(examples)/service-monitor.yaml"], below: examples)
    let services = (objects + monitored).filter { $0.kind == "Service" }
    #expect(services.count >= 2)
    for service in services {
      let wanted = try #require(service.value["spec"]?["selector"]?.objectValue)
      let pods = objects.compactMap(\.pod).filter { pod in
        let labels = pod.value["metadata"]?["labels"]
        return wanted.allSatisfy { labels?[$0.key] == $0.value }
          && pod.owner.namespace == service.namespace && pod.sidecar != nil
      }
      #expect(!pods.isEmpty, "\(service)")
      for port in service.value["spec"]?["ports"]?.arrayValue ?? [] {
        let target = try #require(port["targetPort"] ?? port["port"])
        for pod in pods {
          #expect(pod.port(target) != nil, "\(service): \(pod): \(target.text())")
        }
      }
    }
  }
}

extension PodTemplate {
  /// All that its containers say they listen on.
  fileprivate var ports: [Int?] {
    containers.flatMap(\.ports).map { $0["containerPort"]?.intValue }
  }

  /// What a Service or a policy means by a port, which is a number or a name.
  ///
  /// Names of init containers, and so of native sidecars, are not looked for by every version of
  /// Kubernetes and by every network plugin: here they are none.
  fileprivate func port(_ wanted: JSONValue) -> Int? {
    if let number = wanted.intValue { return ports.contains(number) ? number : nil }
    return containers.filter { !$0.isOfInit }.flatMap(\.ports)
      .first { $0["name"] == wanted }?["containerPort"]?.intValue
  }
}

extension ManifestContainer {
  fileprivate var ports: [JSONValue] { value["ports"]?.arrayValue ?? [] }

  fileprivate var isOfInit: Bool {
    (pod.spec["initContainers"]?.arrayValue ?? []).contains { $0["name"]?.stringValue == name }
  }
}
