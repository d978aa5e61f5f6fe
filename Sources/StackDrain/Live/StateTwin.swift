import Glibc
import MountHealthCore

/// The second folder for the state files, such as `/tmp/media-stack`. It is opened anew each time:
/// what cleans up below `/tmp` may have removed it in between.
struct StateTwin: Sendable {
  let path: String

  private static let key = "compatibilityDirectory"

  /// The folder while it is open.
  final class Open: Sendable {
    let calls: StateCalls

    init(_ descriptor: Int32) {
      calls = StateCalls(folder: descriptor)
    }

    deinit {
      close(calls.folder)
    }
  }

  /// - Throws: `StateFault` where it cannot be made, or somebody else could write there.
  init(_ path: String) throws(StateFault) {
    self.path = path
    close(try StateFolder.descriptor(of: path, mode: 0o755, key: Self.key))
  }

  func open(_ faults: inout [String]) -> Open? {
    do throws(StateFault) {
      return Open(try StateFolder.descriptor(of: path, mode: 0o755, key: Self.key))
    } catch {
      faults.append(error.description)
      return nil
    }
  }

  func append(_ line: [UInt8]) {
    var faults: [String] = []
    guard let folder = open(&faults) else { return }
    try? folder.calls.append(line, to: StateFolder.logName, mode: 0o644)
    withExtendedLifetime(folder) {}
  }

  func sweep() {
    var faults: [String] = []
    guard let folder = open(&faults) else { return }
    for name in StateWords.names { try? folder.calls.remove(StateCalls.temporary(name)) }
    withExtendedLifetime(folder) {}
  }
}
