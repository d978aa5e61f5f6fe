import Foundation
import Testing

@testable import mountmon

/// A pipe whose reader reads when it is told to.
private final class SlowPipe {
  let reader: Int32
  let writer: Int32

  init(isNonBlocking: Bool = false) throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    (reader, writer) = (ends[0], ends[1])
    if isNonBlocking { try #require(fcntl(writer, F_SETFL, O_NONBLOCK) == 0) }
  }

  /// Whether something could be written to it now.
  var hasRoom: Bool {
    var entry = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  /// Reads lines until one contains `last`.
  func readLines(until last: String) -> [String] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while !String(decoding: bytes.suffix(200), as: UTF8.self).contains(last) || bytes.last != 10 {
      let count = read(reader, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  init(reader: Int32, writer: Int32) {
    self.reader = reader
    self.writer = writer
  }

  func closeReader() { close(reader) }
}

private func notice(_ dropped: Int) -> [UInt8] { Array("dropped \(dropped)\n".utf8) }

private func makeWriter(_ pipe: SlowPipe, capacity: LogQueue.Capacity = .standard) -> LogWriter {
  LogWriter(descriptor: pipe.writer, capacity: capacity, notice: notice)
}

@Suite(.timeLimit(.minutes(1))) struct `The writer of the log` {
  @Test(arguments: [false, true])
  func `writes every line in its order`(_ isNonBlocking: Bool) throws {
    let pipe = try SlowPipe(isNonBlocking: isNonBlocking)
    let writer = makeWriter(pipe)
    // More than a pipe holds, so that a non-blocking one says EAGAIN; less than the queue holds.
    for number in 0..<10_000 { writer.write(Array("line \(number)\n".utf8)) }
    #expect(pipe.readLines(until: "line 9999") == (0..<10_000).map { "line \($0)" })
    #expect(writer.flush(within: .seconds(10)))
    pipe.closeReader()
  }

  @Test(arguments: [false, true])
  func `never waits for a reader that is stuck, and counts what it drops`(_ isNonBlocking: Bool)
    throws
  {
    let pipe = try SlowPipe(isNonBlocking: isNonBlocking)
    let writer = makeWriter(pipe)
    let total = 100_000
    let line = String(repeating: "x", count: 60)
    let clock = ContinuousClock()
    let writing = clock.measure {
      for number in 0..<total { writer.write(Array("\(number) \(line)\n".utf8)) }
    }
    #expect(writing < .seconds(10))
    #expect(writer.dropped > total / 2)

    let flushing = clock.measure { #expect(!writer.flush(within: .milliseconds(200))) }
    #expect(flushing >= .milliseconds(200))
    #expect(flushing < .seconds(5))

    // The reader comes back: what was kept comes in order, then the count, and no line is missing
    // in the sum. The flush above has told the count already.
    let kept = pipe.readLines(until: "dropped")
    let numbers = kept.dropLast().compactMap { Int($0.prefix { $0 != " " }) }
    let dropped = try #require(kept.last.flatMap { Int($0.dropFirst("dropped ".count)) })
    #expect(numbers == numbers.sorted())
    #expect(numbers.count + dropped == total)
    #expect(writer.flush(within: .seconds(10)))
    #expect(writer.dropped == 0)
    pipe.closeReader()
  }

  @Test func `tells of dropped lines before the next that gets through`() throws {
    let pipe = try SlowPipe()
    let writer = makeWriter(pipe, capacity: .init(bytes: 20, lines: 10))
    writer.write(Array("0123456789012345678901234\n".utf8))
    writer.write(Array("a\n".utf8))
    #expect(pipe.readLines(until: "a") == ["dropped 1", "a"])
    pipe.closeReader()
  }

  @Test func `loses lines and nothing else when its reader is gone`() throws {
    let pipe = try SlowPipe()
    pipe.closeReader()
    let writer = makeWriter(pipe)
    for _ in 0..<10 {
      writer.write(Array("into the void\n".utf8))
      #expect(writer.flush(within: .seconds(10)))
    }
    #expect(writer.dropped == 10)
  }

  @Test func `begins a new line after one that was torn`() throws {
    let name = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try #require(mkfifo(name, 0o600) == 0)
    defer { unlink(name) }
    let first = SlowPipe(reader: open(name, O_RDONLY | O_NONBLOCK), writer: open(name, O_WRONLY))
    let writer = makeWriter(first)
    // Longer than any pipe: it is full in the middle of this line. Then its reader goes and another
    // comes.
    let line = String(repeating: "x", count: 1 << 18)
    writer.write(Array("\(line)\n".utf8))
    for _ in 0..<1000 where first.hasRoom { usleep(10_000) }
    #expect(!writer.flush(within: .milliseconds(300)))
    first.closeReader()
    #expect(writer.flush(within: .seconds(10)))
    let second = SlowPipe(reader: open(name, O_RDONLY), writer: first.writer)
    writer.write(Array("end\n".utf8))
    let lines = second.readLines(until: "end")
    #expect(lines.last == "end")
    let dropped = try #require(lines.dropLast().last.flatMap { Int($0.dropFirst(8)) })
    let torn = try #require(lines.dropLast(2).last)
    #expect(!torn.isEmpty && torn.count < line.count)
    #expect(dropped == 1)
    second.closeReader()
  }

  @Test func `survives a descriptor that is closed`() {
    let writer = LogWriter(descriptor: -1, notice: notice)
    writer.write(Array("nowhere\n".utf8))
    #expect(writer.flush(within: .seconds(10)))
    #expect(writer.dropped == 1)
  }

  @Test func `has nothing to flush before its first line`() {
    #expect(LogWriter(descriptor: -1, notice: notice).flush(within: .zero))
  }

  @Test func `takes lines from many at once and tears none`() async throws {
    let pipe = try SlowPipe()
    let writer = makeWriter(pipe)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<500 { writer.write(Array("\(task) \(number)\n".utf8)) }
        }
      }
    }
    writer.write(Array("end\n".utf8))
    let lines = pipe.readLines(until: "end").dropLast()
    #expect(lines.count == 4000)
    for task in 0..<8 {
      #expect(
        lines.filter { $0.hasPrefix("\(task) ") } == (0..<500).map { "\(task) \($0)" })
    }
    pipe.closeReader()
  }

  @Test func `writes what it has when it is let go`() throws {
    let pipe = try SlowPipe()
    do {
      let writer = makeWriter(pipe)
      for number in 0..<100 { writer.write(Array("line \(number)\n".utf8)) }
    }
    #expect(pipe.readLines(until: "line 99").count == 100)
    pipe.closeReader()
  }

  @Test func `is what the live log writes to`() throws {
    let pipe = try SlowPipe()
    let (log, writer) = Log.live(
      level: .info, format: .sample(.json), descriptor: pipe.writer,
      capacity: .init(bytes: 200, lines: 10))
    log.info(String(repeating: "x", count: 200))
    log.warn("mount unhealthy", ["mount": "/mnt/debrid"])
    #expect(writer.flush(within: .seconds(10)))
    let lines = pipe.readLines(until: "debrid")
    #expect(lines.count == 2)
    #expect(lines.first?.contains(#""level":"WARN","msg":"log lines dropped","count":1}"#) == true)
    #expect(lines.last?.contains(#""msg":"mount unhealthy","mount":"/mnt/debrid"}"#) == true)
    pipe.closeReader()
  }
}
