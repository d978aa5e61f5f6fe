import Pacing
import Testing

@testable import MountHealthCore

/// The one message that these orders make.
private func message(of order: ProbeOrder) throws -> ArraySlice<UInt8> {
  let messages = ProbeOrder.messages(of: [order])
  return try #require(messages.count == 1 ? messages.first : nil)[...]
}

/// The one message that this report makes.
private func message(of report: FlightReport) throws -> ArraySlice<UInt8> {
  let messages = FlightReport.messages(of: [report])
  return try #require(messages.count == 1 ? messages.first : nil)[...]
}

@Suite struct `An order to a worker` {
  static let probes: [Probe] = {
    guard let canary = try? CanaryPath("sub/.health é") else { return [] }
    return [
      Probe(.directory),
      Probe(.canary(canary)),
      Probe(.canary(canary), maximumBytes: 1, expectation: ""),
      Probe(.canary(canary), maximumBytes: 1 << 20, expectation: "日本\n\0x"),
      Probe(.directory, minimumEntries: 100_000),
      Probe(.directory, minimumFreeBytes: .max, minimumFreePercent: 99.5),
      Probe(.directory, writes: true),
      Probe(.directory, wishes: ProbeWishes(space: true)),
      Probe(
        .canary(canary),
        wishes: ProbeWishes(
          space: true, seal: true, attribute: FileAttribute("user.mergerfs.branches é", of: canary))
      ),
    ]
  }()

  @Test(arguments: probes)
  func `comes through whole`(probe: Probe) throws {
    let flight = Flight(mount: .max, sequence: 0x1234_5678)
    let order = ProbeOrder(flight: flight, path: try MountPath("/mnt/a é"), probe: probe)
    #expect(try ProbeOrder.orders(in: message(of: order)) == [order])
  }

  @Test func `comes through with the longest paths and expectation`() throws {
    let order = ProbeOrder(
      flight: Flight(mount: 0, sequence: 0),
      path: try MountPath("/" + String(repeating: "p", count: MountPath.maximumLength - 1)),
      probe: Probe(
        .canary(try CanaryPath(String(repeating: "c", count: MountPath.maximumLength - 1))),
        expectation: String(repeating: "é", count: 2048)))
    #expect(try ProbeOrder.orders(in: message(of: order)) == [order])
  }

  @Test func `comes through with all of that and the longest wish`() throws {
    let longest = try CanaryPath(String(repeating: "c", count: MountPath.maximumLength - 1))
    let wish = FileAttribute(String(repeating: "n", count: 255), of: longest)
    #expect(wish != nil)
    let order = ProbeOrder(
      flight: Flight(mount: 0, sequence: 0),
      path: try MountPath("/" + String(repeating: "p", count: MountPath.maximumLength - 1)),
      probe: Probe(
        .canary(longest), expectation: String(repeating: "é", count: 2048),
        wishes: ProbeWishes(attribute: wish)))
    let messages = ProbeOrder.messages(of: Array(repeating: order, count: 5))
    #expect(messages.allSatisfy { $0.count <= WorkerMessage.maximumLength })
    #expect(try messages.flatMap { try ProbeOrder.orders(in: $0[...]) }.count == 5)
  }

  @Test func `with a wish that leads out is refused`() throws {
    var writer = MessageWriter()
    ProbeWishes.none.write(to: &writer)
    #expect(writer.bytes == [0])
    for (bits, file, name) in [(4, "../etc", "user.x"), (4, "a", ""), (8, "a", "user.x")] {
      writer = MessageWriter()
      writer.put(UInt8(bits))
      writer.put(file)
      writer.put(name)
      var reader = MessageReader(writer.bytes[...])
      #expect(throws: MessageError.malformed) { try ProbeWishes(from: &reader) }
    }
  }

  @Test func `with a path or canary that leads out is refused`() throws {
    var writer = MessageWriter()
    for _ in 0..<2 { writer.put(UInt32(1)) }
    writer.put("/mnt/../etc")
    writer.put(nil as String?)
    #expect(throws: MessageError.malformed) { try ProbeOrder.orders(in: writer.bytes[...]) }
    writer = MessageWriter()
    for _ in 0..<2 { writer.put(UInt32(1)) }
    writer.put("/mnt")
    writer.put("../etc" as String?)
    #expect(throws: MessageError.malformed) { try ProbeOrder.orders(in: writer.bytes[...]) }
  }

