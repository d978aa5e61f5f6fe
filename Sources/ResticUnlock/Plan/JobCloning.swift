import JSONValue
import K8sClient
import TimeText

/// Makes an unlock Job of a pod that ran: as it was, with all that admission added to it and all that
/// is not known here, but for what an unlock has no use for.
struct JobCloning {
  let purpose: UnlockPurpose
  let settings: UnlockSettings

  /// Fields of a pod's specification that belong to that one pod.
  private static let ownFields: Set<String> = [
    "nodeName", "hostname", "subdomain", "setHostnameAsFQDN", "containers", "initContainers",
    "ephemeralContainers", "volumes", "restartPolicy", "priority", "preemptionPolicy", "overhead",
    "schedulingGates", "readinessGates", "resourceClaims", "resources", "activeDeadlineSeconds",
    "affinity", "topologySpreadConstraints", "shareProcessNamespace", "hostPID", "hostIPC",
    "securityContext", "serviceAccount", "nodeSelector",
  ]
  /// Fields of a container that an unlock has no use for.
  private static let ownContainerFields: Set<String> = [
    "name", "command", "args", "ports", "livenessProbe", "readinessProbe", "startupProbe",
    "lifecycle", "workingDir", "volumeDevices", "volumeMounts", "stdin", "tty", "env",
    "securityContext", "resizePolicy", "restartPolicy",
  ]

  /// The Job; `nil` where the pod has no container that runs restic.
  func job(from pod: Pod, mode: UnlockJob.Mode, expected: [String]) -> UnlockJob? {
    guard let restic = ResticContainer.find(in: pod) else { return nil }
    var spec = pod[value: "spec"]?.objectValue ?? JSONObject()
    let names = droppedVolumes(of: restic, in: pod)
    let mounts = (restic[value: "volumeMounts"]?.arrayValue ?? []).filter { mount in
      mount["name"]?.stringValue.map { !names.contains($0) } ?? false
    }
    let used = Set(mounts.compactMap { $0["name"]?.stringValue })
    let volumes = (spec["volumes"]?.arrayValue ?? []).filter { volume in
      volume["name"]?.stringValue.map(used.contains) ?? false
    }
    let selector = spec["nodeSelector"]
    spec.removeAll { Self.ownFields.contains($0.key) }
    // A volume that lives on a node or in a zone binds the pod to it; nothing else does.
    if let selector, volumes.contains(where: \.isBoundToPlace) { spec["nodeSelector"] = selector }
    if case .unlockAs(let host) = mode { spec["hostname"] = .string(host) }
    spec["restartPolicy"] = "Never"
    spec["securityContext"] = podSecurity(pod[value: "spec", "securityContext"])
    if !volumes.isEmpty { spec["volumes"] = .array(volumes) }
    spec["containers"] = [
      container(from: restic, mounts: mounts, mode: mode, expected: expected, pod: pod)
    ]
    return make(
      spec: .object(spec), mode: mode, expected: expected,
      labels: keptLabels(of: pod), annotations: keptAnnotations(of: pod))
  }

  /// The Job for a repository of which nothing but the name of its Secret is known.
  func job(secret: String, mode: UnlockJob.Mode, expected: [String]) -> UnlockJob? {
    guard let image = settings.image else { return nil }
    var spec: JSONValue = ["restartPolicy": "Never", "automountServiceAccountToken": false]
    if let account = settings.serviceAccount { spec["serviceAccountName"] = .string(account) }
    if case .unlockAs(let host) = mode { spec["hostname"] = .string(host) }
    spec["securityContext"] = podSecurity(settings.securityContext)
    let restic = Container(json: [
      "image": .string(image), "envFrom": [["secretRef": ["name": .string(secret)]]],
    ])
    spec["containers"] = [
      container(
        from: restic, mounts: [], mode: mode, expected: expected, pod: Pod(json: ["spec": spec]))
    ]
    return make(spec: spec, mode: mode, expected: expected, labels: [:], annotations: [:])
  }

