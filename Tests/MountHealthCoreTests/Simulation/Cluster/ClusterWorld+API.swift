import Pacing
import SimulationKit
import TimeText

@testable import MountHealthCore

extension ClusterWorld {
  /// The present by the server's clock.
  var wall: Timestamp { FakeCluster.dawn + (now - .zero) }

  /// A process sends a request; how it fares is up to the server's mood.
  func send(_ request: RestartRequest, by process: SimulatedProcess) {
    journal.note(.sent(process.number, request), at: now)
    process.calls += 1
    checkSent(request, by: process)
    let number = process.number
    func answer(_ answer: RestartAnswer, in time: Duration) {
      plan(.answer(process: number, request.id, answer), in: time)
    }
    func lost(_ words: String) {
      answer(
        .failed(CallFault(.transient, words, mayHaveHappened: true)), in: request.deadline - now)
    }
    switch request.call {
    case .checkUpstream:
      let isUp = providerIsUp
      return answer(.upstream(isUp: isUp, detail: "\(isUp)"), in: random.time(1...900))
    case .repair(let path, _):
      return repair(path, of: process, request)
    case .reviewAccess, .readPod, .readRecord, .writeRecord, .evict, .delete:
      break
    }
    let soon = random.time(1...200)
    switch random.chance(0.8) ? mood : .good {
    case .good:
      plan(.arrive(process: number, request, .proper), in: soon)
    case .slow:
      let way = random.time(100...9_000)
      plan(.arrive(process: number, request, .proper), in: way)
    case .refusing:
      answer(.failed(CallFault(.transient, "503")), in: soon)
    case .throttling:
      let after: Duration? = random.chance(0.5) ? .seconds(random.number(1...20)) : nil
      answer(.failed(CallFault(.transient, "429", retryAfter: after)), in: soon)
    case .losingAnswers:
      plan(.arrive(process: number, request, .unanswered), in: soon)
      lost("timeout")
    case .failingAfterwards:
      plan(.arrive(process: number, request, .appliedAndFailed), in: soon)
    case .lateEffects:
      lost("timeout")
      let late = request.deadline - now + random.time(0...50_000)
      plan(.arrive(process: number, request, .unanswered), in: late)
    case .silent:
      lost("timeout")
    }
  }

  /// A request arrives and is carried out.
  func arrive(_ request: RestartRequest, from number: Int, _ delivery: Delivery) {
    let sender = processes[number]?.pod
    let answer = cluster.carryOut(request.call, wall: wall + (sender?.clockError ?? .zero))
    journal.note(.served(number, request, answer), at: now)
    switch request.call {
    case .evict(_, let uid), .delete(_, let uid):
      if answer == .removed {
        if case .evict = request.call { actions.insert("evict") } else { actions.insert("delete") }
        removed(uid, weight: weight(of: uid))
      }
    case .reviewAccess, .readPod, .readRecord, .writeRecord, .checkUpstream, .repair: break
    }
    switch delivery {
    case .proper:
      plan(.answer(process: number, request.id, answer), in: random.time(1...100))
    case .unanswered: break
    case .appliedAndFailed:
      plan(
        .answer(
          process: number, request.id,
          .failed(CallFault(.transient, "504", mayHaveHappened: true))), in: random.time(1...100))
    }
  }

  private func repair(
    _ path: MountPath, of process: SimulatedProcess, _ request: RestartRequest
  ) {
    let helps = random.chance(0.5) && providerIsUp
    if helps, let index = process.pod.mounts.firstIndex(where: { $0.path == path }) {
      process.pod.mounts[index].badSince = nil
    }
    let says = random.chance(0.7) ? helps : !helps
    if random.chance(0.9) {
      plan(
        .answer(process: process.number, request.id, .repaired(says, detail: "\(says)")),
        in: random.time(10...20_000))
    }
  }
}
