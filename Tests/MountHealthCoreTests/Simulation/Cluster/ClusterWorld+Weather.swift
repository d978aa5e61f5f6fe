import Pacing
import SimulationKit

@testable import MountHealthCore

extension ClusterWorld {
  /// Something about the world changes.
  func changeWorld(_ item: Item) {
    switch item {
    case .provider:
      providerIsUp.toggle()
      journal.note(.text("the provider is \(providerIsUp ? "up" : "down")"), at: now)
      providerChanged()
      plan(.provider, in: random.time(30_000...(providerIsUp ? 14_400_000 : 3_600_000)))
    case .apiWeather:
      mood = mood == .good ? random.pick(APIMood.allCases) : .good
      journal.note(.text("the API server is \(mood)"), at: now)
      plan(.apiWeather, in: random.time(1_000...(mood == .good ? 1_800_000 : 600_000)))
    case .guardWeather:
      cluster.blocked = cluster.blocked == nil ? "needs more healthy pods" : nil
      cluster.knowsEviction = !random.chance(0.1)
      plan(.guardWeather, in: random.time(1_000...3_600_000))
    case .accessWeather:
      cluster.refused = cluster.refused.isEmpty ? someRefusals() : []
      plan(
        .accessWeather,
        in: random.time(1_000...(cluster.refused.isEmpty ? 10_800_000 : 1_800_000)))
    case .scale:
      if cluster.kind != .bare {
        replicas = max(1, min(20, replicas + random.number(-2...2)))
        journal.note(.text("scaled to \(replicas)"), at: now)
        reconcile()
      }
      plan(.scale, in: random.time(600_000...10_800_000))
    case .accident:
      happenToSomePod()
      plan(.accident, in: random.time(1_000...1_800_000))
    case .alarm, .arrive, .answer, .started, .begin, .gone, .reconcile, .weather, .look: break
    }
  }

  private func providerChanged() {
    for pod in pods.values.sorted(by: { $0.uid < $1.uid }) {
      for index in pod.mounts.indices {
        if providerIsUp {
          if pod.mounts[index].mendsWithProvider { pod.mounts[index].badSince = nil }
        } else if pod.mounts[index].badSince == nil {
          pod.mounts[index].badSince = now
          pod.mounts[index].mendsWithProvider = random.chance(0.5)
        }
      }
    }
  }

  private func someRefusals() -> Set<RestartPermission> {
    let names = pods.values.map(\.name).sorted()
    let record = "mountmon-\(cluster.kind.rawValue.lowercased())-plex"
    let all: [RestartPermission] =
      [.readPods, .readRecord(name: record), .createRecord, .updateRecord(name: record)]
      + names.map { .evict(pod: $0) } + names.map { .delete(pod: $0) }
    return Set(all.filter { _ in random.chance(0.3) })
  }

  /// A sidecar is killed or told to end, a pod is deleted by somebody.
  private func happenToSomePod() {
    guard let uid = pods.keys.sorted().randomElement(using: &random), let pod = pods[uid] else {
      return
    }
    if random.chance(0.2), cluster.kind != .bare {
      journal.note(.text("somebody deletes \(uid)"), at: now)
      return terminate(uid)
    }
    guard let number = pod.process, let process = processes[number], !pod.isTerminating else {
      return
    }
    if random.chance(0.5) {
      journal.note(.text("\(process.name) is killed"), at: now)
      kill(process)
      return plan(.begin(uid: uid), in: random.time(500...60_000))
    }
    journal.note(.text("\(process.name) is asked to end"), at: now)
    stop(process)
    let patience = random.time(1...10_000)
    live(for: patience)
    if processes[number] != nil {
      kill(process)
      plan(.begin(uid: uid), in: random.time(500...20_000))
    }
  }

  private func live(for time: Duration) {
    live(until: now + time)
  }

  /// From now on nothing fails that is not broken already, and all that is broken can be cured.
  func calmDown() {
    isCalm = true
    journal.note(.text("calm"), at: now)
    mood = .good
    cluster.blocked = nil
    cluster.knowsEviction = true
    cluster.refused = []
    if !providerIsUp {
      providerIsUp = true
      for pod in pods.values {
        for index in pod.mounts.indices where pod.mounts[index].mendsWithProvider {
          pod.mounts[index].badSince = nil
        }
      }
    }
  }
}
