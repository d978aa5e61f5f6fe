import Testing

@testable import MountHealthCore

/// The payload of a frame, as the other end cuts it out of the stream.
private func payload(_ frame: [UInt8]) throws -> ArraySlice<UInt8> {
  var buffer = FrameBuffer()
  buffer.append(frame)
  let payload = try #require(try buffer.next())
  #expect(try buffer.next() == nil)
  return payload
}

@Suite struct `A request to a worker` {
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
    ]
  }()

  @Test(arguments: probes)
  func `comes through whole`(probe: Probe) throws {
    let flight = Flight(mount: .max, sequence: 0x1234_5678)
    let order = ProbeOrder(flight: flight, path: try MountPath("/mnt/a é"), probe: probe)
    let request = WorkerRequest.order(order)
    #expect(try WorkerRequest(frame: payload(request.frame)) == request)
  }

  @Test func `comes through with the longest paths and expectation`() throws {
    let order = ProbeOrder(
      flight: Flight(mount: 0, sequence: 0),
      path: try MountPath("/" + String(repeating: "p", count: MountPath.maximumLength - 1)),
      probe: Probe(
        .canary(try CanaryPath(String(repeating: "c", count: MountPath.maximumLength - 1))),
        expectation: String(repeating: "é", count: 2048)))
    let request = WorkerRequest.order(order)
    #expect(try WorkerRequest(frame: payload(request.frame)) == request)
  }

  @Test(arguments: [0, 1, UInt32.max])
  func `may be a ping`(number: UInt32) throws {
    #expect(try WorkerRequest(frame: payload(WorkerRequest.ping(number).frame)) == .ping(number))
  }

  @Test func `with a path or canary that leads out is refused`() throws {
    var writer = FrameWriter(1)
    for _ in 0..<2 { writer.put(UInt32(1)) }
    writer.put("/mnt/../etc")
    writer.put(nil as String?)
    #expect(throws: FrameError.malformed) { try WorkerRequest(frame: payload(writer.finish())) }
    writer = FrameWriter(1)
    for _ in 0..<2 { writer.put(UInt32(1)) }
    writer.put("/mnt")
    writer.put("../etc" as String?)
    #expect(throws: FrameError.malformed) { try WorkerRequest(frame: payload(writer.finish())) }
  }

  @Test func `of an unknown kind is refused`() {
    #expect(throws: FrameError.malformed) { try WorkerRequest(frame: [3, 0, 0]) }
    #expect(throws: FrameError.malformed) { try WorkerAnswer(frame: [0]) }
    #expect(throws: FrameError.truncated) { try WorkerRequest(frame: []) }
  }
}

@Suite struct `An answer of a worker` {
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
      let answer = WorkerAnswer.report(flight, report)
      #expect(try WorkerAnswer(frame: payload(answer.frame)) == answer)
    }
  }

  @Test func `may be a pong`() throws {
    #expect(try WorkerAnswer(frame: payload(WorkerAnswer.pong(9).frame)) == .pong(9))
  }

  @Test func `keeps the nanoseconds of a latency and no more`() throws {
    let report = ProbeReport(
      finding: .escapes, latency: .nanoseconds(5) + Duration(attoseconds: 7))
    let answer = WorkerAnswer.report(Flight(mount: 0, sequence: 0), report)
    guard case .report(_, let read) = try WorkerAnswer(frame: payload(answer.frame)) else {
      Issue.record("no report")
      return
    }
    #expect(read.latency == .nanoseconds(5))
  }

  @Test func `has its texts cut, and is still understood`() throws {
    let long = String(repeating: "é", count: 20_000)
    let report = ProbeReport(finding: .unable(long))
    let answer = WorkerAnswer.report(Flight(mount: 0, sequence: 0), report)
    #expect(try WorkerAnswer(frame: payload(answer.frame)) == answer)
  }
}

@Suite struct `A stream of frames` {
  private static let answers: [WorkerAnswer] =
    `An answer of a worker`.findings.enumerated().map { index, finding in
      .report(
        Flight(mount: UInt32(index), sequence: 1),
        ProbeReport(
          finding: finding,
          sighting: index % 2 == 0 ? nil : MountSighting(path: "/mnt/\(index)", mountID: 3)))
    } + [.pong(1)]

  private static let stream = answers.flatMap(\.frame)

  @Test(arguments: [1, 2, 3, 7, 4096])
  func `may come in pieces of any size`(size: Int) throws {
    var buffer = FrameBuffer()
    var read: [WorkerAnswer] = []
    var rest = Self.stream[...]
    while !rest.isEmpty {
      buffer.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let frame = try buffer.next() { read.append(try WorkerAnswer(frame: frame)) }
    }
    #expect(read == Self.answers)
  }

  @Test func `waits for the end of a frame`() throws {
    let frame = WorkerAnswer.pong(1).frame
    var buffer = FrameBuffer()
    buffer.append(frame.dropLast())
    #expect(try buffer.next() == nil)
    buffer.append(frame.suffix(1))
    #expect(try buffer.next() != nil)
  }

  @Test func `is refused where a frame is empty or too long`() {
    var empty = FrameBuffer()
    empty.append([0, 0, 0, 0])
    #expect(throws: FrameError.malformed) { try empty.next() }
    for length in [FrameBuffer.maximumLength + 1, Int(UInt32.max)] {
      var long = FrameBuffer()
      withUnsafeBytes(of: UInt32(length).littleEndian) { long.append($0) }
      #expect(throws: FrameError.oversized) { try long.next() }
    }
    var longest = FrameBuffer()
    withUnsafeBytes(of: UInt32(FrameBuffer.maximumLength).littleEndian) { longest.append($0) }
    #expect(throws: Never.self) { try longest.next() }
  }

  @Test(arguments: answers)
  func `is refused where a frame is cut or has something left over`(answer: WorkerAnswer) {
    let frame = answer.frame.dropFirst(4)
    for count in 0..<frame.count {
      #expect(throws: FrameError.self) { try WorkerAnswer(frame: frame.prefix(count)) }
    }
    #expect(throws: FrameError.malformed) { try WorkerAnswer(frame: frame + [0]) }
  }

  /// Whatever comes through the pipe, it is read or refused; both ends stay alive.
  @Test(arguments: 0..<8) func `survives any change`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let request = WorkerRequest.order(
      ProbeOrder(
        flight: Flight(mount: 1, sequence: 2), path: try MountPath("/mnt/a"),
        probe: Probe(.canary(try CanaryPath("c")), expectation: "x")))
    let good = Self.stream + request.frame
    for _ in 0..<300 {
      var bytes = good
      for _ in 0...Int.random(in: 0..<6, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = .random(in: .min ... .max, using: &generator)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.insert(.random(in: .min ... .max, using: &generator), at: index)
        default: bytes.removeLast(min(bytes.count - 1, index))
        }
      }
      var buffer = FrameBuffer()
      buffer.append(bytes)
      do {
        while let frame = try buffer.next() {
          // What is read is written as it came, but for bytes that are not UTF-8.
          if let answer = try? WorkerAnswer(frame: frame) {
            let again = try WorkerAnswer(frame: payload(answer.frame))
            #expect(again == answer, "seed \(seed)")
          }
          if let request = try? WorkerRequest(frame: frame), case .ping = request {
            #expect(Array(request.frame.dropFirst(4)) == Array(frame), "seed \(seed)")
          }
        }
      } catch let error as FrameError {
        #expect(error != .truncated, "seed \(seed)")
      }
    }
  }
}
