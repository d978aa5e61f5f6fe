// sources: Sources/MountHealthCore/Remedy/Record/RestartRecord.swift Sources/MountHealthCore/Remedy/Record/RestartRecord+Text.swift
// modules: Sources/TimeText

import TimeText

/// Annotations that anybody may have written: whatever they say, reading ends, and what was read is
/// read again as it was when it is written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  let middle = bytes.firstIndex(of: 0) ?? bytes.endIndex
  let annotations = [
    RestartRecord.claimsKey: String(decoding: bytes[..<middle], as: UTF8.self),
    RestartRecord.historyKey: String(decoding: bytes[middle...].dropFirst(), as: UTF8.self),
  ]
  let reading = RestartRecord.Reading(version: "1", annotations: annotations)
  precondition(reading.record.claims.count <= RestartRecord.maximumClaims)
  precondition(reading.record.history.count <= RestartRecord.maximumEntries)
  precondition((reading.fault ?? "").utf8.count < 1_000)
  let again = RestartRecord.Reading(version: "1", annotations: reading.record.annotations)
  precondition(again.record == reading.record && again.fault == nil)
  return 0
}
