import ChildProcess
import Pacing

/// Runs the programs of a client.
struct ProgramRun: Sendable {
  let name: String
  let environment: ClientEnvironment
  /// The client's programs run one at a time.
  private let lane = ChildLane()

  private static let outputLimit = 64 << 10

  init(name: String, environment: ClientEnvironment) {
    self.name = name
    self.environment = environment
  }

  /// Runs a program and returns its exit code and what it wrote.
  ///
  /// - Throws: That it did not end by itself.
  func run(
    _ words: [String], until deadline: Tick
  ) async throws(ClientFault) -> (code: Int, output: [UInt8], complaint: String) {
    let program = words.first ?? ""
    let rest = deadline - environment.now()
    guard rest > .zero else { throw ClientFault("\(name): \(program): no time was left") }
    let result = await environment.run(
      ChildCommand(
        path: program, arguments: Array(words.dropFirst()), environment: environment.variables,
        deadline: rest, outputLimit: Self.outputLimit), lane)
    switch result {
    case .exited(let code, let output, let complaint):
      return (Int(code), output, Self.lastLine(of: complaint))
    case .signalled(let signal, let complaint):
      throw ClientFault(
        "\(name): \(program) was killed by signal \(signal)\(Self.lastLine(of: complaint))")
    case .timedOut:
      throw ClientFault("\(name): \(program) took too long and was killed")
    case .tooMuchOutput:
      throw ClientFault("\(name): \(program) wrote more than it may and was killed")
    case .failed(let words):
      throw ClientFault("\(name): \(program) did not run: \(words)")
    }
  }

  /// The same for a program whose exit code must be 0.
  func carryOut(_ words: [String], until deadline: Tick) async throws(ClientFault) {
    let (code, _, complaint) = try await run(words, until: deadline)
    guard code == 0 else {
      throw ClientFault("\(name): \(words.first ?? "") ended with exit code \(code)\(complaint)")
    }
  }

  /// The last line of what a program complained about, to follow a sentence.
  private static func lastLine(of text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map { String($0).asOneLine }
    return lines.last { !$0.isEmpty }.map { ": \($0)" } ?? ""
  }
}
