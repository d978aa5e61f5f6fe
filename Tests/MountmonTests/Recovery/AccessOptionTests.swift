import K8sClient
import Testing

@testable import mountmon

@Suite struct `The options for the API server` {
  private func command(_ options: String...) throws -> ParsedCommand {
    let outcome = MountmonCommands.decide(["sidecar"] + options, build: .sample, style: .plain)
    return try #require(outcome.command)
  }

  @Test func `say where it is`() throws {
    #expect(AccessChoice(try command()) == nil)
    #expect(
      AccessChoice(try command("--server", "https://a", "--token-file", "t", "--ca-file", "c"))
        == .server(url: "https://a", tokenFile: "t", caFile: "c", namespace: nil))
    #expect(
      AccessChoice(try command("--kubeconfig", "k", "--context", "x"))
        == .kubeconfig(path: "k", context: "x"))
    #expect(AccessChoice(try command("--context", "x")) == .kubeconfig(path: nil, context: "x"))
  }

  @Test func `that go together have no fault`() throws {
    #expect(AccessChoice.faults(of: try command()).isEmpty)
    #expect(AccessChoice.faults(of: try command("--kubeconfig", "k", "--context", "x")).isEmpty)
    #expect(
      AccessChoice.faults(of: try command("--server", "https://a", "--token-file", "t")).isEmpty)
  }

  @Test func `that go together with nothing are each named`() throws {
    #expect(
      AccessChoice.faults(of: try command("--token-file", "t", "--ca-file", "c"))
        == ["--token-file: needs --server", "--ca-file: needs --server"])
    #expect(
      AccessChoice.faults(
        of: try command("--server", "https://a", "--kubeconfig", "k", "--context", "x"))
        == ["--kubeconfig: does not go with --server", "--context: does not go with --server"])
  }
}