  private func make(
    spec: JSONValue, mode: UnlockJob.Mode, expected: [String], labels: [String: String],
    annotations: [String: String]
  ) -> UnlockJob? {
    guard let name = try? ObjectName(purpose.jobName),
      let namespace = try? Namespace(purpose.namespace)
    else { return nil }
    var job = Job(named: name, in: namespace)
    job.metadata.labels = purpose.labels
    job.metadata.annotations = [
      "homelab.rafaribe.com/failed-job": "\(purpose.namespace)/\(purpose.failedJob)",
      "homelab.rafaribe.com/lock-error": purpose.lockError,
      "homelab.rafaribe.com/repository": purpose.repository.description,
      "homelab.rafaribe.com/mode": mode.word,
      "homelab.rafaribe.com/expected-locks": expected.joined(separator: " "),
      "homelab.rafaribe.com/attempt": String(purpose.attempt),
    ]
    if let owner = purpose.owner, owner.namespace == purpose.namespace, let uid = owner.uid,
      let ownerName = try? ObjectName(existing: owner.name)
    {
      let type = owner.kind == .source ? ReplicationSource.type : ReplicationDestination.type
      // Not as its controller: VolSync would take the Job for a mover of its own.
      job.metadata.ownerReferences = [OwnerReference(type, ownerName, uid: uid)]
    }
    job.backoffLimit = 0
    job[integer: "spec", "completions"] = 1
    job.parallelism = 1
    job.activeDeadline = settings.deadline
    job.timeToLive = settings.timeToLive
    var template = Pod(json: [:])
    template.metadata.labels = labels.merging(purpose.labels) { _, own in own }
    if !annotations.isEmpty { template.metadata.annotations = annotations }
    template[value: "spec"] = spec
    job.template = template
    return UnlockJob(mode: mode, expected: expected, job: job)
  }

  private func container(
    from restic: Container, mounts: [JSONValue], mode: UnlockJob.Mode, expected: [String], pod: Pod
  ) -> JSONValue {
    var rest = restic.json.objectValue ?? JSONObject()
    rest.removeAll { Self.ownContainerFields.contains($0.key) }
    var made = JSONObject()
    made["name"] = "unlock"
    for (key, value) in rest { made[key] = value }
    made["command"] = ["/bin/sh", "-c", .string(UnlockScript.text)]
    made["env"] = .array(environment(of: restic, mode: mode, expected: expected))
    if !mounts.isEmpty { made["volumeMounts"] = .array(mounts) }
    if let resources = settings.resources { made["resources"] = resources }
    made["securityContext"] = containerSecurity(restic[value: "securityContext"], of: pod)
    return .object(made)
  }

  /// That of the mover, then what stood in its command line, then ours, which nothing can override.
  private func environment(
    of restic: Container, mode: UnlockJob.Mode, expected: [String]
  ) -> [JSONValue] {
    let own = [
      (UnlockScript.token, purpose.jobName), (UnlockScript.mode, mode.word),
      (UnlockScript.expected, expected.joined(separator: " ")),
    ]
    let names = Set(own.map(\.0))
    var all = restic.environment.filter { !names.contains($0.name) }.map(\.json)
    let words = restic.command + restic.arguments
    let options = [
      ("RESTIC_REPOSITORY", "-r", "--repo"), ("RESTIC_PASSWORD_FILE", "-p", "--password-file"),
      ("RESTIC_PASSWORD_COMMAND", "", "--password-command"),
      ("RESTIC_REPOSITORY_FILE", "", "--repository-file"), ("CUSTOM_CA", "", "--cacert"),
    ]
    for (name, short, long) in options where restic.variable(name) == nil {
      if let value = Self.value(of: short, long, in: words) {
        all.append(EnvironmentVariable(name, value).json)
      }
    }
    return all + own.map { EnvironmentVariable($0.0, $0.1).json }
  }

  static func value(of short: String, _ long: String, in words: [String]) -> String? {
    for (index, word) in words.enumerated() {
      if word.hasPrefix(long + "=") { return String(word.dropFirst(long.utf8.count + 1)) }
      if word == long || (word == short && !short.isEmpty), index + 1 < words.count {
        return words[index + 1]
      }
    }
    return nil
  }
}

extension JSONValue {
  fileprivate var isBoundToPlace: Bool {
    ["persistentVolumeClaim", "hostPath", "ephemeral", "csi"].contains { self[$0] != nil }
  }
}
