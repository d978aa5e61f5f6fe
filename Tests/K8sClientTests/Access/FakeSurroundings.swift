import ChildProcess
import Pacing
import Synchronization
import TimeText

@testable import K8sClient

/// Files in memory, clocks that stand still until they are moved, plugins that are closures.
final class FakeSurroundings: Sendable {
  struct State {
    var files: [String: [UInt8]] = [:]
    var faults: [String: FileError] = [:]
    var programs: Set<String> = []
    var stamps: [String: UInt64] = [:]
    var writes: UInt64 = 0
    var now = Tick.zero
    var wallTime = Timestamp(seconds: 1_800_000_000)
    var reads: [String] = []
    var runs: [ChildCommand] = []
    var result = ChildResult.failed("no plugin")
  }

  let state: Mutex<State>
  let environment: [String: String]

  init(
    environment: [String: String] = [:], files: [String: String] = [:], programs: Set<String> = []
  ) {
    self.environment = environment
    state = Mutex(State(programs: programs))
    for (path, text) in files { write(text, to: path) }
  }

  func write(_ text: String, to path: String) { write(Array(text.utf8), to: path) }

  func write(_ bytes: [UInt8], to path: String) {
    state.withLock { state in
      state.writes += 1
      state.files[path] = bytes
      state.stamps[path] = state.writes
    }
  }

  func refuse(_ path: String, _ fault: FileError) { state.withLock { $0.faults[path] = fault } }

  func remove(_ path: String) {
    state.withLock { state in
      state.files[path] = nil
      state.stamps[path] = nil
    }
  }

  func advance(_ duration: Duration) {
    state.withLock { state in
      state.now = state.now + duration
      state.wallTime = state.wallTime + duration
    }
  }

  func reads(of path: String) -> Int { state.withLock { $0.reads.count { $0 == path } } }

  var runs: [ChildCommand] { state.withLock { $0.runs } }

  func answer(_ result: ChildResult) { state.withLock { $0.result = result } }

  func answer(_ json: String) { answer(.exited(code: 0, output: Array(json.utf8), complaint: "")) }

  var surroundings: Surroundings {
    Surroundings(
      environment: environment,
      files: Files(
        read: { path, limit throws(FileError) in
          let result: Result<[UInt8], FileError> = self.state.withLock { state in
            state.reads.append(path)
            if let fault = state.faults[path] { return .failure(fault) }
            guard let bytes = state.files[path] else { return .failure(.absent) }
            return bytes.count > limit ? .failure(.tooLarge(limit: limit)) : .success(bytes)
          }
          return try result.get()
        },
        stamp: { path in
          self.state.withLock { state in
            state.stamps[path].map {
              FileStamp(inode: $0, size: Int64(state.files[path]?.count ?? 0), modified: .epoch)
            }
          }
        },
        isExecutable: { path in self.state.withLock { $0.programs.contains(path) } }),
      now: { self.state.withLock { $0.now } }, wallTime: { self.state.withLock { $0.wallTime } },
      run: { command in
        self.state.withLock { state in
          state.runs.append(command)
          return state.result
        }
      })
  }
}

/// What stands in for a certificate where nobody looks inside.
let somePEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
let someKey = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END PRIVATE KEY-----\n"

/// What an error says, or that there was none.
func words(_ body: () throws -> some Any) -> String {
  do {
    return "no error: \(try body())"
  } catch {
    return "\(error)"
  }
}

extension String {
  /// As base 64, by the book: the decoder is tested against this.
  func base64(_ alphabet: Base64.Alphabet = .standard) -> String {
    let letters = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        + (alphabet == .standard ? "+/" : "-_"))
    var text = ""
    let bytes = Array(utf8)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      var quartet = ""
      for _ in 0..<4 {
        quartet = String(letters[bits & 63]) + quartet
        bits >>= 6
      }
      text += quartet.prefix(group.count + 1)
      if alphabet == .standard { text += String(repeating: "=", count: 3 - group.count) }
    }
    return text
  }
}

/// A token as an API server signs it, with these claims.
func token(claims: String) -> String {
  "\("{\"alg\":\"RS256\"}".base64(.url)).\(claims.base64(.url)).c2lnbmF0dXJl"
}
