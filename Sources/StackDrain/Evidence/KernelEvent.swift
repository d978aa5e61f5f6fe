/// What the kernel tells of one of its devices: a message of the netlink family
/// NETLINK_KOBJECT_UEVENT (`ACTION@PATH`, then `KEY=VALUE` texts, each with a NUL at its end).
public struct KernelEvent: Hashable, Sendable {
  /// What happened: `add`, `remove`, `change`.
  public var action: String
  /// The kind of device: `block`.
  public var subsystem: String
  /// The device's name in `/dev`: `sdb1`; empty where it has none.
  public var deviceName: String

  /// The longest message that is read: the kernel's own have at most 2,048 bytes of values beside the
  /// path (UEVENT_BUFFER_SIZE, kobject.h).
  public static let maximumLength = 8 << 10

  /// An event.
  public init(action: String, subsystem: String, deviceName: String = "") {
    self.action = action
    self.subsystem = subsystem
    self.deviceName = deviceName
  }

  /// Reads a message.
  ///
  /// - Parameter message: Whatever came through the socket; `nil` for anything that is not in the
  ///   kernel's form.
  public init?(parsing message: ArraySlice<UInt8>) {
    guard message.count <= Self.maximumLength else { return nil }
    let fields = message.split(separator: 0, omittingEmptySubsequences: true)
    guard let head = fields.first, let at = head.firstIndex(of: UInt8(ascii: "@")),
      at > head.startIndex, head[..<at].allSatisfy({ (0x61...0x7A).contains($0) }),
      head[at...].dropFirst().first == UInt8(ascii: "/")
    else { return nil }
    self.init(action: String(decoding: head[..<at], as: UTF8.self), subsystem: "")
    for field in fields.dropFirst() {
      guard let equals = field.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = field[field.index(after: equals)...]
      if field[..<equals].elementsEqual("SUBSYSTEM".utf8) {
        subsystem = String(decoding: value, as: UTF8.self)
      } else if field[..<equals].elementsEqual("DEVNAME".utf8) {
        deviceName = String(decoding: value, as: UTF8.self)
      }
    }
    guard !subsystem.isEmpty else { return nil }
  }

  /// Whether a drive or a part of one came, went or changed.
  public var isOfBlockDevice: Bool { subsystem.utf8.elementsEqual("block".utf8) }
}
