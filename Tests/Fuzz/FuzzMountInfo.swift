// sources: Sources/MountHealthCore/Configuration/WatchdogSettings.swift
// sources: Sources/MountHealthCore/Configuration/ServiceURL.swift
// sources: Sources/MountHealthCore/Mount Sources/MountHealthCore/Probe
// sources: Sources/MountHealthCore/Health
// modules: Sources/Pacing

/// Whatever the bytes: each line is read or counted, and every walk comes to an end above its path.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMountInfo(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let table = MountTable(parsing: input)
  let lines = input.split(separator: 0x0A).count
  precondition(table.entries.count + table.malformedLines == lines, "a line is lost")
  for entry in table.entries {
    precondition(entry.mountPoint.utf8.first == 0x2F, "a mount point is no absolute path")
    precondition(!entry.identity.description.isEmpty)
    for path in [entry.mountPoint, entry.mountPoint + "/below", entry.root] {
      guard let found = table.mount(containing: path) else { continue }
      precondition(path.utf8.starts(with: found.mountPoint.utf8), "the walk went astray")
      precondition(table.entry(id: found.id) != nil)
    }
  }
  return 0
}
