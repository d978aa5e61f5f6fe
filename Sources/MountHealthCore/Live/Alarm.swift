import CLinux
import Glibc
import Pacing

/// Wakes a waiting thread.
package final class Alarm: Sendable {
  /// What can be polled for a ring, beside other descriptors.
  package let descriptor: Int32

  /// An alarm that has not rung.
  ///
  /// - Throws: The errno, where there is no descriptor left.
  package init() throws(ErrorNumber) {
    descriptor = try Descriptor(clinux_eventfd()).release()
  }

  deinit {
    close(descriptor)
  }

  /// Wakes whoever waits, or the next to do so.
  package func ring() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits for a ring, no longer than that.
  package func wait(atMost duration: Duration) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = max(0, duration.clampedNanoseconds + 999_999) / 1_000_000
    guard poll(&entry, 1, Int32(clamping: milliseconds)) > 0 else { return }
    silence()
  }

  /// Takes the ring that has come, if there is one.
  package func silence() {
    var value: UInt64 = 0
    _ = read(descriptor, &value, MemoryLayout<UInt64>.size)
  }
}
