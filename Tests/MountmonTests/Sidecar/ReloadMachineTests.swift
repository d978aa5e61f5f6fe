import Foundation
import MountHealthCore
import Testing

@testable import mountmon

@Suite struct `A configuration file that is watched` {
  /// Fingerprints of a file's states, made by writing it.
  private func fingerprints(_ contents: [String]) throws -> [ConfigurationFile.Fingerprint?] {
    let path = NSTemporaryDirectory() + "reload-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try contents.map { content in
      try content.write(toFile: path, atomically: true, encoding: .utf8)
      return ConfigurationFile(path: path).fingerprint
    }
  }

  @Test func `is read again once it stays as it is`() throws {
    let states = try fingerprints(["a", "ab", "abc"])
    var machine = ReloadMachine(fingerprint: states[0])
    #expect(machine.handle(.looked(states[0])).isEmpty)
    // Being written: another one at each look.
    #expect(machine.handle(.looked(states[1])).isEmpty)
    #expect(machine.handle(.looked(states[2])).isEmpty)
    #expect(machine.handle(.looked(states[2])) == [.reload])
    #expect(machine.handle(.looked(states[2])).isEmpty)
  }

  @Test func `is not read while it is gone`() throws {
    let states = try fingerprints(["a", "b"])
    var machine = ReloadMachine(fingerprint: states[0])
    #expect(machine.handle(.looked(nil)).isEmpty)
    #expect(machine.handle(.looked(nil)).isEmpty)
    #expect(machine.handle(.looked(states[0])).isEmpty)
    #expect(machine.handle(.looked(states[0])).isEmpty)
    #expect(machine.handle(.looked(states[1])).isEmpty)
    #expect(machine.handle(.looked(states[1])) == [.reload])
  }

  @Test func `is read at once when somebody asks, and not a second time`() throws {
    let states = try fingerprints(["a", "b"])
    var machine = ReloadMachine(fingerprint: states[0])
    #expect(machine.handle(.asked(states[0])) == [.reload])
    #expect(machine.handle(.asked(states[1])) == [.reload])
    #expect(machine.handle(.looked(states[1])).isEmpty)
  }
}

@Suite struct `A configuration file` {
  private func reading(_ path: String) -> String {
    do {
      return "\(try ConfigurationFile(path: path).read().bytes.count) bytes"
    } catch {
      return error.description
    }
  }

  @Test func `that cannot be read says why`() throws {
    #expect(
      reading("/nonexistent/config.json")
        == "/nonexistent/config.json: cannot be read: No such file or directory (ENOENT)")
    #expect(reading("/tmp") == "/tmp: is a directory, expected a file")
  }

  @Test func `is read no further than is needed to refuse it`() throws {
    #expect(reading("/dev/zero") == "1048577 bytes")
    #expect(reading("/dev/null") == "0 bytes")
  }

  @Test func `that anybody may write to is warned of`() throws {
    let path = NSTemporaryDirectory() + "mode-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "{}".write(toFile: path, atomically: true, encoding: .utf8)
    for (mode, warns) in [(0o644, false), (0o664, false), (0o646, true), (0o666, true)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      #expect((try ConfigurationFile(path: path).read().warning != nil) == warns)
    }
  }
}
