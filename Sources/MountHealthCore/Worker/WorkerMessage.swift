import Pacing

/// The report of a flight.
struct FlightReport: Hashable, Sendable {
  var flight: Flight
  var report: ProbeReport

  init(_ flight: Flight, _ report: ProbeReport) {
    self.flight = flight
    self.report = report
  }
}

/// The messages of monitor and probe worker: orders one way, reports the other, each message one
/// packet of their socket. Signs of life have a socket of their own.
enum WorkerMessage {
  /// The longest message.
  static let maximumLength = 32 << 10
  /// How many bytes a message has at the most before another item is put into it. The longest items,
  /// a report with the longest path, attribute and words (some 24,700 bytes) and an order with the
  /// longest paths and expectation (16,800), fit into a message of their own.
  static let fillLength = 16 << 10

  /// Packs items into as few messages as they fit in.
  static func pack<Item>(
    _ items: [Item], _ put: (Item, inout MessageWriter) -> Void
  ) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var writer = MessageWriter()
    for item in items {
      if writer.bytes.count > fillLength {
        messages.append(writer.bytes)
        writer = MessageWriter()
      }
      let start = writer.bytes.count
      put(item, &writer)
      if writer.bytes.count > maximumLength, start > 0 {
        messages.append(Array(writer.bytes[..<start]))
        writer = MessageWriter()
        put(item, &writer)
      }
    }
    messages.append(writer.bytes)
    return messages
  }
}

extension ProbeOrder {
  /// Orders as messages.
  static func messages(of orders: [ProbeOrder]) -> [[UInt8]] {
    WorkerMessage.pack(orders) { $0.write(to: &$1) }
  }

  /// Reads the orders of a message.
  static func orders(in message: ArraySlice<UInt8>) throws(MessageError) -> [ProbeOrder] {
    var reader = MessageReader(message)
    var orders: [ProbeOrder] = []
    while !reader.isAtEnd { orders.append(try ProbeOrder(from: &reader)) }
    return orders
  }
}

extension FlightReport {
  /// Reports as messages.
  static func messages(of reports: [FlightReport]) -> [[UInt8]] {
    WorkerMessage.pack(reports) { $0.write(to: &$1) }
  }

  /// Reads the reports of a message.
  static func reports(in message: ArraySlice<UInt8>) throws(MessageError) -> [FlightReport] {
    var reader = MessageReader(message)
    var reports: [FlightReport] = []
    while !reader.isAtEnd { reports.append(try FlightReport(from: &reader)) }
    return reports
  }
}

extension ProbeOrder {
  fileprivate func write(to writer: inout MessageWriter) {
    writer.put(flight.mount)
    writer.put(flight.sequence)
    writer.put(path.description)
    switch probe.target {
    case .canary(let canary): writer.put(canary.description as String?)
    case .directory: writer.put(nil as String?)
    }
    writer.put(UInt32(clamping: probe.maximumBytes))
    writer.put(probe.expectation)
    writer.put(UInt32(clamping: probe.minimumEntries))
    writer.put(probe.minimumFreeBytes)
    writer.put(probe.minimumFreePercent.bitPattern)
    writer.put(UInt8(probe.writes ? 1 : 0))
    probe.wishes.write(to: &writer)
  }

  fileprivate init(from reader: inout MessageReader) throws(MessageError) {
    flight = Flight(mount: try reader.take(UInt32.self), sequence: try reader.take(UInt32.self))
    guard let path = try? MountPath(try reader.takeText()) else { throw .malformed }
    self.path = path
    probe = Probe(.directory)
    if let canary = try reader.takeOptionalText() {
      guard let canaryPath = try? CanaryPath(canary) else { throw .malformed }
      probe.target = .canary(canaryPath)
    }
    probe.maximumBytes = Int(try reader.take(UInt32.self))
    probe.expectation = try reader.takeOptionalText()
    probe.minimumEntries = Int(try reader.take(UInt32.self))
    probe.minimumFreeBytes = try reader.take(UInt64.self)
    probe.minimumFreePercent = Double(bitPattern: try reader.take(UInt64.self))
    probe.writes = try reader.take(UInt8.self) != 0
    probe.wishes = try ProbeWishes(from: &reader)
  }
}

extension FlightReport {
  fileprivate func write(to writer: inout MessageWriter) {
    writer.put(flight.mount)
    writer.put(flight.sequence)
    writer.put(report.latency.clampedNanoseconds)
    writer.put(report.sighting?.path)
    if let sighting = report.sighting { writer.put(sighting.mountID) }
    report.finding.write(to: &writer)
    writer.put(UInt8(report.details == nil ? 0 : 1))
    report.details?.write(to: &writer)
  }

  fileprivate init(from reader: inout MessageReader) throws(MessageError) {
    flight = Flight(mount: try reader.take(UInt32.self), sequence: try reader.take(UInt32.self))
    let latency = Duration.nanoseconds(try reader.take(Int64.self))
    var sighting: MountSighting?
    if let path = try reader.takeOptionalText() {
      sighting = MountSighting(path: path, mountID: try reader.take(UInt64.self))
    }
    report = ProbeReport(
      finding: try ProbeFinding(from: &reader), sighting: sighting, latency: latency)
    switch try reader.take(UInt8.self) {
    case 0: break
    case 1: report.details = try ProbeDetails(from: &reader)
    default: throw .malformed
    }
  }
}
