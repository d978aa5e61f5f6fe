import ChildProcess
import Pacing
import TimeText

/// Credentials from a plugin, kept until they expire or are refused.
actor PluginCredential: CredentialSource {
  /// How long before its expiry a credential is replaced.
  static let margin = Duration.seconds(10)
  /// How long after a failure the plugin is left alone: each call would start it again.
  static let failurePause = Duration.seconds(5)

  private let plugin: ExecPlugin
  private let surroundings: Surroundings
  private var held: ExecCredential?
  private var failure: (error: AccessError, at: Tick)?
  /// The run that is under way, which all who come meanwhile wait for. It is a task of its own, so
  /// that it does not end with the one caller that happened to come first.
  private var run: Task<Result<ExecCredential, AccessError>, Never>?

  init(_ plugin: ExecPlugin, in surroundings: Surroundings) {
    self.plugin = plugin
    self.surroundings = surroundings
  }

  func credential() async throws(AccessError) -> ClientCredential {
    if let held, !isDue(held) { return held.credential }
    if let failure, surroundings.now() - failure.at < Self.failurePause { throw failure.error }
    let run = run ?? start()
    switch await run.value {
    case .success(let fresh): return fresh.credential
    case .failure(let error): throw error
    }
  }

  func refused(_ credential: ClientCredential) {
    if held?.credential == credential { held = nil }
  }

  private func isDue(_ credential: ExecCredential) -> Bool {
    guard let expiry = credential.expiry else { return false }
    return surroundings.wallTime() >= expiry - Self.margin
  }

  private func start() -> Task<Result<ExecCredential, AccessError>, Never> {
    let task = Task { [plugin, surroundings] in
      let result = await plugin.obtain(in: surroundings)
      finish(result)
      return result
    }
    run = task
    return task
  }

  private func finish(_ result: Result<ExecCredential, AccessError>) {
    run = nil
    switch result {
    case .success(let fresh):
      held = fresh
      failure = nil
    case .failure(let error):
      failure = (error, surroundings.now())
    }
  }
}

extension ExecPlugin {
  /// Runs the plugin once.
  func obtain(in surroundings: Surroundings) async -> Result<ExecCredential, AccessError> {
    func fault(_ words: String) -> Result<ExecCredential, AccessError> {
      .failure(AccessError("run the credential plugin \(self)", words))
    }
    guard let path = locate(in: surroundings) else { return fault(notFoundWords) }
    switch await surroundings.run(invocation(path: path, in: surroundings)) {
    case .exited(0, let output, _):
      do throws(Refusal) {
        return .success(try ExecCredential(parsing: output, apiVersion: apiVersion))
      } catch {
        return fault("it \(error.reason)")
      }
    case .exited(let code, _, let complaint):
      return fault("it ended with exit code \(code)\(Self.words(complaint))")
    case .signalled(let signal, let complaint):
      return fault("it was ended by signal \(signal)\(Self.words(complaint))")
    case .timedOut:
      return fault("it did not end within \(Self.deadline.components.seconds) s, and was killed")
    case .tooMuchOutput:
      return fault("it wrote more than \(Self.outputLimit) bytes, and was killed")
    case .failed(let words):
      return fault("it did not run: \(words)")
    }
  }

  private static func words(_ complaint: String) -> String {
    let line = complaint.split(whereSeparator: \.isNewline).last ?? ""
    return line.isEmpty ? "" : ": \(Shown.text(line))"
  }
}
