/// How udev names its links by file system label.
enum DeviceLabel {
  /// The name of the link for a label: what is neither a letter, a digit, one of `#+-.:=@_` nor beyond
  /// ASCII is written as `\x` and two digits (libblkid, blkid_encode_string).
  static func linkName(of label: String) -> String {
    var bytes: [UInt8] = []
    for byte in label.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: bytes.append(byte)
      case UInt8(ascii: "#"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "_"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digit(byte >> 4), digit(byte & 15)]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x61 + value - 10
  }

  /// The kernel's name of the device that such a link leads to: `../../sdb1` and `/dev/sdb1` give
  /// `sdb1`. A slash in it is a `!` in `/sys`.
  ///
  /// - Returns: `nil` where the link leads to no device.
  static func kernelName(linkTarget: [UInt8]) -> String? {
    var parts = linkTarget.split(separator: 0x2F, omittingEmptySubsequences: true)
    if linkTarget.first == 0x2F {
      guard parts.first?.elementsEqual("dev".utf8) == true else { return nil }
      parts.removeFirst()
    } else {
      parts = Array(parts.drop { $0.elementsEqual("..".utf8) })
    }
    guard !parts.isEmpty, !linkTarget.contains(0),
      parts.allSatisfy({ !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) })
    else { return nil }
    return String(decoding: Array(parts.joined(separator: [UInt8(ascii: "!")])), as: UTF8.self)
  }
}

extension DeviceNumber {
  /// Reads what `/sys` says: `8:17` and a line feed.
  ///
  /// - Parameter text: The bytes; `nil` for anything else.
  init?(parsing text: [UInt8]) {
    let line = text.last == 0x0A ? text.dropLast() : text[...]
    let parts = line.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard parts.count == 2, let major = DiskStats.number(parts[0]),
      let minor = DiskStats.number(parts[1]), major <= UInt32.max, minor <= UInt32.max
    else { return nil }
    self.init(major: UInt32(major), minor: UInt32(minor))
  }
}
