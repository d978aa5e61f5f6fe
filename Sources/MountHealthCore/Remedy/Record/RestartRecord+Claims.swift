import TimeText

extension RestartRecord {
  /// How far two clocks may differ in what they say of one moment.
  static let clockTolerance = Duration.seconds(5)
  /// How long restarts are remembered at the least.
  static let memory = Duration.seconds(24 * 3600)

  /// The claim of the pod with this uid.
  func claim(of uid: String) -> Claim? {
    claims.last { $0.uid == uid }
  }

  /// Whether the pod with this uid has already taken the place of another one.
  func isSuccessor(_ uid: String) -> Bool {
    history.contains { $0.successor == uid }
  }

  /// Takes the claims of a pod out, and, unless it was acted on, what is remembered of them.
  mutating func withdraw(_ uid: String, keepsHistory: Bool) {
    if !keepsHistory {
      for claim in claims where claim.uid == uid {
        history.removeAll { $0.uid == uid && $0.at == claim.since }
      }
    }
    claims.removeAll { $0.uid == uid }
  }

  /// Takes the claim of a pod out whose place another one has taken.
  mutating func settle(_ claim: Claim, successor: String) {
    claims.removeAll { $0 == claim }
    for index in history.indices
    where history[index].uid == claim.uid && history[index].at == claim.since {
      history[index].successor = successor
    }
  }

  /// Adds a claim and its restart.
  mutating func add(_ claim: Claim, weight: Int) {
    claims.append(claim)
    history.append(Entry(pod: claim.pod, uid: claim.uid, at: claim.since, weight: weight))
  }

  /// Forgets what is too old to count, and brings what lies far in the future to the present.
  mutating func tidy(at now: Timestamp, window: Duration) {
    for index in history.indices where history[index].at - now > window {
      history[index].at = now
    }
    let age = max(window, Self.memory)
    history.removeAll { entry in
      now - entry.at > age && !claims.contains { $0.uid == entry.uid }
    }
    history.sort { $0.at < $1.at }
    if history.count > Self.maximumEntries {
      history.removeFirst(history.count - Self.maximumEntries)
    }
  }

  /// Whether a pod may have been made in place of the one of this claim.
  static func isPossibleSuccessor(_ pod: PodFacts, of claim: Claim) -> Bool {
    guard claim.uid != pod.uid else { return false }
    if claim.pod == pod.name { return true }
    // There the next pod has the name of the one before.
    if pod.owner?.kind == "StatefulSet" { return false }
    return pod.created + Self.clockTolerance >= claim.since
  }
}
