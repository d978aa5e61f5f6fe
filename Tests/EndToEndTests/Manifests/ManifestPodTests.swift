import JSONValue
import Testing
import TimeText

@Suite struct `A pod of the manifests` {
  /// The one container that may do more: it mounts for the others.
  private static let privileged = ["rclone/deployment.yaml: rclone"]

  @Test func `asks for no more than the restricted profile, but for the one that mounts`()
    async throws
  {
    var found: [String] = []
    for pod in try await Manifests.pods() {
      #expect(pod.excesses.isEmpty, "\(pod)")
      for container in pod.containers {
        let name = "\(pod.owner.file): \(container.name)"
        if !container.excesses.isEmpty { found.append(name) }
        if !Self.privileged.contains(name) {
          #expect(container.excesses.isEmpty, "\(container)")
        }
      }
    }
    #expect(found == Self.privileged)
  }

  @Test func `gives new volumes to the group of the application`() async throws {
    for pod in try await Manifests.pods() {
      let plex = try #require(pod.containers.first { $0.name == "plex" }, "\(pod)")
      let group = try #require(plex.security["runAsGroup"], "\(plex)")
      #expect(pod.spec["securityContext"]?["fsGroup"] == group, "\(pod)")
      #expect(
        pod.spec["securityContext"]?["fsGroupChangePolicy"] == "OnRootMismatch", "\(pod)")
    }
  }

  @Test func `is judged by rules that find each excess`() throws {
    let bare = PodTemplate(
      owner: ManifestObject(file: "x", value: .null),
      value: [
        "spec": [
          "hostNetwork": true, "volumes": [["name": "a", "hostPath": ["path": "/"]]],
          "containers": [
            ["name": "a", "livenessProbe": ["httpGet": ["host": "10.0.0.1", "port": 80]]],
            [
              "name": "b", "ports": [["hostPort": 80]],
              "securityContext": ["privileged": true, "capabilities": ["add": ["SYS_ADMIN"]]],
            ],
          ],
        ]
      ])
    #expect(bare.excesses == ["hostNetwork", "a volume of the kind hostPath"])
    let all = [
      "may gain privileges", "may run as root", "has no seccomp profile", "keeps capabilities",
    ]
    let more = ["adds SYS_ADMIN", "takes a port of the node"]
    #expect(
      bare.containers.map(\.excesses) == [
        all + ["probes another host"], ["is privileged"] + all + more,
      ])
  }

  @Test func `keeps mountmon from writing and from taking more than it needs`() async throws {
    for container in try await Manifests.pods().flatMap(\.mountmons) {
      #expect(container.security["readOnlyRootFilesystem"] == true, "\(container)")
      #expect(container.security["runAsUser"] == 65534, "\(container)")
      for mount in container.mounts { #expect(mount["readOnly"] == true, "\(container): \(mount)") }
      #expect(container.value["resources"]?["limits"]?["memory"] != nil, "\(container)")
      #expect(container.value["resources"]?["limits"]?["cpu"] == nil, "\(container)")
    }
  }

  @Test func `has a sidecar that starts first and stays, or a gate before it`() async throws {
    for pod in try await Manifests.pods() {
      let sidecar = try #require(pod.sidecar, "\(pod)")
      if sidecar.isNativeSidecar {
        #expect(sidecar.value["startupProbe"] != nil, "\(sidecar)")
        #expect(pod.mountmons.count == 1)
        #expect(pod.containers.last?.name == "plex", "it starts behind the gate")
      } else {
        #expect(pod.mountmons.map { $0.arguments.first } == ["check", "sidecar"], "\(pod)")
        #expect(pod.containers.first?.arguments.contains("--wait") == true, "\(pod)")
      }
    }
  }

  @Test func `gives the token to mountmon and to nobody else`() async throws {
    let place = "/var/run/secrets/kubernetes.io/serviceaccount"
    for account in try await Manifests.all() where account.kind == "ServiceAccount" {
      #expect(account.value["automountServiceAccountToken"] == false, "\(account)")
    }
    for pod in try await Manifests.pods() {
      #expect(pod.spec["automountServiceAccountToken"] == false, "\(pod)")
      let volumes = (pod.spec["volumes"]?.arrayValue ?? []).filter(\.holdsToken)
      #expect(volumes.count == 1, "\(pod)")
      let name = try #require(volumes.first?["name"]?.stringValue)
      for container in pod.containers {
        let path = container.mount(of: name)?["mountPath"]?.stringValue
        let isSidecar = container.name == pod.sidecar?.name
        #expect(path == (isSidecar ? place : nil), "\(container)")
      }
      let files = volumes.flatMap(\.projectedFiles)
      #expect(Set(files) == ["token", "ca.crt", "namespace"], "\(pod)")
    }
  }

  @Test func `mounts directories, so that a changed configuration arrives`() async throws {
    for pod in try await Manifests.pods() {
      for container in pod.containers {
        for mount in container.mounts {
          #expect(mount["subPath"] == nil && mount["subPathExpr"] == nil, "\(container): \(mount)")
        }
      }
      for container in pod.mountmons {
        let configuration = container.mount(of: "mountmon-config")?["mountPath"]?.stringValue
        let path = try #require(configuration, "\(container)")
        #expect(container.arguments.contains("\(path)/config.json"), "\(container)")
        #expect(pod.volume("mountmon-config")?["configMap"]?["items"] == nil, "\(pod)")
      }
    }
  }

  @Test func `shows mountmon and the application the same mount, as it changes`() async throws {
    for pod in try await Manifests.pods() {
      for container in pod.containers where container.name != "rclone" {
        let mount = try #require(container.mount(of: "media"), "\(container)")
        #expect(mount["mountPropagation"] == "HostToContainer", "\(container)")
        #expect(mount["mountPath"] == pod.sidecar?.mount(of: "media")?["mountPath"], "\(container)")
      }
    }
  }

  @Test func `tells mountmon who it is`() async throws {
    let expected = [
      "POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace", "POD_UID": "metadata.uid",
    ]
    for pod in try await Manifests.pods() {
      var told: [String: String] = [:]
      for variable in pod.sidecar?.value["env"]?.arrayValue ?? [] {
        let path = variable["valueFrom"]?["fieldRef"]?["fieldPath"]?.stringValue
        told[variable["name"]?.stringValue ?? ""] = path
      }
      #expect(told == expected, "\(pod)")
    }
  }

  @Test func `leaves the watchdog its time before the gate starts mountmon anew`() async throws {
    for (variant, objects) in try await Manifests.variants() {
      let sidecar = try #require(objects.compactMap(\.pod).first?.sidecar)
      guard let gate = sidecar.value["startupProbe"] else { continue }
      let period = try #require(gate["periodSeconds"]?.intValue)
      let tries = try #require(gate["failureThreshold"]?.intValue)
      let needed = try configuration(of: objects).timeToRestart
      #expect(Duration.seconds(period * tries) > needed * 2, "\(variant): needs \(needed)")
    }
  }

  private func configuration(of objects: [ManifestObject]) throws -> JSONValue {
    let map = try #require(objects.first { $0.kind == "ConfigMap" })
    return try JSONValue(parsing: try #require(map.value["data"]?["config.json"]?.stringValue))
  }
}

extension JSONValue {
  fileprivate var projections: [JSONValue] { self["projected"]?["sources"]?.arrayValue ?? [] }

  fileprivate var holdsToken: Bool { projections.contains { $0["serviceAccountToken"] != nil } }

  fileprivate var projectedFiles: [String] {
    projections.flatMap { source -> [JSONValue] in
      let list = source["configMap"]?["items"] ?? source["downwardAPI"]?["items"]
      return list?.arrayValue ?? [source["serviceAccountToken"] ?? .null]
    }.compactMap { $0["path"]?.stringValue }
  }

  /// How long a mount that never comes takes to get its pod replaced, by this configuration: the
  /// grace, the rounds, and the delay. What is not given has its default.
  fileprivate var timeToRestart: Duration {
    get throws {
      func duration(_ value: JSONValue?, _ otherwise: Duration) throws -> Duration {
        try value?.stringValue.map { try Duration(text: $0) } ?? otherwise
      }
      let grace = try duration(self["startupGrace"], .seconds(60))
      let interval = try duration(self["checkInterval"], .seconds(30))
      let delay = try duration(self["watchdog"]?["restartDelay"], .zero)
      return grace + interval * (self["failureThreshold"]?.intValue ?? 3) + delay
    }
  }
}
