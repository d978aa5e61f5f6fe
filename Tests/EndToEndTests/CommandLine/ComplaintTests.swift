import Foundation
import Glibc
import Testing

/// What the program says when it cannot do what is asked: what, of what, why, and what to do.
@Suite(.timeLimit(.minutes(1)))
struct `A complaint` {
  /// A command line, the code that it leaves with, and what it says on standard error.
  struct Case: Sendable, CustomTestStringConvertible {
    var words: [String]
    var code: Int32
    var complaint: String
    var testDescription: String { words.joined(separator: " ") }

    init(_ words: String, _ code: Int32, _ complaint: String) {
      self.words = words.split(separator: " ").map(String.init)
      self.code = code
      self.complaint = complaint
    }
  }

  @Test(arguments: [
    Case(
      "check --config /nope.json", 3,
      "mountmon check: /nope.json: cannot be read: No such file or directory (ENOENT)\n"),
    Case("check --config /", 3, "mountmon check: /: is a directory, expected a file\n"),
    Case(
      "check", 3,
      "mountmon check: nothing to look at: expected a PATH, --config FILE, or config.json in this directory\n"
    ),
    Case(
      "check --config x /", 3,
      "mountmon check: --config and PATH cannot both be given, expected one of them\n"),
    Case(
      "sidecar", 1,
      "configuration error: configuration: mounts: at least one mount is required\nconfiguration error: no file was read: expected --config FILE, or config.json in this directory\n"
    ),
    Case("sidecar --token-file x", 2, "mountmon sidecar: --token-file: needs --server\n"),
    Case("pool hold", 2, "mountmon pool hold: expected --for DURATION, or --release\n"),
    Case(
      "pool hold --for 1h --release", 2,
      "mountmon pool hold: --for and --release exclude each other\n"),
    Case(
      "pool forget x", 2,
      "mountmon pool forget: \"x\" is no target, expected one such as client:sabnzbd\n"),
    Case(
      "pool check -c /nope", 3,
      "mountmon pool check: configuration error: /nope: cannot be read: No such file or directory (ENOENT)\n"
    ),
    Case(
      "volsync --watch --dry-run", 3, "mountmon volsync run: --dry-run: does not go with --watch\n"),
    Case("volsync --http-port 80", 3, "mountmon volsync run: --http-port: needs --watch\n"),
    Case("volsync explain x", 3, "mountmon volsync explain: x: expected NAMESPACE/NAME\n"),
    Case(
      "volsync --kubeconfig /nope --dry-run", 2,
      "mountmon volsync run: read the kubeconfig: /nope: there is no such file\n"),
  ])
  func `says what is wrong and what was expected`(_ row: Case) async throws {
    let outcome = try await Child([try BuiltProgram.path("mountmon")] + row.words).finish()
    #expect(outcome.ending == .exited(row.code))
    #expect(outcome.errors == row.complaint)
    #expect(outcome.output == "")
  }

  @Test func `of access names the options that give it`() async throws {
    let outcome = try await Child(
      "env", "-u", "KUBECONFIG", "-u", "KUBERNETES_SERVICE_HOST", "HOME=/nonexistent",
      try BuiltProgram.path("mountmon"), "volsync", "--dry-run"
    ).finish()
    #expect(outcome.ending == .exited(2))
    #expect(outcome.errors.contains("mountmon volsync run: find access to a cluster: "))
    #expect(
      outcome.errors.hasSuffix(
        "mountmon volsync run: --kubeconfig FILE or --server URL says where the API server is\n"))
  }

  @Test func `of rights says whose were not enough`() async throws {
    try await TemporaryFolder.with { folder in
      let file = try folder.write("config.json", "{}")
      chmod(file, 0o600)
      let program = try BuiltProgram.copy("mountmon", to: folder)
      let check = try await CheckRun.run(
        ["--config", file], wrapper: Sidecar.asNobody, program: program)
      #expect(check.code == 3)
      #expect(
        check.errors
          == "mountmon check: \(file): cannot be read by user 65534: Permission denied (EACCES)\n")
    }
  }

  @Test func `of a port that is taken says who to ask, and what else to do`() async throws {
    try await TemporaryFolder.with { folder in
      let server = try LoopbackServer { _ in nil }
      defer { server.stop() }
      let file = try folder.write("config.json", "{\"mounts\": [{\"path\": \"/\"}]}")
      let outcome = try await Child(
        try BuiltProgram.path("mountmon"), "sidecar", "--config", file, "--http-port",
        "\(server.port)", "--http-address", "127.0.0.1", "--log-format", "text"
      ).finish()
      #expect(outcome.ending == .exited(1))
      #expect(outcome.output.contains("could not start"))
      #expect(
        outcome.output.contains("cannot listen on 127.0.0.1:\(server.port): address already in use")
      )
      #expect(outcome.output.contains("stop that, or choose another port"))
    }
  }
}
