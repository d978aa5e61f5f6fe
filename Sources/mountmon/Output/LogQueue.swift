/// Lines on their way to a descriptor that may be slower than those who log. Pure: the writer
/// locks it, wakes threads and writes.
struct LogQueue: Sendable {
  /// What may wait, in bytes and in lines, the batch being written included.
  struct Capacity: Hashable, Sendable {
    var bytes: Int
    var lines: Int

    static let standard = Capacity(bytes: 1 << 20, lines: 16_384)
  }

  private let capacity: Capacity
  private var bytes: [UInt8] = []
  private var lines = 0
  /// The notices among the lines.
  private var notices: [Notice] = []
  private var batchBytes = 0
  private var batchLines = 0
  private var batchNotices: [Notice] = []
  /// Lines lost since the last notice.
  private(set) var dropped = 0
  /// Lines accepted and lines done with since the start; a flush waits for one to reach the other.
  private(set) var accepted: UInt64 = 0
  private(set) var finished: UInt64 = 0

  private struct Notice {
    /// Its place among the lines that wait.
    var line: Int
    var count: Int
  }

  init(capacity: Capacity) {
    self.capacity = capacity
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Takes a line, or counts it as dropped. The first line taken after dropped ones comes behind
  /// a notice, which the limits do not count: there is one per line at most.
  mutating func add(_ line: [UInt8], notice: (_ dropped: Int) -> [UInt8]) {
    guard bytes.count + batchBytes + line.count <= capacity.bytes,
      lines + batchLines < capacity.lines
    else {
      dropped += 1
      return
    }
    addNotice(notice)
    append(line)
  }

  /// Tells of dropped lines although no further line comes.
  mutating func addNotice(_ notice: (_ dropped: Int) -> [UInt8]) {
    guard dropped > 0 else { return }
    notices.append(Notice(line: lines, count: dropped))
    append(notice(dropped))
    dropped = 0
  }

  /// All that waits, to be written now; `finishBatch` must follow.
  mutating func takeBatch() -> [UInt8] {
    let batch = bytes
    batchBytes = batch.count
    batchLines = lines
    batchNotices = notices
    bytes = []
    lines = 0
    notices = []
    return batch
  }

  /// The batch is written, but for its last `lost` lines. A lost notice counts as what it told,
  /// not as a line.
  mutating func finishBatch(lost: Int) {
    finished += UInt64(batchLines)
    dropped += lost
    for notice in batchNotices where notice.line >= batchLines - lost {
      dropped += notice.count - 1
    }
    batchBytes = 0
    batchLines = 0
    batchNotices = []
  }

  private mutating func append(_ line: [UInt8]) {
    bytes.append(contentsOf: line)
    lines += 1
    accepted += 1
  }
}
