import Pacing
import SimulationKit
import TimeText

@testable import MountHealthCore

extension ClusterWorld {
  // MARK: Life and death of pods

  func makePod(name: String? = nil) {
    let number = number()
    let uid = "uid-\(number)"
    let name =
      name ?? (cluster.kind == .statefulSet ? freeName() : "plex-7c9-\(number)")
    let error = random.time(0...2 * Int(Self.clockError.inSeconds * 1_000)) - Self.clockError
    let repair: RepairPlan? =
      random.chance(0.2)
      ? RepairPlan(.call(method: "POST", url: "http://localhost:5572", body: nil)) : nil
    var mounts: [SimulatedMount] = []
    for index in 0..<random.number(1...2) {
      guard let path = try? MountPath("/mnt/\(index)") else { continue }
      mounts.append(SimulatedMount(path, repair: repair))
    }
    let pod = SimulatedPod(name: name, uid: uid, created: now, clockError: error, mounts: mounts)
    if !isCalm, now > .zero, random.chance(0.08) { pod.isBroken = true }
    for index in pod.mounts.indices {
      if !providerIsUp || (!isCalm && now > .zero && random.chance(0.1)) {
        pod.mounts[index].badSince = now
        pod.mounts[index].mendsWithProvider = !providerIsUp && random.chance(0.3)
      }
    }
    pods[uid] = pod
    cluster.pods[uid] = FakeCluster.Pod(name: name, uid: uid, created: wall)
    plan(.started(uid: uid), in: random.time(2_000...90_000))
    plan(.weather(uid: uid), in: random.time(1_000...7_200_000))
  }

  private func freeName() -> String {
    let taken = Set(pods.values.map(\.name))
    return (0...).lazy.map { "plex-\($0)" }.first { !taken.contains($0) } ?? "plex"
  }

  func started(_ uid: String) {
    guard let pod = pods[uid], !pod.isBroken, !pod.isTerminating else { return }
    begin(uid)
  }

  /// A process of the sidecar begins.
  func begin(_ uid: String) {
    guard let pod = pods[uid], !pod.isBroken, pod.process == nil else { return }
    let number = number()
    let machine = RestartMachine(policy: policy, seed: random.next(), start: now)
    let process = SimulatedProcess(number: number, pod: pod, machine: machine, began: now)
    processes[number] = process
    pod.process = number
    journal.note(.text("#\(number) begins in \(pod.name)/\(uid)"), at: now)
    for index in pod.mounts.indices { pod.mounts[index].forget() }
    feed(
      .identified(.pod(PodIdentity(namespace: "media", name: pod.name, uid: uid))), to: number)
    plan(.look(process: number), in: random.time(1...30_000))
    if pod.isTerminating { stop(process) }
  }

  func stop(_ process: SimulatedProcess) {
    guard !process.isStopping else { return }
    process.isStopping = true
    feed(.stopping, to: process.number)
  }

  /// The process is no more; what it sent is under way all the same.
  func kill(_ process: SimulatedProcess) {
    processes[process.number] = nil
    process.pod.process = nil
  }

  /// A pod was told to go, by whomever.
  func terminate(_ uid: String) {
    guard let pod = pods[uid], !pod.isTerminating else { return }
    pod.isTerminating = true
    cluster.pods[uid]?.isTerminating = true
    journal.note(.text("\(pod.name)/\(uid) is terminating"), at: now)
    // Sometimes a node is slow, or a mount keeps processes from ending.
    let grace = random.chance(0.05) ? random.time(60_000...1_500_000) : random.time(100...30_000)
    plan(.gone(uid: uid), in: grace)
    if let number = pod.process, let process = processes[number], random.chance(0.9) {
      stop(process)
    }
    plan(.reconcile, in: random.time(10...2_000))
  }

  func gone(_ uid: String) {
    guard let pod = pods[uid] else { return }
    if let number = pod.process, let process = processes[number] { kill(process) }
    pods[uid] = nil
    cluster.pods[uid] = nil
    plan(.reconcile, in: random.time(10...2_000))
  }

  /// As a controller does: a ReplicaSet counts pods that are not going, a StatefulSet makes a pod
  /// anew when its name is free.
  func reconcile() {
    guard cluster.kind != .bare else { return }
    let counted = pods.values.filter { cluster.kind == .statefulSet || !$0.isTerminating }
    if counted.count < replicas {
      for _ in counted.count..<replicas { makePod() }
    } else if counted.count > replicas {
      let surplus = counted.filter { !$0.isTerminating }.sorted { $0.uid < $1.uid }
      for pod in surplus.suffix(counted.count - replicas) { terminate(pod.uid) }
    }
  }

  /// All containers of the pod are started again.
  func exit(_ process: SimulatedProcess, _ code: Int32) {
    checkExit(process, code)
    actions.insert("exit")
    let pod = process.pod
    journal.note(.text("\(process.name) exits"), at: now)
    wentDown(pod.uid, weight: weight(of: pod.uid), isExit: true)
    kill(process)
    for index in pod.mounts.indices where providerIsUp { pod.mounts[index].badSince = nil }
    plan(.begin(uid: pod.uid), in: random.time(500...20_000))
  }

  // MARK: Mounts

  /// What the process sees of its mounts.
  func look(_ number: Int) {
    guard let process = processes[number] else { return }
    let pod = process.pod
    let before = pod.mounts.map(\.need)
    for index in pod.mounts.indices {
      pod.mounts[index].look(at: now, inGrace: now - process.began < .seconds(60))
    }
    if pod.mounts.allSatisfy({ $0.need.health == .healthy }) { ready(pod) }
    let isFirst = before.allSatisfy { $0.health == .unknown }
    if pod.mounts.map(\.need) != before || isFirst {
      feed(.mounts(pod.mounts.map(\.need)), to: number)
    }
    plan(.look(process: number), in: random.time(27_000...33_000))
  }

  func changeWeather(of uid: String) {
    guard let pod = pods[uid], !isCalm else { return }
    if pod.isBroken, random.chance(0.5) {
      pod.isBroken = false
      plan(.started(uid: uid), in: .seconds(1))
    }
    for index in pod.mounts.indices where random.chance(0.6) {
      if pod.mounts[index].badSince != nil, providerIsUp, random.chance(0.3) {
        pod.mounts[index].badSince = nil
      } else if pod.mounts[index].badSince == nil, random.chance(0.7) {
        pod.mounts[index].badSince = now
      }
    }
    plan(.weather(uid: uid), in: random.time(10_000...7_200_000))
  }
}
