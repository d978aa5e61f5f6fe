import JSONValue
import TimeText

extension StubCluster {
  /// Lets a terminating pod end now: its process is gone.
  ///
  /// - Parameters:
  ///   - pod: The pod's name.
  ///   - namespace: The pod's namespace.
  public mutating func stop(_ pod: String, in namespace: String) {
    guard let object = object("Pod", pod, in: namespace), object.isTerminating else { return }
    runs.outside.remove(object.uid)
    endTermination(object.uid)
  }

  mutating func reactToPod(_ change: Change) {
    let pod = change.object
    let habit = habit(of: pod)
    switch change.kind {
    case .added:
      if pod.text("spec", "nodeName") == nil,
        pod.annotations["fake-kubelet/hold"] == nil
          || habit.isUnschedulable || pod.at("spec", "nodeSelector") != nil
      {
        alarms.add(.schedule(pod.uid), at: now.advanced(by: habit.schedulingDelay))
      }
    case .modified:
      let wasTerminating = change.previous?.isTerminating ?? false
      guard pod.isTerminating, pod.at("status", "containerStatuses") != nil || !wasTerminating
      else { return }
      let grace = pod.integer("metadata", "deletionGracePeriodSeconds") ?? 0
      let old = change.previous?.integer("metadata", "deletionGracePeriodSeconds")
      guard !wasTerminating || old != grace, grace > 0 else { return }
      let end = Duration.seconds(grace)
      alarms.add(
        .stop(pod.uid), at: now.advanced(by: min(habit.stopDelay ?? end, end)))
      if !wasTerminating { notice(.terminating(grace: grace), pod) }
    case .deleted:
      if let owner = pod.controller, owner.text("kind") == "Job" {
        jobCounts[owner.text("uid") ?? "", default: JobCount()].lose(change.previous ?? pod)
      }
      if !nodes.holdRemoval(of: pod) { notice(.removed, pod) }
      revokeTokens(ofPod: pod.uid)
      for (id, stream) in streams {
        guard case .log(pod.uid, _) = stream.kind else { continue }
        streams[id]?.isOver = true
      }
    }
  }

  mutating func notice(_ kind: StubPodNotice.Kind, _ pod: JSONValue) {
    notices.append(
      StubPodNotice(
        kind: kind, namespace: pod.namespace ?? "", name: pod.name, uid: pod.uid))
  }

  func pod(_ uid: String) -> JSONValue? {
    objects[ResourceGroup("", "pods")]?.values.first { $0.uid == uid }
  }

  /// How a pod lives: by what it is told, and by its annotations.
  func habit(of pod: JSONValue) -> PodHabit {
    var names = [pod.name]
    var owner = pod.controller
    while let found = owner, names.count < 4 {
      let name = found.text("name") ?? ""
      names.append(name)
      owner = object(found.text("kind") ?? "", name, in: pod.namespace)?.controller
    }
    var habit = names.lazy.compactMap { pods.named[$0] }.first ?? pods.standard
    func seconds(_ key: String) -> Duration? {
      pod.annotations["fake-kubelet/" + key].flatMap(Double.init).map { .seconds($0) }
    }
    habit.stopDelay = seconds("stop-after") ?? habit.stopDelay
    habit.exitDelay = seconds("exit-after") ?? habit.exitDelay
    habit.exitCode = pod.annotations["fake-kubelet/exit-code"].flatMap { Int($0) } ?? habit.exitCode
    return habit
  }

  mutating func schedule(_ uid: String) {
    guard var pod = pod(uid), let type = catalog["", "pods"], pod.text("spec", "nodeName") == nil
    else { return }
    let habit = habit(of: pod)
    let node = freeNode(habit)
    guard let node, !habit.isUnschedulable, pod.at("spec", "nodeSelector") == nil else {
      let message =
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new "
        + "claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful "
        + "for scheduling."
      let condition: JSONValue = [
        "type": "PodScheduled", "observedGeneration": 1, "status": "False",
        "lastProbeTime": .null, "lastTransitionTime": time, "reason": "Unschedulable",
        "message": .string(message),
      ]
      pod.set(["status", "conditions"], .array([condition]))
      store(pod, in: type)
      return
    }
    pod.set(["spec", "nodeName"], .string(node))
    pod.set(
      ["status", "conditions"], .array([PodStatus.condition("PodScheduled", true, now, nil)]))
    store(pod, in: type)
    alarms.add(.create(uid), at: now.advanced(by: habit.creationDelay))
  }

