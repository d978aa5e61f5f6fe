import Pacing

/// What block devices have done so far: `/proc/diskstats`, which is read without touching any of them.
///
/// Source of the fields: Documentation/admin-guide/iostats.rst.
struct DiskStats: Hashable, Sendable {
  /// One device's line.
  struct Line: Hashable, Sendable {
    /// Its number.
    var device: DeviceNumber
    /// Its name: `sdb1`.
    var name: String
    /// Sectors of 512 bytes written since it is there; the kernel's counter may begin anew.
    var sectorsWritten: UInt64
    /// Requests under way.
    var requests: UInt64
  }

  /// The devices in the kernel's order.
  var lines: [Line] = []

  /// The most bytes that are read: some 8,000 devices.
  static let maximumBytes = 1 << 20
  static let sectorSize: UInt64 = 512

  /// Reads the text; lines that do not have the form are left out.
  init(parsing bytes: [UInt8]) {
    for line in bytes.prefix(Self.maximumBytes).split(separator: 0x0A) {
      let fields = line.split(separator: 0x20, omittingEmptySubsequences: true)
      guard fields.count >= 12, let major = Self.number(fields[0]),
        let minor = Self.number(fields[1]), major <= UInt32.max, minor <= UInt32.max,
        let sectors = Self.number(fields[9]), let requests = Self.number(fields[11])
      else { continue }
      lines.append(
        Line(
          device: DeviceNumber(major: UInt32(major), minor: UInt32(minor)),
          name: String(decoding: fields[2], as: UTF8.self), sectorsWritten: sectors,
          requests: requests))
    }
  }

  /// A whole number in decimal digits.
  static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard !digits.isEmpty, digits.count <= 20 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = scaled.addingReportingOverflow(UInt64(digit - 0x30))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    return value
  }
}

/// The block devices that a pool's files are on.
struct PoolDevices: Hashable, Sendable {
  /// By number.
  var numbers: Set<DeviceNumber> = []
  /// By name, where the file system hides the number (btrfs).
  var names: Set<String> = []

  var isEmpty: Bool { numbers.isEmpty && names.isEmpty }

  func has(_ line: DiskStats.Line) -> Bool {
    numbers.contains(line.device) || names.contains(line.name)
  }
}

extension PoolTraffic {
  /// What happened between two readings.
  ///
  /// - Parameters:
  ///   - earlier: The first reading.
  ///   - later: The second one.
  ///   - window: How far apart they are.
  ///   - devices: Whose traffic counts; `nil` is returned where none of them is in the later reading.
  init?(
    from earlier: DiskStats, to later: DiskStats, over window: Duration, of devices: PoolDevices
  ) {
    var requests: UInt64 = 0
    var sectors: UInt64 = 0
    var isAnyThere = false
    for line in later.lines where devices.has(line) {
      isAnyThere = true
      requests = Self.sum(requests, line.requests)
      let before = earlier.lines.first { $0.device == line.device && $0.name == line.name }
      // A counter that went back is another device's, or began anew.
      guard let before, before.sectorsWritten <= line.sectorsWritten else { continue }
      sectors = Self.sum(sectors, line.sectorsWritten - before.sectorsWritten)
    }
    guard isAnyThere else { return nil }
    let bytes = Double(sectors) * Double(DiskStats.sectorSize)
    let rate = bytes / max(window.inSeconds, 0.001)
    self.init(
      requests: Int(clamping: requests),
      bytesPerSecond: rate < Double(Int.max / 2) ? Int(rate) : Int.max / 2)
  }

  private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
