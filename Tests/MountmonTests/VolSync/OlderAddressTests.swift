import Testing

@testable import mountmon

@Suite struct `The addresses of the older controller` {
  private static let metrics = "--metrics-bind-address"
  private static let health = "--health-probe-bind-address"

  private func ports(_ options: String...) throws -> [Int] {
    let outcome = MountmonCommands.decide(
      ["volsync"] + options, build: .sample, style: .plain)
    let program = VolSyncProgram(command: try #require(outcome.command))
    return try program.addresses().map(\.port)
  }

  @Test func `are served, and nothing else`() throws {
    #expect(try ports("--watch") == [8080])
    #expect(try ports(Self.metrics, ":8081", Self.health, ":8082") == [8081, 8082])
    #expect(try ports(Self.metrics, "0", Self.health, ":8082") == [8082])
  }

  @Test func `are none where both say so`() throws {
    #expect(try ports(Self.metrics, "0", Self.health, "0") == [])
    #expect(try ports(Self.metrics, "0", Self.health, "0", "--http-port", "9000") == [9000])
    #expect(try ports(Self.metrics, "0") == [8080])
  }
}
