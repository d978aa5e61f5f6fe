/// What a monitor sends to its probe worker.
enum WorkerRequest: Hashable, Sendable {
  /// Probe, and report.
  case order(ProbeOrder)
  /// Show that you are alive.
  case ping(UInt32)
}

/// What a probe worker sends back.
enum WorkerAnswer: Hashable, Sendable {
  /// What a probe saw.
  case report(Flight, ProbeReport)
  /// Alive: the answer to the ping with this number.
  case pong(UInt32)
}

extension WorkerRequest {
  /// The request as a frame.
  var frame: [UInt8] {
    switch self {
    case .order(let order):
      var writer = FrameWriter(1)
      writer.put(order.flight.mount)
      writer.put(order.flight.sequence)
      writer.put(order.path.description)
      switch order.probe.target {
      case .canary(let canary): writer.put(canary.description as String?)
      case .directory: writer.put(nil as String?)
      }
      writer.put(UInt32(clamping: order.probe.maximumBytes))
      writer.put(order.probe.expectation)
      writer.put(UInt32(clamping: order.probe.minimumEntries))
      writer.put(order.probe.minimumFreeBytes)
      writer.put(order.probe.minimumFreePercent.bitPattern)
      writer.put(UInt8(order.probe.writes ? 1 : 0))
      return writer.finish()
    case .ping(let number):
      var writer = FrameWriter(2)
      writer.put(number)
      return writer.finish()
    }
  }

  /// Reads a frame, kind and payload.
  init(frame: ArraySlice<UInt8>) throws(FrameError) {
    var reader = FrameReader(frame)
    switch try reader.take(UInt8.self) {
    case 1:
      let flight = Flight(
        mount: try reader.take(UInt32.self), sequence: try reader.take(UInt32.self))
      let path = try reader.takeText()
      let canary = try reader.takeOptionalText()
      guard let mountPath = try? MountPath(path) else { throw .malformed }
      var probe = Probe(.directory)
      if let canary {
        guard let canaryPath = try? CanaryPath(canary) else { throw .malformed }
        probe.target = .canary(canaryPath)
      }
      probe.maximumBytes = Int(try reader.take(UInt32.self))
      probe.expectation = try reader.takeOptionalText()
      probe.minimumEntries = Int(try reader.take(UInt32.self))
      probe.minimumFreeBytes = try reader.take(UInt64.self)
      probe.minimumFreePercent = Double(bitPattern: try reader.take(UInt64.self))
      probe.writes = try reader.take(UInt8.self) != 0
      self = .order(ProbeOrder(flight: flight, path: mountPath, probe: probe))
    case 2:
      self = .ping(try reader.take(UInt32.self))
    default:
      throw .malformed
    }
    try reader.finish()
  }
}

extension WorkerAnswer {
  /// The answer as a frame.
  var frame: [UInt8] {
    switch self {
    case .report(let flight, let report):
      var writer = FrameWriter(1)
      writer.put(flight.mount)
      writer.put(flight.sequence)
      writer.put(report.latency.clampedNanoseconds)
      writer.put(report.sighting?.path)
      if let sighting = report.sighting { writer.put(sighting.mountID) }
      report.finding.write(to: &writer)
      return writer.finish()
    case .pong(let number):
      var writer = FrameWriter(2)
      writer.put(number)
      return writer.finish()
    }
  }

  /// Reads a frame, kind and payload.
  init(frame: ArraySlice<UInt8>) throws(FrameError) {
    var reader = FrameReader(frame)
    switch try reader.take(UInt8.self) {
    case 1:
      let flight = Flight(
        mount: try reader.take(UInt32.self), sequence: try reader.take(UInt32.self))
      let latency = Duration.nanoseconds(try reader.take(Int64.self))
      var sighting: MountSighting?
      if let path = try reader.takeOptionalText() {
        sighting = MountSighting(path: path, mountID: try reader.take(UInt64.self))
      }
      let finding = try ProbeFinding(from: &reader)
      self = .report(
        flight, ProbeReport(finding: finding, sighting: sighting, latency: latency))
    case 2:
      self = .pong(try reader.take(UInt32.self))
    default:
      throw .malformed
    }
    try reader.finish()
  }
}

extension ProbeFinding {
  fileprivate func write(to writer: inout FrameWriter) {
    switch self {
    case .seen(let bytes):
      writer.put(UInt8(1))
      writer.put(UInt64(clamping: bytes))
    case .failed(let step, let error):
      writer.put(UInt8(2))
      writer.put(step.rawValue)
      writer.put(error.rawValue)
    case .wrongKind(let kind):
      writer.put(UInt8(3))
      writer.put(kind.rawValue)
    case .escapes:
      writer.put(UInt8(4))
    case .short(let read, let size):
      writer.put(UInt8(5))
      writer.put(UInt64(clamping: read))
      writer.put(size)
    case .unexpected(let text):
      writer.put(UInt8(6))
      writer.put(text)
    case .fewEntries(let count):
      writer.put(UInt8(7))
      writer.put(UInt64(clamping: count))
    case .lowSpace(let free, let total):
      writer.put(UInt8(8))
      writer.put(free)
      writer.put(total)
    case .unable(let reason):
      writer.put(UInt8(9))
      writer.put(reason)
    }
  }

  fileprivate init(from reader: inout FrameReader) throws(FrameError) {
    switch try reader.take(UInt8.self) {
    case 1:
      self = .seen(bytes: Int(clamping: try reader.take(UInt64.self)))
    case 2:
      guard let step = ProbeStep(rawValue: try reader.take(UInt8.self)) else { throw .malformed }
      self = .failed(step, ErrorNumber(rawValue: try reader.take(Int32.self)))
    case 3:
      guard let kind = FileKind(rawValue: try reader.take(UInt8.self)) else { throw .malformed }
      self = .wrongKind(kind)
    case 4:
      self = .escapes
    case 5:
      let read = Int(clamping: try reader.take(UInt64.self))
      self = .short(read: read, size: try reader.take(UInt64.self))
    case 6:
      self = .unexpected(try reader.takeText())
    case 7:
      self = .fewEntries(Int(clamping: try reader.take(UInt64.self)))
    case 8:
      let free = try reader.take(UInt64.self)
      self = .lowSpace(free: free, total: try reader.take(UInt64.self))
    case 9:
      self = .unable(try reader.takeText())
    default:
      throw .malformed
    }
  }
}
