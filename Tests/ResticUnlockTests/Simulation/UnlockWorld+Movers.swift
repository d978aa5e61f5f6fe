import K8sClient
import Pacing
import SimulationKit
import TimeText

@testable import ResticUnlock

extension UnlockWorld {
  func nextID() -> String {
    serial += 1
    // The first digits tell files apart, as those of a hash do.
    let digits = String(UInt64(serial) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
    return digits + String(repeating: "0", count: 64 - digits.utf8.count)
  }

  func sync(_ index: Int) {
    guard sources[index].jobUID == nil else { return }
    serial += 1
    sources[index].jobUID = "job-\(serial)"
    sources[index].version += 1
    sources[index].failed = 0
    startPod(index)
  }

  func startPod(_ index: Int) {
    guard let uid = sources[index].jobUID else { return }
    let ready = nodes.indices.filter { nodes[$0].isReady }
    guard !ready.isEmpty else { return plan(.retry(index, jobUID: uid), in: .seconds(60)) }
    serial += 1
    let node = random.pick(ready)
    let name = "volsync-src-\(sources[index].name)-\(serial)"
    pods[name] = MoverPod(
      name: name, source: index, jobUID: uid, node: node, began: clock(of: node))
    plan(.mover(name, step: 0), in: seconds(2...20))
  }

  /// Backup, then forget; each takes its lock, or fails on another.
  func proceed(_ name: String, _ step: Int) {
    if step == 9 { return endForeign(name) }
    if step == -1 { return end(name, 137, "") }
    guard let pod = pods[name], pod.exit == nil else { return }
    let secret = sources[pod.source].secret
    if step == 0 { unlockAsAsked(pod, secret) }
    if step > 0 {
      locks[secret]?.removeAll { $0.holder == name }
      living.remove(name)
    }
    if step == 2 {
      sources[pod.source].lastSync = wall
      sources[pod.source].status = ("Successful", "")
      sources[pod.source].lastUnlocked = sources[pod.source].unlock
      sources[pod.source].version += 1
      return end(name, 0, "")
    }
    let others = locks[secret] ?? []
    if others.contains(where: { !$0.isReadable }) {
      return end(name, 1, "Fatal: invalid lock file: ciphertext verification failed\n")
    }
    let isExclusive = step == 1
    if let other = others.first(where: { $0.isExclusive || isExclusive }) {
      let age = clock(of: pod.node) - other.written
      let block = Logs.block(
        exclusively: other.isExclusive, pid: other.pid, host: other.host,
        age: age.text(roundedTo: .seconds(1)), id: String(other.id.prefix(8)))
      return end(
        name, step == 1 ? 11 : 3, block + (step == 1 ? "" : "ERROR: failure locking repository\n"))
    }
    locks[secret, default: []].append(
      Lock(
        id: nextID(), host: name, pid: random.chance(0.1) ? 1 : random.number(20...60),
        isExclusive: isExclusive, written: clock(of: pod.node), holder: name))
    living.insert(name)
    plan(.refresh(name), in: .seconds(300))
    plan(
      .mover(name, step: step + 1),
      in: isExclusive ? seconds(2...120) : seconds(5...(isCalm ? 120 : 2400)))
    if !isCalm, random.chance(climate.kill) {
      let victim = name
      plan(.mover(victim, step: -1), in: seconds(1...900))
    }
  }

  /// A pod is at its end; by a signal, its lock stays.
  func end(_ name: String, _ exit: Int, _ log: String) {
    guard var pod = pods[name], pod.exit == nil else { return }
    living.remove(name)
    pod.exit = exit
    pod.ended = clock(of: pod.node)
    pod.log = log
    pods[name] = pod
    if exit == 137, !isCalm, random.chance(climate.corruption) {
      let secret = sources[pod.source].secret
      for index in (locks[secret] ?? []).indices where locks[secret]?[index].holder == name {
        locks[secret]?[index].isReadable = false
        count("corruption")
      }
    }
    note("pod \(name) ends with \(exit)")
    if nodes[pod.node].isReady { seeEnd(name) }
  }

  func seeEnd(_ name: String) {
    guard let pod = pods[name], let exit = pod.exit, !pod.isSeenEnded else { return }
    pods[name]?.isSeenEnded = true
    let index = pod.source
    guard sources[index].jobUID == pod.jobUID else { return }
    if exit == 0 {
      sources[index].jobUID = nil
      pods = pods.filter { $0.value.jobUID != pod.jobUID }
      return plan(.sync(index), in: seconds(600...7200))
    }
    sources[index].failed += 1
    if sources[index].failed >= 8 {
      sources[index].status = ("Failed", String(pod.log.suffix(1024)))
      return plan(.recreate(index, jobUID: pod.jobUID), in: seconds(1...60))
    }
    let pause = Backoff(initial: .seconds(10), maximum: .seconds(600))
      .limit(after: sources[index].failed)
    plan(.retry(index, jobUID: pod.jobUID), in: pause)
  }

  func retry(_ index: Int, _ uid: String) {
    guard sources[index].jobUID == uid else { return }
    startPod(index)
  }

  /// VolSync deletes the Job with its pods and makes it anew.
  func recreate(_ index: Int, _ uid: String) {
    guard sources[index].jobUID == uid else { return }
    for pod in pods.values where pod.jobUID == uid {
      if pod.exit == nil {
        if !nodes[pod.node].isReady { continue }
        end(pod.name, 137, "")
        count("killed by removal")
      }
      pods[pod.name] = nil
    }
    sources[index].jobUID = nil
    sync(index)
  }

  func refresh(_ holder: String) {
    guard living.contains(holder) else { return }
    for (secret, list) in locks {
      guard let index = list.firstIndex(where: { $0.holder == holder }) else { continue }
      locks[secret]?[index].id = nextID()
      locks[secret]?[index].written = pods[holder].map { clock(of: $0.node) } ?? foreignClock
    }
    plan(.refresh(holder), in: .seconds(300))
  }

  var foreignClock: Timestamp { wall + nodes[0].skew * 3 }

  /// Somebody outside of the cluster works on a repository for a while, and may die on it.
  func foreign() {
    let secret = random.pick(["one", "two"])
    serial += 1
    let holder = "desk-\(serial)"
    let list = locks[secret] ?? []
    let isExclusive = random.chance(0.3)
    if !isCalm, !list.contains(where: { $0.isExclusive || isExclusive }) {
      locks[secret, default: []].append(
        Lock(
          id: nextID(), host: "desk", pid: 99, isExclusive: isExclusive, written: foreignClock,
          holder: holder))
      living.insert(holder)
      plan(.refresh(holder), in: .seconds(300))
      plan(.mover(holder, step: 9), in: seconds(60...7200))
      count("foreign")
    }
    plan(.foreign, in: seconds(1000...9000))
  }

  func endForeign(_ holder: String) {
    guard living.remove(holder) != nil else { return }
    if random.chance(0.5) {
      for secret in locks.keys { locks[secret]?.removeAll { $0.holder == holder } }
    } else {
      count("foreign death")
    }
  }

  // MARK: Weather

  func weather() {
    plan(.weather, in: seconds(30...300))
    guard !isCalm else { return }
    if random.chance(climate.partition) {
      let node = random.number(0...2)
      if nodes[node].isReady {
        nodes[node].isReady = false
        count("partition")
        if random.chance(0.4) {
          for pod in pods.values where pod.node == node && pod.exit == nil {
            end(pod.name, 137, "")
          }
        }
      } else {
        bringBack(node)
      }
    }
    // Somebody removes a pod by force while its node is off the net: nobody sees it any more.
    if let pod = pods.values.sorted(by: { $0.name < $1.name }).first(where: {
      !nodes[$0.node].isReady && !$0.isSeenEnded && !$0.isGone
    }), random.chance(0.2) {
      pods[pod.name]?.isGone = true
      count("force")
      if sources[pod.source].jobUID == pod.jobUID {
        plan(.retry(pod.source, jobUID: pod.jobUID), in: .seconds(10))
      }
    }
    for index in replicas.indices where random.chance(climate.crash) {
      if replicas[index] == nil {
        beginReplica(index)
      } else {
        replicas[index] = nil; count("crash")
      }
    }
  }

  func bringBack(_ node: Int) {
    guard !nodes[node].isReady else { return }
    nodes[node].isReady = true
    for pod in pods.values.sorted(by: { $0.name < $1.name }) where pod.node == node {
      // What the API does not have any more is ended.
      if pod.isGone || sources[pod.source].jobUID != pod.jobUID {
        if pod.exit == nil { end(pod.name, 137, "") }
        pods[pod.name] = nil
      } else {
        seeEnd(pod.name)
      }
    }
  }
}
