// sources: Sources/K8sClient/Resources Sources/K8sClient/Errors/PlainText.swift
// sources: Sources/K8sClient/Errors/RetryAfter.swift
// sources: Sources/K8sClient/Request/APIRequest+Deleting.swift
// sources: Sources/K8sClient/Request/APIRequest+Reading.swift
// sources: Sources/K8sClient/Request/APIRequest+Writing.swift
// sources: Sources/K8sClient/Request/APIRequest.swift
// sources: Sources/K8sClient/Request/AccessQuestion.swift
// sources: Sources/K8sClient/Request/CollectionPath.swift
// sources: Sources/K8sClient/Request/ContainerName.swift
// sources: Sources/K8sClient/Request/DeleteOptions.swift
// sources: Sources/K8sClient/Request/FieldSelector.swift Sources/K8sClient/Request/LabelKey.swift
// sources: Sources/K8sClient/Request/LabelSelector+Parsing.swift
// sources: Sources/K8sClient/Request/LabelSelector.swift
// sources: Sources/K8sClient/Request/ListOptions.swift Sources/K8sClient/Request/LogOptions.swift
// sources: Sources/K8sClient/Request/MediaType.swift Sources/K8sClient/Request/NameRule.swift
// sources: Sources/K8sClient/Request/Namespace.swift Sources/K8sClient/Request/ObjectName.swift
// sources: Sources/K8sClient/Request/ObjectPath.swift Sources/K8sClient/Request/Patch.swift
// sources: Sources/K8sClient/Request/PercentEncoding.swift
// sources: Sources/K8sClient/Request/ResourceVersion.swift Sources/K8sClient/Request/Scope.swift
// sources: Sources/K8sClient/Request/Subresource.swift Sources/K8sClient/Request/UID.swift
// sources: Sources/K8sClient/Request/ValueError.swift Sources/K8sClient/Request/WatchOptions.swift
// sources: Sources/K8sClient/Request/WriteOptions.swift
// modules: Sources/JSONValue Sources/TimeText

import JSONValue
import TimeText

/// Whatever an API server says that an object is: every field of it can be asked for; and whatever a
/// selector is, it is refused or reads back as it was.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzObjects(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let selector = try? LabelSelector(String(decoding: input, as: UTF8.self)) {
    precondition(
      (try? LabelSelector(selector.description)) == selector, "a selector reads differently")
  }
  guard let json = try? JSONValue(parsing: input) else { return 0 }
  ask(Pod(json: json))
  ask(Job(json: json))
  ask(Lease(json: json))
  ask(Node(json: json))
  ask(Event(json: json))
  ask(CoreEvent(json: json))
  ask(ReplicationSource(json: json))
  ask(ReplicationDestination(json: json))
  ask(VolSyncMonitor(json: json))
  ask(Deployment(json: json))
  ask(StatefulSet(json: json))
  ask(DaemonSet(json: json))
  return 0
}

private func ask(_ metadata: ObjectMetadata) {
  _ = (metadata.name, metadata.namespace, metadata.uid, metadata.resourceVersion)
  _ = (metadata.deletionGracePeriod, metadata.controller?.name, metadata.finalizers)
  if let time = metadata.creationTimestamp { precondition(!time.wholeSecondText.isEmpty) }
}

private func ask(_ pod: Pod) {
  ask(pod.metadata)
  _ = (pod.isReady, pod.isFinished, pod.startTime, pod.nodeName, pod.hostname)
  for status in pod.containerStatuses + pod.initContainerStatuses { _ = status.json }
  precondition(pod.containers.count <= pod.json.text().utf8.count)
}

private func ask(_ job: Job) {
  ask(job.metadata)
  ask(job.template)
  _ = (job.activeDeadline, job.timeToLive, job.isFinished, job.failure?.message)
}

private func ask(_ lease: Lease) {
  ask(lease.metadata)
  _ = (lease.leaseDuration, lease.leaseTransitions, lease.acquireTime)
  var again = lease
  again.renewTime = lease.renewTime
  precondition(again.renewTime == nil || lease.renewTime != nil)
}

private func ask(_ node: Node) { _ = (node.isReady, node.readySince, node.isCordoned) }

private func ask(_ event: Event) { _ = (event.kind, event.count, event.lastObservedTime) }

private func ask(_ event: CoreEvent) { _ = (event.regarding, event.json) }

private func ask(_ backup: ReplicationSource) {
  _ = (backup.unlock, backup.lastPruned, backup.nextSyncTime, backup.latestMoverStatus?.logs)
}

private func ask(_ restore: ReplicationDestination) { _ = (restore.usesRestic, restore.isPaused) }

private func ask(_ monitor: VolSyncMonitor) {
  _ = (monitor.timeToLive, monitor.phase, monitor.activeUnlocks, monitor.processedJobs)
}

private func ask(_ workload: some Workload) { _ = (workload.isRolledOut, workload.replicas) }
