import ChildProcess
import MountHealthCore
import Pacing
import StackDrain
import Testing

/// This machine, with a PATH.
let machine = ClientEnvironment.live(
  variables: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"])

extension StackClient {
  func look(within limit: Duration = .seconds(10)) async throws -> TargetState {
    try await look(until: machine.now() + limit)
  }

  func pause(_ units: Set<String>, within limit: Duration = .seconds(10)) async throws {
    try await pause(units, until: machine.now() + limit)
  }

  func resume(_ units: Set<String>, within limit: Duration = .seconds(10)) async throws {
    try await resume(units, until: machine.now() + limit)
  }

  /// Looks until it is as it should be, for 30 s.
  @discardableResult
  func settles(
    _ condition: (TargetState) -> Bool, location: SourceLocation = #_sourceLocation
  ) async throws -> TargetState {
    let deadline = machine.now() + .seconds(30)
    var last = "nothing was seen"
    while machine.now() < deadline {
      do throws(ClientFault) {
        let state = try await look(until: machine.now() + .seconds(5))
        if condition(state) { return state }
        last = "\(state)"
      } catch {
        last = error.description
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("it did not become as expected; last: \(last)", sourceLocation: location)
    throw KitError("it did not become as expected; last: \(last)")
  }

  /// The fault of a look.
  func fault(within limit: Duration = .seconds(10)) async -> String {
    do throws(ClientFault) {
      return "no fault, but \(try await look(until: machine.now() + limit))"
    } catch {
      return error.description
    }
  }
}

extension ClientSettings {
  /// Its first client.
  func client() throws -> any StackClient {
    try #require(try clients(in: machine).first).1
  }

  init(_ name: String, _ program: Program, port: Int, path: String = "") throws {
    let url: ServiceURL = try #require(ServiceURL("http://127.0.0.1:\(port)\(path)"))
    self.init(name: name, program: program, url: url)
  }
}

/// Runs a program to its end, which has to be a good one.
@discardableResult
func run(_ words: String...) async throws -> String { try await run(words) }

/// Runs a program to its end, which has to be a good one.
@discardableResult
func run(_ words: [String]) async throws -> String {
  let result = await ChildCommand(
    path: words[0], arguments: Array(words.dropFirst()),
    environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], deadline: .seconds(60),
    outputLimit: 1 << 20
  ).run()
  guard case .exited(0, let output, _) = result else {
    throw KitError("\(words.joined(separator: " ")): \(result)")
  }
  return String(decoding: output, as: UTF8.self)
}
