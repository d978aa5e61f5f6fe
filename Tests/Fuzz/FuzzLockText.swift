// sources: Sources/ResticUnlock/Detect/Pattern Sources/ResticUnlock/Detect/Bytes.swift
// sources: Sources/ResticUnlock/Detect/LogTail.swift Sources/ResticUnlock/Detect/LockWords.swift
// sources: Sources/ResticUnlock/Detect/ReportedLock.swift
// sources: Sources/ResticUnlock/Detect/LockPatterns.swift Sources/ResticUnlock/Detect/LockSign.swift
// modules: Sources/TimeText

/// Whatever a log holds: what is read of it has the form that it should have.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLockText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  for isCut in [false, true] {
    let log = LogTail(input, isCut: isCut)
    let sign = LockSign.found(exitCode: nil, log: log, patterns: LockPatterns())
    precondition(sign.map { $0.line.utf8.count <= 410 } ?? true)
    guard let lock = ReportedLock.last(in: log) else { continue }
    precondition(!lock.isEmpty)
    precondition(lock.host.map { !$0.isEmpty && $0.utf8.count <= 253 } ?? true)
    precondition(lock.storageID.map { $0.utf8.count == 8 } ?? true)
    precondition(lock.pid.map { $0 >= 0 } ?? true)
    precondition(lock.created.map { $0.utf8.count >= 19 } ?? true)
  }
  return 0
}