  mutating func createContainers(_ uid: String) {
    guard let pod = pod(uid), !pod.isTerminating else { return }
    let habit = habit(of: pod)
    write(pod, phase: "Pending", isReady: false) { _ in
      ["waiting": ["reason": "ContainerCreating"]]
    }
    guard !habit.isBroken else { return }
    alarms.add(.run(uid), at: now.advanced(by: habit.startDelay))
  }

  mutating func run(_ uid: String) {
    guard let pod = pod(uid), !pod.isTerminating else { return }
    let habit = habit(of: pod)
    let isReady = habit.readinessDelay == .zero
    let started = time
    write(pod, phase: "Running", isReady: isReady) { _ in ["running": ["startedAt": started]] }
    if !isReady { alarms.add(.beReady(uid), at: now.advanced(by: habit.readinessDelay)) }
    if let end = podScript?(pod) {
      runs.ends[uid] = end
      alarms.add(.exit(uid), at: now.advanced(by: end.delay))
    } else if runs.hasRunner {
      runs.outside.insert(uid)
      notice(.started(self.pod(uid) ?? pod), pod)
    } else if let exit = habit.exitDelay {
      alarms.add(.exit(uid), at: now.advanced(by: exit))
    }
  }

  mutating func becomeReady(_ uid: String) {
    guard let pod = pod(uid), pod.text("status", "phase") == "Running" else { return }
    write(pod, phase: "Running", isReady: true) { $0?["state"] ?? [:] }
  }

  mutating func exit(_ uid: String) {
    guard let pod = pod(uid), pod.text("status", "phase") == "Running" else { return }
    let end = runs.ends.removeValue(forKey: uid) ?? StubPodEnd(habit(of: pod).exitCode)
    let time = time
    if !end.log.isEmpty {
      write(end.log, toLogOf: pod.name, in: pod.namespace ?? "", container: end.container)
    }
    func terminated(_ old: JSONValue?) -> JSONValue {
      let code = end.code(of: old?.text("name"))
      var state: JSONValue = [
        "exitCode": .int(code), "reason": code == 0 ? "Completed" : "Error",
      ]
      if let message = pod.annotations["fake-kubelet/message"] {
        state["message"] = .string(message)
      }
      state["startedAt"] = old?.at("state", "running", "startedAt") ?? time
      state["finishedAt"] = time
      return ["terminated": state]
    }
    if let container = end.container, end.leavesOthers {
      write(pod, phase: "Running", isReady: false) { old in
        old?.text("name") == container ? terminated(old) : old?["state"] ?? [:]
      }
      return
    }
    if pod.text("spec", "restartPolicy") == "Always" {
      for container in Self.containers(pod) {
        logs.previous[PodLogs.Key(uid: uid, container: container)] = logText(pod, container)
      }
      write(pod, phase: "Running", isReady: false, last: terminated) { _ in
        [
          "waiting": [
            "reason": "CrashLoopBackOff", "message": "back-off restarting failed container",
          ]
        ]
      }
    } else {
      write(
        pod, phase: end.exitCode == 0 ? "Succeeded" : "Failed", isReady: false,
        state: terminated)
    }
    endLogs(uid)
  }

  private mutating func endLogs(_ uid: String) {
    for (id, stream) in streams {
      guard case .log(uid, _) = stream.kind else { continue }
      streams[id]?.isOver = true
    }
  }

  /// The end of a graceful deletion: containers are gone, then the pod.
  mutating func endTermination(_ uid: String, exitCode: Int = 137) {
    guard let pod = pod(uid), let type = catalog["", "pods"], pod.isTerminating else { return }
    var last = pod
    if pod.at("status", "containerStatuses") != nil {
      let time = time
      last = write(pod, phase: "Failed", isReady: false) { _ in
        [
          "terminated": [
            "exitCode": .int(exitCode), "reason": "Error", "startedAt": time, "finishedAt": time,
          ]
        ]
      }
    }
    endLogs(uid)
    last.set(["metadata", "deletionTimestamp"], time)
    last.set(["metadata", "deletionGracePeriodSeconds"], 0)
    last = store(last, in: type)
    if last.finalizers.isEmpty { drop(ObjectName(last.namespace, last.name), in: type) }
  }

  /// Writes a pod's status as the kubelet does.
  @discardableResult
  private mutating func write(
    _ pod: JSONValue, phase: String, isReady: Bool,
    last: ((JSONValue?) -> JSONValue)? = nil, state: (JSONValue?) -> JSONValue
  ) -> JSONValue {
    guard let type = catalog["", "pods"] else { return pod }
    var pod = pod
    pod["status"] = PodStatus.written(
      pod, phase: phase, isReady: isReady, at: now, last: last, state: state)
    return store(pod, in: type)
  }
}