  @Test func `shares messages with others, each of them short enough for a packet`() throws {
    let orders = try (0..<1000).map { index in
      ProbeOrder(
        flight: Flight(mount: UInt32(index), sequence: 1),
        path: try MountPath("/" + String(repeating: "p", count: index * 4)),
        probe: Probe(.directory))
    }
    let messages = ProbeOrder.messages(of: orders)
    #expect(messages.count < 200)
    #expect(messages.allSatisfy { $0.count <= WorkerMessage.maximumLength })
    #expect(try messages.flatMap { try ProbeOrder.orders(in: $0[...]) } == orders)
  }
}

@Suite struct `A report of a worker` {
  static let findings: [ProbeFinding] =
    [
      .seen(bytes: 0), .seen(bytes: .max), .escapes, .short(read: 3, size: .max),
      .unexpected("no\n\0é"), .unexpected(""), .fewEntries(0), .fewEntries(7),
      .lowSpace(free: 0, total: .max), .unable("no thread: é"),
    ] + FileKind.allCases.map { .wrongKind($0) }
    + ProbeStep.allCases.map { .failed($0, .notConnected) }
    + [.failed(.read, ErrorNumber(rawValue: .min))]

  @Test(arguments: findings)
  func `comes through whole`(finding: ProbeFinding) throws {
    let flight = Flight(mount: 7, sequence: .max)
    for sighting in [nil, MountSighting(path: "/mnt/é", mountID: .max)] {
      let report = ProbeReport(
        finding: finding, sighting: sighting, latency: .nanoseconds(1_234_567_890_123))
      let flown = FlightReport(flight, report)
      #expect(try FlightReport.reports(in: message(of: flown)) == [flown])
    }
  }

  static let details: [ProbeDetails] = [
    ProbeDetails(), ProbeDetails(isSealed: false), ProbeDetails(isSealed: true),
    ProbeDetails(space: MountSpace(free: 0, total: .max)),
    ProbeDetails(attribute: .value([])),
    ProbeDetails(
      space: MountSpace(free: 1, total: 2), isSealed: true,
      attribute: .value(Array(repeating: 0xFF, count: FileAttribute.maximumLength))),
    ProbeDetails(attribute: .unreadable(ErrorNumber(rawValue: 61))),
  ]

  @Test(arguments: details)
  func `brings details`(details: ProbeDetails) throws {
    let flown = FlightReport(
      Flight(mount: 1, sequence: 2), ProbeReport(finding: .seen(bytes: 3), details: details))
    let whole = try message(of: flown)
    #expect(try FlightReport.reports(in: whole) == [flown])
    for count in 1..<min(whole.count, 60) {
      #expect(throws: MessageError.self) { try FlightReport.reports(in: whole.prefix(count)) }
    }
  }

  /// The worker's socket has room for one message of them at a time, and no more.
  @Test func `fits into a message with the longest of everything, beside others`() throws {
    let long = FlightReport(
      Flight(mount: 0, sequence: 0),
      ProbeReport(
        finding: .unexpected(String(repeating: "é", count: 2048)),
        sighting: MountSighting(path: "/" + String(repeating: "p", count: 4094), mountID: 1),
        details: ProbeDetails(
          space: MountSpace(free: 1, total: 2), isSealed: true,
          attribute: .value(Array(repeating: 7, count: FileAttribute.maximumLength)))))
    let short = FlightReport(Flight(mount: 1, sequence: 0), ProbeReport(finding: .escapes))
    let reports = (0..<40).flatMap { _ in Array(repeating: short, count: 50) + [long] }
    let messages = FlightReport.messages(of: reports)
    #expect(messages.allSatisfy { $0.count <= WorkerMessage.maximumLength })
    #expect(try messages.flatMap { try FlightReport.reports(in: $0[...]) } == reports)
  }

