// sources: Sources/StackDrain/Evidence/KernelEvent.swift
// sources: Sources/StackDrain/Evidence/DeviceLabel.swift
// sources: Sources/StackDrain/Evidence/DiskStats.swift
// modules: Sources/Pacing

/// What comes through a netlink socket, from `/dev`, `/sys` and `/proc`: read or refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKernelText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let event = KernelEvent(parsing: input[...]) {
    precondition(!event.action.isEmpty && !event.subsystem.isEmpty, "an event without a word")
    precondition(input.count <= KernelEvent.maximumLength, "an event that is too long")
  }
  let link = DeviceLabel.linkName(of: String(decoding: input, as: UTF8.self))
  precondition(!link.utf8.contains { $0 <= 0x20 || $0 == 0x2F || $0 == 0x7F }, "an odd link")
  if let name = DeviceLabel.kernelName(linkTarget: input) {
    precondition(!name.isEmpty && !name.utf8.contains(0x2F), "a name that leads elsewhere")
    precondition(name != "." && name != "..", "a name that leads elsewhere")
  }
  if let number = DeviceNumber(parsing: input) {
    precondition(DeviceNumber(parsing: Array(number.description.utf8)) == number)
  }
  let stats = DiskStats(parsing: input)
  precondition(stats.lines.count <= input.count / 12 + 1, "more lines than bytes")
  let half = DiskStats(parsing: Array(input.prefix(count / 2)))
  let devices = PoolDevices(numbers: Set(stats.lines.map(\.device)), names: [])
  let traffic = PoolTraffic(from: half, to: stats, over: .milliseconds(count), of: devices)
  precondition((traffic == nil) == stats.lines.isEmpty, "traffic of nothing")
  precondition(traffic.map { $0.requests >= 0 && $0.bytesPerSecond >= 0 } ?? true)
  return 0
}

// Two values of the library, without all that belongs to the files that they are in.

struct DeviceNumber: Hashable, Sendable, CustomStringConvertible {
  var major: UInt32
  var minor: UInt32

  var description: String { "\(major):\(minor)" }
}

struct PoolTraffic: Hashable, Sendable {
  var requests: Int
  var bytesPerSecond: Int
}
