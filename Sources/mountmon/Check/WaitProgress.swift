import MountHealthCore
import TimeText

/// How waiting for mounts goes on, in words.
enum WaitProgress {
  /// - Returns: `nil` where every mount is ok.
  static func text(
    for statuses: [MountStatus], after elapsed: Duration, of patience: Duration
  ) -> String? {
    let waiting = statuses.filter { $0.verdict != .ok }
    guard let first = waiting.first else { return nil }
    let verdict = first.verdict?.rawValue ?? "not seen yet"
    let others = waiting.count > 1 ? " and \(waiting.count - 1) more" : ""
    let seconds = elapsed.rounded(to: .seconds(1))
    return
      "waiting \(seconds.text) of \(patience.text): \(first.mount.label) is \(verdict)\(others)"
  }
}
