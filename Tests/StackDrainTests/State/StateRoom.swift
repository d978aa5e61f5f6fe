import Foundation
import Pacing
import Synchronization
import Testing
import TimeText

@testable import StackDrain

/// A folder of a test's own, and what the tests do in it.
final class StateRoom: Sendable {
  let base: String
  private let isMount: Bool
  var path: String { base + "/state" }
  var twin: String { base + "/twin" }

  static let now = Timestamp(seconds: 1_767_557_040)

  /// One with a file system of its own, of so many KiB; 0: without.
  init(diskOfKiB size: Int = 0) throws {
    base = FileManager.default.temporaryDirectory.path + "/state-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: base, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    isMount = size > 0
    if isMount {
      try Self.run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=\(size)k", "tmpfs", base)
    }
  }

  deinit {
    if isMount { try? Self.run("/usr/bin/umount", "-l", base) }
    try? FileManager.default.removeItem(atPath: base)
  }

  static func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(program: program) }
  }

  struct Failed: Error { var program: String }

  func open(
    twin: String? = nil, reserve: Int = 0, gate: (@Sendable (StateCall) -> Int32)? = nil
  ) throws(StateFault) -> StateFolder {
    try StateFolder.open(path, compatibility: twin, reserveBytes: reserve, gate: gate)
  }

  func locked(
    twin: String? = nil, reserve: Int = 0, gate: (@Sendable (StateCall) -> Int32)? = nil
  ) throws(StateFault) -> StateFolder {
    let folder = try open(twin: twin, reserve: reserve, gate: gate)
    for _ in 0..<3000 {
      do throws(StateFault) {
        try folder.lock(at: Self.now)
        return folder
      } catch {
        // A program that another test is about to start has all descriptors until it runs.
        guard error.code == .held else { throw error }
        usleep(10_000)
      }
    }
    throw StateFault(.held, path, "is held by somebody for ever")
  }

  /// The ledger as the next start finds it.
  func ledger() throws(StateFault) -> (ledger: Ledger, warnings: [String]) {
    try locked().readLedger(at: Self.now)
  }

  func text(_ name: String, in folder: String? = nil) -> String? {
    try? String(contentsOfFile: (folder ?? path) + "/" + name, encoding: .utf8)
  }

  func write(_ text: String, _ name: String, in folder: String? = nil) throws {
    let file = (folder ?? path) + "/" + name
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
  }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  func mode(_ name: String, in folder: String? = nil) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: (folder ?? path) + "/" + name)
    return attributes?[.posixPermissions] as? Int
  }

  /// A ledger with so many entries.
  static func ledger(_ entries: Int) -> Ledger {
    var ledger = Ledger()
    let moment = Moment(boot: "b", tick: .zero, wall: now)
    for number in 0..<entries { ledger.append(.held(seconds: number), at: moment) }
    return ledger
  }
}

/// The calls that change something, as they come; from a number on, or at it alone, they fail.
final class CallLog: Sendable {
  private let calls = Mutex<[StateCall]>([])
  private let fault: @Sendable (Int) -> Int32

  init(_ fault: @escaping @Sendable (Int) -> Int32 = { _ in 0 }) {
    self.fault = fault
  }

  var all: [StateCall] { calls.withLock { $0 } }
  func clear() { calls.withLock { $0 = [] } }

  var gate: @Sendable (StateCall) -> Int32 {
    { call in
      let number = self.calls.withLock { calls in
        calls.append(call)
        return calls.count - 1
      }
      return self.fault(number)
    }
  }
}
