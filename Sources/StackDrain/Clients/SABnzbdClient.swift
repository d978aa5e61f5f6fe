import HTTPTransport
import Pacing
import Synchronization

/// The connection to a SABnzbd, which its two clients share.
final class SABnzbd: Sendable {
  let place: ClientPlace
  private let key: SecretReader
  private let life = Mutex(SABnzbdLife())

  init(_ place: ClientPlace, key: SecretSource) {
    self.place = place
    self.key = SecretReader(key, in: place.environment)
  }

  func converse<Value: Sendable>(
    until deadline: Tick,
    _ talk: (SABnzbdTalk) async throws(ClientFault) -> Value
  ) async throws(ClientFault) -> Value {
    let key: String
    do throws(ClientFault) {
      key = try await self.key.read(until: deadline)
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
    return try await place.converse(until: deadline, hiding: [key]) {
      (conversation) async throws(ClientFault) in
      try await talk(SABnzbdTalk(conversation: conversation, path: place.path("/api"), key: key))
    }
  }

  /// Which life it is; `nil` where it does not tell: that alone is no reason to give up.
  func lifeName(_ talk: SABnzbdTalk) async -> String? {
    guard let answer = try? await talk.ask("fullstatus", SABnzbdAPI.statusFields),
      let seen = try? SABnzbdAPI.life(answer)
    else { return nil }
    let now = place.environment.now()
    return life.withLock { $0.name(seen, at: now) }
  }
}

/// A conversation with SABnzbd.
struct SABnzbdTalk: Sendable {
  let conversation: Conversation
  let path: String
  let key: String

  func ask(
    _ mode: String, _ fields: [(String, String)] = []
  ) async throws(ClientFault) -> ClientAnswer {
    try await conversation.ask(SABnzbdAPI.request(path, mode, key: key, fields))
  }
}

/// The download queue of SABnzbd.
struct SABnzbdQueue: StackClient {
  let sabnzbd: SABnzbd

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    try await sabnzbd.converse(until: deadline) { (talk) async throws(ClientFault) in
      let queue = try SABnzbdAPI.queue(try await talk.ask("queue", SABnzbdAPI.queueFields))
      return .whole(
        runs: !queue.isPaused, instance: await sabnzbd.lifeName(talk),
        note: queue.rate.map { "\($0) kB/s" })
    }
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await command("pause", units, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await command("resume", units, until: deadline)
  }

  private func command(
    _ mode: String, _ units: Set<String>, until deadline: Tick
  ) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    try await sabnzbd.converse(until: deadline) { (talk) async throws(ClientFault) in
      try SABnzbdAPI.taken(try await talk.ask(mode))
    }
  }
}

/// The post-processing of SABnzbd: repair, unpacking, moving.
///
/// Its state cannot be read. While it is not known, the unit counts as one that runs and as one that
/// does not: so it is paused before the pool goes, and what is owed is resumed, also by a process
/// that was not there when it was paused.
final class SABnzbdPost: StackClient {
  private let sabnzbd: SABnzbd
  private let state = Mutex(SABnzbdPostState())

  init(_ sabnzbd: SABnzbd) {
    self.sabnzbd = sabnzbd
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    try await sabnzbd.converse(until: deadline) { (talk) async throws(ClientFault) in
      let answer = try await talk.ask("history", SABnzbdAPI.historyFields)
      let jobs = try SABnzbdAPI.jobs(answer)
      let life = await sabnzbd.lifeName(talk)
      let now = sabnzbd.place.environment.now()
      let belief = state.withLock { $0.look(jobs, in: life, at: now) }
      return Self.state(belief, jobs, life)
    }
  }

  static func state(
    _ belief: SABnzbdPostState.Belief, _ jobs: SABnzbdAPI.Jobs, _ life: String?
  ) -> TargetState {
    var note = "\(jobs.active.count) jobs being worked on, \(jobs.waiting.count) waiting"
    if belief == .unknown { note += "; it does not tell whether it is paused" }
    return TargetState(
      running: belief == .paused ? [] : [TargetState.whole],
      idle: belief == .running ? [] : [TargetState.whole], instance: life, note: note)
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await command("pause_pp", .paused, units, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await command("resume_pp", .running, units, until: deadline)
  }

  private func command(
    _ mode: String, _ belief: SABnzbdPostState.Belief, _ units: Set<String>, until deadline: Tick
  ) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    try await sabnzbd.converse(until: deadline) { (talk) async throws(ClientFault) in
      // A command of ours that timed out may have come through after all: until this one is
      // taken, nothing is known.
      state.withLock { $0.took(.unknown, in: nil) }
      let before = await sabnzbd.lifeName(talk)
      try SABnzbdAPI.taken(try await talk.ask(mode))
      state.withLock { $0.took(belief, in: before) }
    }
  }
}
