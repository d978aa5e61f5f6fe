import CLinux
import Glibc
import MountHealthCore
import Pacing
import TimeText

/// The present by all clocks that a ``Moment`` needs.
public struct StateClock: Hashable, Sendable {
  /// Which boot this is.
  public let boot: String

  /// Where the kernel tells of it.
  static let bootFile = "/proc/sys/kernel/random/boot_id"

  /// Asks which boot this is.
  ///
  /// - Throws: `StateFault` where the kernel does not tell.
  public init() throws(StateFault) {
    let bytes: [UInt8]
    do throws(ErrorNumber) {
      bytes = try StateFile(open(Self.bootFile, O_RDONLY | O_CLOEXEC)).read(limit: 64)
    } catch {
      throw StateFault(.failed, Self.bootFile, "cannot be read: \(error): mount /proc")
    }
    let text = String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }.first ?? ""
    guard text.utf8.count == 36, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw StateFault(.failed, Self.bootFile, "holds no boot's number")
    }
    boot = String(text)
  }

  /// The present.
  public func now() -> Moment {
    Moment(
      boot: boot, tick: .now(), wall: Timestamp(seconds: 0, nanoseconds: clinux_wall_time()))
  }
}