  @Test func `is refused with an attribute that is too long`() {
    var writer = MessageWriter()
    writer.put(UInt8(0))
    writer.put(UInt8(0))
    writer.put(UInt8(1))
    writer.put([UInt8](repeating: 0, count: FileAttribute.maximumLength + 1)[...])
    var reader = MessageReader(writer.bytes[...])
    #expect(throws: MessageError.malformed) { try ProbeDetails(from: &reader) }
  }

  @Test func `keeps the nanoseconds of a latency and no more`() throws {
    let report = ProbeReport(
      finding: .escapes, latency: .nanoseconds(5) + Duration(attoseconds: 7))
    let flown = FlightReport(Flight(mount: 0, sequence: 0), report)
    let read = try FlightReport.reports(in: message(of: flown))
    #expect(read.map(\.report.latency) == [.nanoseconds(5)])
  }

  @Test func `has its texts cut, and is still understood`() throws {
    let long = String(repeating: "é", count: 20_000)
    let flown = FlightReport(
      Flight(mount: 0, sequence: 0), ProbeReport(finding: .unable(long)))
    let read = try FlightReport.reports(in: message(of: flown))
    #expect(read.map(\.report.finding) == [.unable(String(repeating: "é", count: 2048))])
  }
}

@Suite struct `A message` {
  private static let reports = `A report of a worker`.findings.enumerated().map { index, finding in
    FlightReport(
      Flight(mount: UInt32(index), sequence: 1),
      ProbeReport(
        finding: finding,
        sighting: index % 2 == 0 ? nil : MountSighting(path: "/mnt/\(index)", mountID: 3),
        details: index % 3 == 0
          ? nil : ProbeDetails(isSealed: true, attribute: .value(Array("/a=RW".utf8)))))
  }

  @Test(arguments: reports)
  func `is refused where it is cut or has something left over`(report: FlightReport) throws {
    let whole = try message(of: report)
    for count in 1..<whole.count {
      #expect(throws: MessageError.self) { try FlightReport.reports(in: whole.prefix(count)) }
    }
    #expect(throws: MessageError.self) { try FlightReport.reports(in: whole + [0]) }
  }

  @Test func `may hold nothing`() throws {
    #expect(try FlightReport.reports(in: []).isEmpty)
    #expect(try ProbeOrder.orders(in: []).isEmpty)
  }

  /// Whatever comes through the socket, it is read or refused; both ends stay alive.
  @Test(arguments: 0..<8) func `survives any change`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let order = ProbeOrder(
      flight: Flight(mount: 1, sequence: 2), path: try MountPath("/mnt/a"),
      probe: Probe(
        .canary(try CanaryPath("c")), expectation: "x",
        wishes: ProbeWishes(attribute: FileAttribute("user.x", of: try CanaryPath("f")))))
    let goods = FlightReport.messages(of: Self.reports) + ProbeOrder.messages(of: [order, order])
    for _ in 0..<300 {
      for good in goods {
        let bytes = good.changed(using: &generator)
        // What is read is written as it came, but for bytes that are not UTF-8.
        if let reports = try? FlightReport.reports(in: bytes[...]) {
          let again = FlightReport.messages(of: reports)
          #expect(try again.flatMap { try FlightReport.reports(in: $0[...]) } == reports)
        }
        if let orders = try? ProbeOrder.orders(in: bytes[...]) {
          let again = ProbeOrder.messages(of: orders)
          #expect(try again.flatMap { try ProbeOrder.orders(in: $0[...]) }.count == orders.count)
        }
      }
    }
  }
}

extension [UInt8] {
  /// With a few bytes changed, added or cut off.
  fileprivate func changed(using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = self
    for _ in 0...Int.random(in: 0..<6, using: &generator) where !bytes.isEmpty {
      let index = Int.random(in: bytes.indices, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes[index] = .random(in: .min ... .max, using: &generator)
      case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.insert(.random(in: .min ... .max, using: &generator), at: index)
      default: bytes.removeLast(Swift.min(bytes.count - 1, index))
      }
    }
    return bytes
  }
}
