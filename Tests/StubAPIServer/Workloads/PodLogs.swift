/// What containers wrote.
struct PodLogs: Hashable {
  struct Key: Hashable {
    var uid: String
    var container: String
  }

  var current: [Key: String] = [:]
  var previous: [Key: String] = [:]
  /// Uids of pods whose node does not answer.
  var unreachable: Set<String> = []
}
