import Testing

@testable import StackDrain

private func event(_ fields: String...) -> KernelEvent? {
  let bytes: [UInt8] = fields.flatMap { [UInt8]($0.utf8) + [0] }
  return KernelEvent(parsing: bytes[...])
}

@Suite struct `An event of the kernel` {
  @Test func `tells of a drive that goes`() {
    let read = event(
      "remove@/devices/pci0000:00/usb1/1-1/host2/target2:0:0/2:0:0:0/block/sdb/sdb1",
      "ACTION=remove", "DEVPATH=/devices/x", "SUBSYSTEM=block", "MAJOR=8", "MINOR=17",
      "DEVNAME=sdb1", "DEVTYPE=partition", "SEQNUM=4242")
    #expect(read == KernelEvent(action: "remove", subsystem: "block", deviceName: "sdb1"))
    #expect(read?.isOfBlockDevice == true)
  }

  @Test func `may be of anything else`() {
    #expect(event("add@/devices/virtual/net/veth", "SUBSYSTEM=net")?.isOfBlockDevice == false)
  }

  /// udev's daemon speaks on the same family, in another form; and anybody may send anything.
  @Test(arguments: [
    [], [""], ["libudev", "SUBSYSTEM=block"], ["@/devices/x", "SUBSYSTEM=block"],
    ["add@devices/x", "SUBSYSTEM=block"], ["ADD@/devices/x", "SUBSYSTEM=block"],
    ["add@/devices/x"], ["add@/devices/x", "SUBSYSTEM="], ["add@/devices/x", "SUBSYSTEM"],
    ["add", "SUBSYSTEM=block"],
  ])
  func `is refused in any other form`(fields: [String]) {
    let bytes: [UInt8] = fields.flatMap { [UInt8]($0.utf8) + [0] }
    #expect(KernelEvent(parsing: bytes[...]) == nil)
  }

  @Test func `is refused where it is too long`() {
    let long = "X=" + String(repeating: "x", count: KernelEvent.maximumLength)
    #expect(event("add@/devices/x", "SUBSYSTEM=block", long) == nil)
  }
}

@Suite struct `A label` {
  @Test(arguments: [
    ("Fast_4TB_1", "Fast_4TB_1"), ("My Drive", "My\\x20Drive"), ("a/b", "a\\x2fb"),
    ("back\\slash", "back\\x5cslash"), ("#+-.:=@_", "#+-.:=@_"), ("Ünïcode", "Ünïcode"),
    ("(1)\u{7F}", "\\x281\\x29\\x7f"), ("..", ".."),
  ])
  func `has the link that udev gives it`(label: String, link: String) {
    #expect(DeviceLabel.linkName(of: label) == link)
  }

  @Test(arguments: [
    ("../../sdb1", "sdb1"), ("/dev/sdb1", "sdb1"), ("../../cciss/c0d0p1", "cciss!c0d0p1"),
    ("sdb", "sdb"), ("../../dm-3", "dm-3"), ("", nil), ("../..", nil), ("/dev", nil),
    ("/etc/passwd", nil), ("../../../etc/../x", nil), ("../sd\0b", nil), ("../././sdb", nil),
  ])
  func `leads to a device`(target: String, name: String?) {
    #expect(DeviceLabel.kernelName(linkTarget: Array(target.utf8)) == name)
  }

  @Test(arguments: [
    ("8:17\n", DeviceNumber(major: 8, minor: 17)), ("259:0", DeviceNumber(major: 259, minor: 0)),
    ("", nil), ("8", nil), ("8:", nil), ("8:1:2\n", nil), ("4294967296:1\n", nil), ("-1:2\n", nil),
  ])
  func `is a device's number in the end`(text: String, number: DeviceNumber?) {
    #expect(DeviceNumber(parsing: Array(text.utf8)) == number)
  }
}

@Suite struct `The traffic of drives` {
  private static func stats(_ lines: String...) -> DiskStats {
    DiskStats(parsing: Array(lines.joined(separator: "\n").utf8))
  }

  private static let devices = PoolDevices(
    numbers: [DeviceNumber(major: 8, minor: 17), DeviceNumber(major: 7, minor: 0)], names: ["sdc1"])

  @Test func `is what was written between two readings, and what is under way`() throws {
    let earlier = Self.stats(
      "   8      17 sdb1 10 0 80 5 100 0 1000 9 0 14 14 0 0 0 0 0 0",
      "   8      33 sdc1 10 0 80 5 100 0 500 9 0 14 14",
      "   8      49 sdd1 10 0 80 5 100 0 0 9 9 14 14")
    let later = Self.stats(
      "   8      17 sdb1 10 0 80 5 100 0 3000 9 2 14 14 0 0 0 0 0 0",
      "   8      33 sdc1 10 0 80 5 100 0 600 9 1 14 14",
      "   8      49 sdd1 10 0 80 5 100 0 90000 9 9 14 14")
    let traffic = try #require(
      PoolTraffic(from: earlier, to: later, over: .seconds(2), of: Self.devices))
    #expect(traffic == PoolTraffic(requests: 3, bytesPerSecond: 2100 * 512 / 2))
  }

  @Test func `is none of a counter that began anew, or of a drive that came meanwhile`() throws {
    let earlier = Self.stats("8 17 sdb1 1 0 8 5 1 0 5000 9 0 14 14")
    let later = Self.stats(
      "8 17 sdb1 1 0 8 5 1 0 10 9 0 14 14", "7 0 loop0 1 0 8 5 1 0 9999 9 0 14 14")
    let traffic = try #require(
      PoolTraffic(from: earlier, to: later, over: .seconds(1), of: Self.devices))
    #expect(traffic == PoolTraffic(requests: 0, bytesPerSecond: 0))
  }

  @Test func `is not known where none of them is there`() {
    let other = Self.stats("8 1 sda1 1 0 8 5 1 0 5000 9 0 14 14")
    #expect(PoolTraffic(from: other, to: other, over: .seconds(1), of: Self.devices) == nil)
  }

  @Test func `is clamped and never overflows`() throws {
    let most = "18446744073709551615"
    let earlier = Self.stats("8 17 sdb1 1 0 8 5 1 0 0 9 0 14 14", "7 0 l 1 0 8 5 1 0 0 9 0 1 1")
    let later = Self.stats(
      "8 17 sdb1 1 0 8 5 1 0 \(most) 9 \(most) 14 14", "7 0 l 1 0 8 5 1 0 \(most) 9 \(most) 1 1")
    let traffic = try #require(
      PoolTraffic(from: earlier, to: later, over: .zero, of: Self.devices))
    #expect(traffic.requests == .max && traffic.bytesPerSecond > 1 << 60)
  }

  @Test(arguments: [
    "", "8 17 sdb1", "x 17 sdb1 1 0 8 5 1 0 5000 9 0 14 14", "8 17 sdb1 1 0 8 5 1 0 -1 9 0 14 14",
    "8 4294967296 sdb1 1 0 8 5 1 0 1 9 0 14", "8 17 sdb1 1 0 8 5 1 0 99999999999999999999 9 0 1",
  ])
  func `leaves out lines that make no sense`(line: String) {
    #expect(Self.stats(line).lines.isEmpty)
  }
}
