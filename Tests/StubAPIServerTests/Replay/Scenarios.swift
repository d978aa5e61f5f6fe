/// What each recording needs; those that are not named need nothing.
enum Scenarios {
  static var all: [String: Scenario] {
    var all: [String: Scenario] = [:]
    for part in [access, server, custom, events, jobs, lists, pods, workloads, logs, watches] {
      all.merge(part) { $1 }
    }
    return all
  }
}
