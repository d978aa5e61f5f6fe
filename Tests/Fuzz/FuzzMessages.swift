// sources: Sources/MountHealthCore/Configuration/WatchdogSettings.swift
// sources: Sources/MountHealthCore/Configuration/ServiceURL.swift
// sources: Sources/MountHealthCore/Worker/MessageCoding.swift
// sources: Sources/MountHealthCore/Worker/WorkerMessage.swift
// sources: Sources/MountHealthCore/Worker/ProbeFinding+Message.swift
// sources: Sources/MountHealthCore/Worker/ProbeDetails+Message.swift
// sources: Sources/MountHealthCore/Mount Sources/MountHealthCore/Probe
// sources: Sources/MountHealthCore/Health
// sources: Sources/MountHealthCore/Engine/Flight.swift
// modules: Sources/Pacing

/// Whatever comes through the socket: it is refused, or what is read survives writing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessages(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let orders = try? ProbeOrder.orders(in: input[...]) {
    let messages = ProbeOrder.messages(of: orders)
    check(messages)
    let again = messages.flatMap { (try? ProbeOrder.orders(in: $0[...])) ?? [] }
    // Compared by their bytes: a percentage that is no number is not equal to itself.
    precondition(ProbeOrder.messages(of: again) == messages, "an order reads differently")
    precondition(again.count == orders.count, "an order is lost")
  }
  if let reports = try? FlightReport.reports(in: input[...]) {
    let messages = FlightReport.messages(of: reports)
    check(messages)
    let again = messages.flatMap { (try? FlightReport.reports(in: $0[...])) ?? [] }
    precondition(again.count == reports.count, "a report is lost")
    precondition(FlightReport.messages(of: again) == messages, "a report reads differently")
  }
  return 0
}

/// What the other end has room for.
private func check(_ messages: [[UInt8]]) {
  precondition(messages.allSatisfy { $0.count <= WorkerMessage.maximumLength }, "too long")
}
