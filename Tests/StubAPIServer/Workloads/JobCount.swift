import JSONValue
import TimeText

/// Which pods of a Job the Job controller has counted: pods go, and their counts stay.
struct JobCount: Hashable {
  var failed: Set<String> = []
  var succeeded: Set<String> = []
  /// Pods that the controller removed itself, which count as nothing.
  var ignored: Set<String> = []
  /// Pods that went before they were counted.
  var lost: [String] = []
  /// When the last of them was seen to end.
  var lastEnd: Timestamp?

  /// Takes over what a status notes.
  mutating func note(_ status: JSONValue, at now: Timestamp) {
    func uids(_ key: String) -> [String] {
      (status.at("uncountedTerminatedPods", key)?.arrayValue ?? []).compactMap(\.stringValue)
    }
    let fresh = uids("failed").filter { !failed.contains($0) }
    if !fresh.isEmpty { lastEnd = now }
    failed.formUnion(fresh)
    succeeded.formUnion(uids("succeeded"))
    lost.removeAll { failed.contains($0) }
  }

  /// A pod of the Job is gone.
  mutating func lose(_ pod: JSONValue) {
    let known = failed.union(succeeded).union(ignored)
    guard !known.contains(pod.uid), !lost.contains(pod.uid),
      pod.text("status", "phase") != "Succeeded"
    else { return }
    lost.append(pod.uid)
  }
}
