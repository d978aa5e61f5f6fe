// sources: Sources/ResticUnlock/Detect/Bytes.swift Sources/ResticUnlock/Detect/LogTail.swift
// sources: Sources/ResticUnlock/Plan/UnlockReport.swift Sources/ResticUnlock/Evidence/ListedLock.swift
// sources: Sources/ResticUnlock/Monitor/UnlockRecord.swift
// modules: Sources/JSONValue Sources/TimeText
// module: K8sClient Sources/K8sClient/Resources/JSONBacked.swift

import JSONValue
import TimeText

/// Whatever an annotation says of unlocks, and whatever their log: it is refused, or it is in its limits and
/// is read again as it was when it is written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUnlockText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let json = try? JSONValue(parsing: input) { readRecord(json) }
  let report = UnlockReport(LogTail(input, isCut: false), token: "T")
  for lock in report.before ?? [] {
    precondition(lock.id.utf8.count == 64)
    precondition(lock.content.map { !$0.host.isEmpty && $0.pid >= 0 } ?? true)
  }
  let left = report.remaining
  precondition((left == nil) == (report.after == nil) && left?.count == report.after?.count)
  precondition(Set(report.newcomers).isSubset(of: report.after ?? []))
  precondition(!report.isSuccess || left?.isEmpty == true)
  return 0
}

private func readRecord(_ json: JSONValue) {
  guard var record = UnlockRecord(json) else { return }
  precondition(record.attempts.count <= UnlockRecord.limit)
  // Times are written in whole seconds.
  guard let once = UnlockRecord(record.json) else { preconditionFailure("its own text is refused") }
  precondition(UnlockRecord(once.json) == once, "it reads differently")
  precondition(record.tries(since: .epoch) <= record.attempts.count)
  precondition(record.looksInARow <= record.attempts.count)
  record.add(
    UnlockRecord.Attempt(number: record.nextNumber, at: .epoch, mode: "a", job: "b", by: "c"))
  record.end(.healed)
  precondition(record.attempts.count <= UnlockRecord.limit && record.pending == nil)
}
