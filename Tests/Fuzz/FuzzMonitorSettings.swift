// sources: Sources/ResticUnlock/Detect/Pattern Sources/ResticUnlock/Detect/Bytes.swift
// sources: Sources/ResticUnlock/Detect/LogTail.swift Sources/ResticUnlock/Detect/LockWords.swift
// sources: Sources/ResticUnlock/Detect/LockPatterns.swift
// sources: Sources/ResticUnlock/Detect/MoverRules.swift
// sources: Sources/ResticUnlock/Plan/UnlockSettings.swift
// sources: Sources/ResticUnlock/Monitor/MonitorSettings.swift
// sources: Sources/ResticUnlock/Monitor/MonitorSettings+Reading.swift
// sources: Sources/ResticUnlock/Monitor/SettingsReader.swift
// modules: Sources/JSONValue

import JSONValue

/// Whatever the object: its settings are in their limits, or every fault has a place and words.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMonitorSettings(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let json = try? JSONValue(parsing: input) else { return 0 }
  do throws(SettingsError) {
    let settings = try MonitorSettings(reading: json)
    precondition((1...100).contains(settings.maxConcurrentUnlocks))
    precondition(settings.patterns.patterns.count <= LockPatterns.maximumCount)
    precondition(settings.unlock.timeToLive.map { $0 >= .seconds(60) } ?? true)
  } catch {
    precondition(!error.faults.isEmpty && error.description.hasPrefix("spec"))
  }
  return 0
}
