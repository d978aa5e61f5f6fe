import Foundation
import Glibc
import Pacing
import StackDrain
import Testing

@testable import mountmon

@Suite struct `What is said to systemd` {
  private func turned(
    _ words: String, isJudged: Bool = true, isBusy: Bool = false
  ) -> ServiceNotices.Event {
    .turned(.init(isJudged: isJudged, words: words, isBusy: isBusy))
  }

  private func second(_ second: Double) -> Tick { .zero + .seconds(second) }

  @Test func `is that it is ready once the pool was judged, and news after that`() {
    var notices = ServiceNotices(watchdog: nil)
    #expect(notices.handle(turned("not yet", isJudged: false), at: .zero) == ["STATUS=not yet"])
    #expect(notices.handle(turned("well"), at: second(1)) == ["READY=1\nSTATUS=well"])
    #expect(notices.handle(turned("well"), at: second(2)) == [])
    #expect(notices.handle(turned("a\nb"), at: second(3)) == ["STATUS=a?b"])
    #expect(notices.alarm == nil)
  }

  @Test func `is a sign of life in half the time that it has`() {
    var notices = ServiceNotices(watchdog: .seconds(30))
    #expect(notices.handle(turned("well"), at: .zero) == ["READY=1\nSTATUS=well\nWATCHDOG=1"])
    #expect(notices.alarm == second(15))
    #expect(notices.handle(turned("well"), at: second(14.9)) == [])
    #expect(notices.handle(turned("well"), at: second(15)) == ["WATCHDOG=1"])
  }

  @Test func `asks for time while a plan is carried out`() {
    var notices = ServiceNotices(watchdog: nil)
    _ = notices.handle(turned("well"), at: .zero)
    #expect(
      notices.handle(turned("well", isBusy: true), at: .zero)
        == ["EXTEND_TIMEOUT_USEC=30000000"])
    #expect(notices.handle(turned("well", isBusy: true), at: second(14)) == [])
    #expect(notices.alarm == second(15))
    #expect(
      notices.handle(turned("well", isBusy: true), at: second(15))
        == ["EXTEND_TIMEOUT_USEC=30000000"])
    #expect(notices.handle(turned("well"), at: second(16)) == [])
    #expect(notices.alarm == nil)
  }

  @Test func `tells of a reload and of the end`() {
    var notices = ServiceNotices(watchdog: nil)
    #expect(notices.handle(.reloaded, at: .zero) == [])
    _ = notices.handle(turned("well"), at: .zero)
    #expect(notices.handle(.reloading, at: second(2)) == ["RELOADING=1\nMONOTONIC_USEC=2000000"])
    #expect(notices.handle(.reloaded, at: second(2)) == ["READY=1"])
    #expect(notices.handle(.stopping, at: second(3)) == ["STOPPING=1\nSTATUS=ending"])
  }

  @Test func `comes of the monitor's turns`() {
    var tale = PoolTale(watchdog: .seconds(20))
    #expect(tale.messages.first == "STATUS=the pool was not looked at yet\nWATCHDOG=1")
    tale.pool(.well, for: 60)
    let text = tale.messages.joined(separator: "\n")
    #expect(text.contains("READY=1\nSTATUS=pool healthy, 1 of 2 drives usable, stack none"))
    #expect(tale.messages.filter { $0.contains("WATCHDOG=1") }.count >= 6)
    tale.messages = []
    tale.stack.mute = ["plex"]
    tale.pool(.gone, for: 40)
    #expect(tale.messages.contains { $0.contains("EXTEND_TIMEOUT_USEC=30000000") })
    #expect(tale.messages.contains { $0.contains("drain: fence") })
  }
}

@Suite(.timeLimit(.minutes(1))) struct `The way to systemd` {
  /// A datagram socket as systemd has one.
  private final class Listener {
    let descriptor: Int32
    let path: String

    init(_ path: String) throws {
      self.path = path
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { bytes in
        for (index, byte) in path.utf8.enumerated() { bytes[index] = byte }
        if path.hasPrefix("@") { bytes[0] = 0 }
      }
      let length = 2 + path.utf8.count + (path.hasPrefix("@") ? 0 : 1)
      let result = withUnsafeBytes(of: &address) { bytes in
        bytes.withMemoryRebound(to: sockaddr.self) {
          bind(descriptor, $0.baseAddress, socklen_t(length))
        }
      }
      try #require(descriptor >= 0 && result == 0, "bind: \(errno)")
    }

    deinit {
      close(descriptor)
      if path.hasPrefix("/") { unlink(path) }
    }

    func receive() -> String? {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
  }

  @Test(arguments: [true, false])
  func `leads to a socket with or without a file`(_ isAbstract: Bool) throws {
    let name = "mountmon-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let path = isAbstract ? "@\(name)" : "\(NSTemporaryDirectory())\(name)"
    let listener = try Listener(path)
    let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": path]))
    #expect(manager.say("READY=1\nSTATUS=well"))
    #expect(listener.receive() == "READY=1\nSTATUS=well")
    // One that nobody reads is full some time; nobody waits for it.
    var count = 0
    while manager.say("WATCHDOG=1"), count < 100_000 { count += 1 }
    #expect(count < 100_000)
  }

  @Test func `is none where nobody listens`() throws {
    #expect(ServiceManager(environment: [:]) == nil)
    #expect(ServiceManager(environment: ["NOTIFY_SOCKET": ""]) == nil)
    #expect(ServiceManager(environment: ["NOTIFY_SOCKET": "relative"]) == nil)
    #expect(
      ServiceManager(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)])
        == nil)
    let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]))
    #expect(!manager.say("READY=1"))
  }

  @Test func `knows how often a sign of life is wanted, and of whom`() throws {
    func watchdog(_ environment: [String: String]) throws -> Duration? {
      var environment = environment
      environment["NOTIFY_SOCKET"] = "/run/x"
      return try #require(ServiceManager(environment: environment)).watchdog
    }
    #expect(try watchdog([:]) == nil)
    #expect(try watchdog(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
    #expect(try watchdog(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
    #expect(
      try watchdog(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(30))
    #expect(try watchdog(["WATCHDOG_USEC": "x"]) == nil)
  }
}
