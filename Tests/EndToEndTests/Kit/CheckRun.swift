import JSONValue

/// A `mountmon check` that has ended.
struct CheckRun {
  var code: Int32?
  var output: String
  var errors: String
  var elapsed: Duration

  /// Runs one with these arguments.
  static func run(
    _ arguments: [String], wrapper: [String] = [], program: String? = nil,
    within limit: Duration = .seconds(20)
  ) async throws -> CheckRun {
    let program = try program ?? BuiltProgram.path("mountmon")
    let outcome = try await Child(wrapper + [program, "check"] + arguments).finish(within: limit)
    var code: Int32?
    if case .exited(let status) = outcome.ending { code = status }
    return CheckRun(
      code: code, output: outcome.output, errors: outcome.errors, elapsed: outcome.elapsed)
  }

  static func run(_ arguments: String...) async throws -> CheckRun { try await run(arguments) }

  /// The mounts of `--output json`.
  func mounts() throws -> [JSONValue] {
    try JSONValue(parsing: output)["mounts"]?.arrayValue ?? []
  }
}
