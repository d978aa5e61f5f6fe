import K8sClient
public import TimeText

/// What a lock is.
public enum LockVerdict: String, CaseIterable, Hashable, Sendable {
  /// Nobody has written it anew for half an hour: restic's own `unlock` removes it.
  case stale
  /// Its holder is proven to be gone.
  case dead
  /// Its holder may work on it.
  case live
  /// Its holder is nobody of this cluster, as far as is known.
  case foreign
  /// restic cannot read it.
  case invalid
  /// Nothing proves that its holder is gone.
  case unknown
}

/// A lock, what it is, and why.
public struct LockJudgement: Hashable, Sendable {
  /// The lock.
  public var lock: KnownLock
  /// What it is.
  public var verdict: LockVerdict
  /// Why, one sentence each.
  public var reasons: [String]
  /// Whether its holder is proven to be gone, be the lock stale or not.
  public var isHolderGone = false
  /// When it will be stale, if nothing changes; `nil` where no time makes it so.
  public var staleAt: Timestamp?

  /// The judgement of a lock.
  ///
  /// - Parameters:
  ///   - lock: The lock.
  ///   - view: What is known of the cluster.
  ///   - policy: When a lock counts as left behind.
  public init(_ lock: KnownLock, in view: ClusterView, by policy: LockPolicy) {
    self.lock = lock
    guard lock.isReadable else {
      verdict = .invalid
      reasons = ["restic cannot read it; only `unlock --remove-all` removes such a lock"]
      return
    }
    let holder = Holder.of(lock, in: view, by: policy)
    switch holder {
    case .alive(let why):
      verdict = .live
      reasons = [why]
      return
    case .ended(let why):
      verdict = .dead
      isHolderGone = true
      reasons = [why]
    case .unproven(let why):
      verdict = .unknown
      reasons = [why]
    case .nowhere(let why):
      verdict = lock.host == nil || !view.isWhole ? .unknown : .foreign
      reasons = [why]
      if !view.isWhole { reasons.append("not all namespaces can be read") }
    }
    judgeAge(in: view, by: policy)
  }

  /// An old lock is stale whoever made it, unless a pod of that name runs. What was seen of a file
  /// before bounds an age that is only reckoned: each reading of an old message reckons it anew.
  private mutating func judgeAge(in view: ClusterView, by policy: LockPolicy) {
    guard let written = lock.isExact ? lock.written : lock.written.map({ min($0, lock.firstSeen) })
    else {
      reasons.append("its age is not known")
      return
    }
    let isProven = isHolderGone
    // What its holder's clock says may be wrong; that nothing changed for so long is not.
    let due = max(
      written + policy.staleAge + policy.clockSlack,
      isProven ? .earliest : lock.firstSeen + policy.stillness)
    staleAt = due
    guard view.now >= due, isProven || lock.stillness >= policy.stillness else {
      reasons.append(
        "it was written at about \(written.wholeSecondText) and counts as stale from "
          + "\(due.wholeSecondText) on, if the same file is still there then")
      return
    }
    verdict = .stale
    reasons.append(
      "it was written at about \(written.wholeSecondText); whoever lives writes it anew every five "
        + "minutes")
  }
}

extension LockJudgement: CustomStringConvertible {
  /// All of it in one line: `lock 1a12470f of desk: foreign (no pod of the host desk is known; …)`.
  public var description: String {
    "\(lock.title): \(verdict.rawValue) (\(reasons.joined(separator: "; ")))"
  }
}
