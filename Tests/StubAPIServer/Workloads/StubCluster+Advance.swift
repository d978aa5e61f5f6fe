import JSONValue
public import TimeText

extension StubCluster {
  /// Lets time pass: whatever was due until then happens, in order.
  ///
  /// - Parameter time: The time it is now; earlier than ``now`` changes nothing.
  public mutating func advance(to time: Timestamp) {
    while let (due, alarm) = alarms.next(until: time) {
      now = max(now, due)
      ring(alarm)
    }
    now = max(now, time)
  }

  /// Lets time pass.
  ///
  /// - Parameter duration: How much.
  public mutating func advance(by duration: Duration) { advance(to: now.advanced(by: duration)) }

  /// When something happens by itself; `nil` where nothing will.
  public var nextDue: Timestamp? { alarms.due }

  /// What a kubelet would have been told since the last call.
  ///
  /// - Returns: Notices, in order.
  public mutating func takeNotices() -> [StubPodNotice] {
    defer { notices = [] }
    return notices
  }

  private mutating func ring(_ alarm: Alarm) {
    guard !isHeld(alarm) else { return }
    switch alarm {
    case .endStream(let id): streams[id]?.isOver = true
    case .bookmark(let id): streams[id]?.bookmark(revision)
    case .emptyNamespace(let name): emptyNamespace(name)
    case .removeDefinition(let name): removeDefinition(name)
    case .schedule(let uid): schedule(uid)
    case .create(let uid): createContainers(uid)
    case .run(let uid): run(uid)
    case .beReady(let uid): becomeReady(uid)
    case .exit(let uid): exit(uid)
    case .stop(let uid): stopContainers(uid)
    case .sync(let kind, let name): sync(kind, name)
    case .syncBudgets(let namespace): syncBudgets(namespace)
    case .collect(let uid): collect(uid)
    case .outlive(let uid): outlive(uid)
    case .evict(let node): evictPods(from: node)
    case .collectPods(let node): collectPods(of: node)
    }
  }

  /// Sets the alarms that follow from a change.
  mutating func react(to change: Change) {
    let soon = now.advanced(by: pods.controllerDelay)
    let object = change.object
    if change.type.isPod {
      reactToPod(change)
      if let namespace = object.namespace { alarms.add(.syncBudgets(namespace), at: soon) }
    }
    if let owner = object.controller ?? change.previous?.controller {
      let name = ObjectName(object.namespace, owner.text("name") ?? "")
      let kind = owner.text("kind") ?? ""
      let isSlow = kind == "Job" && change.kind == .modified
      let delay = isSlow ? pods.jobDelay : pods.controllerDelay
      alarms.add(.sync(kind: kind, name), at: now.advanced(by: delay))
    }
    switch change.kind {
    case .added, .modified:
      let kinds = [
        "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationSource",
        "ReplicationDestination",
      ]
      if kinds.contains(change.type.kind) {
        alarms.add(.sync(kind: change.type.kind, change.name), at: soon)
      }
      if change.type.kind == "PodDisruptionBudget", let namespace = object.namespace {
        alarms.add(.syncBudgets(namespace), at: soon)
      }
      if !object.finalizers.isEmpty, object.isTerminating {
        alarms.add(.collect(object.uid), at: soon)
      }
    case .deleted: alarms.add(.collect(object.uid), at: soon)
    }
  }

  private mutating func emptyNamespace(_ name: String) {
    guard let type = catalog["", "namespaces"] else { return }
    var isEmpty = true
    for resource in catalog.resources where resource.isNamespaced {
      for (key, object) in (objects[resource.store] ?? [:]).sorted(by: { $0.key < $1.key })
      where key.namespace == name {
        guard let options = try? DeleteOptions([:]) else { continue }
        if !object.isTerminating { _ = delete(object, resource, options) }
        if self.object(resource, key) != nil { isEmpty = false }
      }
    }
    if isEmpty {
      drop(ObjectName(nil, name), in: type)
    } else {
      alarms.add(.emptyNamespace(name), at: now.advanced(by: .seconds(1)))
    }
  }

  /// Deletes or frees what an owner leaves, and lets the owner go that waits for that.
  private mutating func collect(_ uid: String) {
    guard let (type, owner) = find(uid) else {
      for (type, object) in dependents(of: uid) where !object.isTerminating {
        guard let options = try? DeleteOptions(["propagationPolicy": "Background"]) else { return }
        _ = delete(object, type, options)
      }
      return
    }
    if owner.finalizers.contains("orphan") {
      for (type, object) in dependents(of: uid) {
        var free = object
        let rest = (object.at("metadata", "ownerReferences")?.arrayValue ?? [])
          .filter { $0.text("uid") != uid }
        free.set(["metadata", "ownerReferences"], rest.isEmpty ? nil : .array(rest))
        store(free, in: type)
      }
      takeFinalizer("orphan", from: owner, type)
    } else if owner.finalizers.contains("foregroundDeletion") {
      let left = dependents(of: uid)
      for (type, object) in left where !object.isTerminating {
        guard let options = try? DeleteOptions(["propagationPolicy": "Background"]) else { return }
        _ = delete(object, type, options)
      }
      if dependents(of: uid).isEmpty {
        takeFinalizer("foregroundDeletion", from: owner, type)
      } else {
        alarms.add(.collect(uid), at: now.advanced(by: .milliseconds(100)))
      }
    }
  }

  func find(_ uid: String) -> (StubResource, JSONValue)? {
    for type in catalog.resources {
      if let object = objects[type.store]?.values.first(where: { $0.uid == uid }) {
        return (type, object)
      }
    }
    return nil
  }

  private func dependents(of uid: String) -> [(StubResource, JSONValue)] {
    catalog.resources.filter { $0.store == $0.asResource }.flatMap { type in
      (objects[type.store] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        .filter { object in
          (object.at("metadata", "ownerReferences")?.arrayValue ?? [])
            .contains { $0.text("uid") == uid }
        }.map { (type, $0) }
    }
  }
}
