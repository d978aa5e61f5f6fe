import TimeText

/// What happens by itself, later.
enum Alarm: Hashable {
  case endStream(StubStreamID)
  case bookmark(StubStreamID)
  case emptyNamespace(String)
  case removeDefinition(String)
  /// Of a pod, by its uid.
  case schedule(String)
  case create(String)
  case run(String)
  case beReady(String)
  case exit(String)
  case stop(String)
  /// Of a controller, by kind, namespace and name.
  case sync(kind: String, ObjectName)
  case syncBudgets(String)
  /// Of what an owner leaves, by its uid.
  case collect(String)
  /// Of a Job that is done.
  case outlive(String)
  /// Of a node that does not report, by its name.
  case evict(String)
  /// Of pods whose node is gone.
  case collectPods(String)
}

/// Alarms in the order in which they come due; those of one instant in the order they were set.
struct AlarmQueue: Hashable {
  private struct Entry: Hashable {
    var time: Timestamp
    var number: Int
    var alarm: Alarm
  }

  private var entries: [Entry] = []
  private var count = 0

  mutating func add(_ alarm: Alarm, at time: Timestamp) {
    // One and the same is not due twice at one instant.
    guard !entries.contains(where: { $0.time == time && $0.alarm == alarm }) else { return }
    count += 1
    let place = entries.firstIndex { $0.time > time } ?? entries.count
    entries.insert(Entry(time: time, number: count, alarm: alarm), at: place)
  }

  mutating func next(until time: Timestamp) -> (Timestamp, Alarm)? {
    guard let first = entries.first, first.time <= time else { return nil }
    entries.removeFirst()
    return (first.time, first.alarm)
  }

  /// When the next one is due.
  var due: Timestamp? { entries.first?.time }
}
