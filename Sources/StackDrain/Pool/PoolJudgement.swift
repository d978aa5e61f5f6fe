import MountHealthCore

/// What the evidence means.
public struct PoolJudgement: Hashable, Sendable {
  /// What the pool is good for.
  public var state: PoolState
  /// How pressing its worst fault is.
  public var peril: Peril
  /// Why, for people, the worst first. Empty for a pool without a fault.
  public var reasons: [String]
  /// What is worth knowing and makes the state no worse.
  public var remarks: [String]
  /// The branches, in the order of the description.
  public var branches: [BranchJudgement]
  /// The number of the mount at the pool's path. Another one: it was mounted anew, and binds of the
  /// old one are dead.
  public var mountID: UInt64?

  /// A judgement.
  public init(
    state: PoolState, peril: Peril = .none, reasons: [String] = [], remarks: [String] = [],
    branches: [BranchJudgement] = [], mountID: UInt64? = nil
  ) {
    self.state = state
    self.peril = peril
    self.reasons = reasons
    self.remarks = remarks
    self.branches = branches
    self.mountID = mountID
  }

  /// How many branches are usable.
  public var usableCount: Int { branches.count { $0.state == .usable } }
}

extension PoolJudgement {
  /// Judges a pool.
  ///
  /// The mount table is asked first, as only it knows what is mounted; then the probe, as only it
  /// knows whether content comes; then the branches, as a union answers over nothing too.
  ///
  /// - Parameters:
  ///   - pool: What is asked of it.
  ///   - evidence: What is known.
  public init(_ pool: PoolDescription, by evidence: PoolEvidence) {
    let branches = pool.branches.map { branch in
      BranchJudgement(
        branch, by: evidence.branches[branch.label] ?? BranchEvidence(),
        listed: evidence.listedBranches.value)
    }
    var faults = Faults(pool: pool, evidence: evidence, branches: branches)
    faults.gather()
    self.init(
      state: faults.state, peril: faults.peril, reasons: faults.reasons, remarks: faults.remarks,
      branches: branches, mountID: evidence.mount.value.flatMap { $0 }?.id)
  }
}

/// Goes through the evidence and keeps the worst that it says.
private struct Faults {
  let pool: PoolDescription
  let evidence: PoolEvidence
  let branches: [BranchJudgement]
  var state: PoolState = .healthy
  var peril: Peril = .none
  var reasons: [String] = []
  var remarks: [String] = []

  mutating func gather() {
    let isMounted = judgeMount()
    guard state != .unmounted else { return }
    judgeProbe()
    // Without the table the state rests on the probe alone: it can say that content does not come,
    // not that what comes is the pool's.
    if !isMounted, state != .stale { become(.unknown, .none, first: evidence.mount.complaint) }
    guard state != .stale, state != .unknown else { return }
    judgeBranches()
    judgeSpace()
  }

  /// Whether the right thing is mounted.
  private mutating func judgeMount() -> Bool {
    guard case .seen(let entry) = evidence.mount else { return false }
    guard let entry else {
      become(.unmounted, .lost, first: "\(pool.path): not mounted")
      return false
    }
    if let fault = pool.requirement.difference(from: entry) {
      become(.unmounted, .lost, first: "\(pool.path): \(fault)")
      return false
    }
    return true
  }

  private mutating func judgeProbe() {
    guard case .seen(let outcome) = evidence.probe else {
      become(.unknown, .none, first: evidence.probe.complaint)
      return
    }
    let words = outcome.explanation ?? "\(pool.path): \(outcome.verdict.rawValue)"
    switch outcome.verdict {
    case .ok: break
    case .slow: become(.degraded, .slow, first: words)
    case .full: become(.degraded, .limited, first: words)
    case .readOnly: become(.degraded, .scarce, first: words)
    case .dead: become(.stale, .lost, first: words)
    case .hung, .missing, .absent: become(.stale, .unresponsive, first: words)
    case .inaccessible: become(.unknown, .none, first: words)
    }
  }

  private mutating func judgeBranches() {
    guard !branches.isEmpty else { return }
    let needed = min(max(pool.minimumBranches, 1), branches.count)
    let usable = branches.count { $0.state == .usable }
    let open = branches.count { $0.state == .unknown }
    for branch in branches {
      guard let words = branch.explanation else { continue }
      switch branch.state {
      case .lingering, .wrongDevice, .dead, .hung: worsen(.degraded, .limited, words)
      case .unmounted, .detached, .unlisted, .unknown, .usable:
        if branch.isMisdirected, !pool.toleratesMisdirection {
          worsen(.degraded, .limited, words)
        } else {
          remarks.append(words)
        }
      }
    }
    if usable == 0, open == 0 {
      become(
        .stale, .lost,
        first:
          "\(pool.path): the union answers, and none of its \(branches.count) branches is there")
    } else if usable + open < needed {
      let words = "\(pool.path): \(usable) of \(branches.count) branches usable, \(needed) needed"
      become(.degraded, .scarce, first: words)
    } else if usable < needed {
      let words =
        "\(pool.path): \(open) branches not judged yet, \(usable) usable, \(needed) needed"
      become(.unknown, .none, first: words)
    }
  }

  private mutating func judgeSpace() {
    guard pool.minimumFreeBytes > 0, state != .unknown, state != .stale else { return }
    switch evidence.freeBytes {
    case .unseen(let words): remarks.append("\(pool.path): \(words)")
    case .seen(let free) where free < pool.minimumFreeBytes:
      worsen(
        .degraded, .limited,
        "\(pool.path): \(free) bytes free, \(pool.minimumFreeBytes) asked for")
    case .seen: break
    }
  }

  /// Takes a finding that overrules the state so far.
  private mutating func become(_ new: PoolState, _ danger: Peril, first words: String?) {
    state = new
    // What is unknown is not pressing, whatever was suspected before.
    peril = new == .unknown ? .none : max(peril, danger)
    if let words { reasons.insert(words, at: 0) }
  }

  /// Takes a finding that makes a healthy pool degraded and a worse one no better.
  private mutating func worsen(_ new: PoolState, _ danger: Peril, _ words: String) {
    if state == .healthy { state = new }
    peril = max(peril, danger)
    reasons.append(words)
  }
}

extension MountRequirement {
  /// How `entry` differs from what is asked for; `nil` where it does not.
  fileprivate func difference(from entry: MountEntry) -> String? {
    guard case .matching(let fsType, let source) = self else { return nil }
    if let fsType, entry.fsType != fsType, !entry.fsType.hasPrefix(fsType + ".") {
      return "\(entry.identity) is mounted, expected \(fsType)"
    }
    if let source, entry.source != source {
      return "\(entry.identity) is mounted, expected it from \(source)"
    }
    return nil
  }
}
