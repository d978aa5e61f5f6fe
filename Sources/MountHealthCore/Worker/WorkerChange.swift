/// Something about the probe worker that people want to know.
public enum WorkerChange: Hashable, Sendable {
  /// It runs.
  case started(pid: Int32)
  /// It could not be started.
  case startFailed(String)
  /// It ended or went silent, and another takes its place.
  case replaced(pid: Int32, String)
  /// It was killed and does not end: a thread of it is in a call that the kernel cannot break off.
  case unkillable(pid: Int32)
}
