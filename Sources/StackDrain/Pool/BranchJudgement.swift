import MountHealthCore

/// What one branch is good for now.
public enum BranchState: String, Hashable, Sendable, CaseIterable {
  /// Mounted from the right device, and answering. It counts.
  case usable
  /// Neither attached nor mounted: away, and nobody minds as long as enough others are there.
  case detached
  /// Attached, and not mounted.
  case unmounted
  /// Its device is gone and its mount is still there: what is read or written there is lost.
  case lingering
  /// Another device is mounted there than the one with the label.
  case wrongDevice
  /// Mounted, and it answers with an error.
  case dead
  /// Mounted, and it does not answer.
  case hung
  /// Mounted and answering, and the union does not use it.
  case unlisted
  /// Not enough was seen.
  case unknown
}

/// A branch, judged.
public struct BranchJudgement: Hashable, Sendable {
  /// Which one.
  public var label: String
  /// What it is good for.
  public var state: BranchState
  /// Whether what the union writes there goes to the disk below its mount point.
  public var isMisdirected: Bool
  /// What was seen, for people; `nil` for a usable one.
  public var explanation: String?

  /// A judgement.
  public init(
    label: String, state: BranchState, isMisdirected: Bool = false, explanation: String? = nil
  ) {
    self.label = label
    self.state = state
    self.isMisdirected = isMisdirected
    self.explanation = explanation
  }
}

extension BranchJudgement {
  /// Judges a branch.
  ///
  /// - Parameters:
  ///   - branch: Which one.
  ///   - evidence: What is known of it.
  ///   - listed: What the union lists; `nil` where that is not known.
  public init(
    _ branch: BranchDescription, by evidence: BranchEvidence, listed: [ListedBranch]?
  ) {
    let entry = listed?.first { $0.path.utf8.elementsEqual(branch.path.description.utf8) }
    let isUnlisted = listed != nil && entry == nil
    (state, explanation) = Self.state(of: branch, by: evidence, isUnlisted: isUnlisted)
    label = branch.label
    let isNotMounted = evidence.mount == .seen(nil)
    isMisdirected = isNotMounted && entry?.mode == .readWrite && !evidence.isSealed
    if isMisdirected {
      explanation =
        "\(explanation ?? "\(branch.label): not mounted"), and the union writes to \(branch.path), "
        + "which is a folder of the disk below: mount it, take it out of the union, or seal the "
        + "folder (chattr +i)"
    }
  }

  private static func state(
    of branch: BranchDescription, by evidence: BranchEvidence, isUnlisted: Bool
  ) -> (BranchState, String?) {
    let label = branch.label
    guard case .seen(let mounted) = evidence.mount else {
      return (.unknown, "\(label): \(evidence.mount.complaint ?? "")")
    }
    guard let mounted else {
      switch evidence.device {
      case .seen(nil): return (.detached, "\(label): not attached")
      case .seen(.some): return (.unmounted, "\(label): attached, not mounted at \(branch.path)")
      case .unseen: return (.unmounted, "\(label): not mounted at \(branch.path)")
      }
    }
    switch evidence.device {
    case .seen(nil):
      return (.lingering, "\(label): its drive is gone, its mount at \(branch.path) is still there")
    case .seen(let device?) where device != mounted.device:
      return (
        .wrongDevice,
        "\(label): \(mounted.device) is mounted at \(branch.path), the label is on \(device)"
      )
    case .seen, .unseen:
      break
    }
    guard case .seen(let outcome) = evidence.probe else {
      return (.unknown, "\(label): \(evidence.probe.complaint ?? "")")
    }
    let words = "\(label): \(outcome.explanation ?? outcome.verdict.rawValue)"
    switch outcome.verdict {
    case .ok, .slow, .full:
      return isUnlisted
        ? (.unlisted, "\(label): mounted, and not in the union's list") : (.usable, nil)
    case .dead, .absent, .missing, .readOnly: return (.dead, words)
    case .hung: return (.hung, words)
    case .inaccessible: return (.unknown, words)
    }
  }
}

extension Seen {
  /// Why it was not seen.
  var complaint: String? {
    guard case .unseen(let words) = self else { return nil }
    return words
  }
}
