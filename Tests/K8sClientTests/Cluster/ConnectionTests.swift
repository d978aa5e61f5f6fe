import HTTPTransport
import Pacing
import SimulationKit
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The connection of a cluster` {
  @Test func `trusts whom the access trusts`() async throws {
    let cases: [(ServerTrust, TLSSettings)] = [
      (.system, TLSSettings()), (.anything, TLSSettings(verification: .none)),
      (
        .authorities(.given(Secret(somePEM))),
        TLSSettings(trustRoots: .pem(Array(somePEM.utf8)))
      ),
    ]
    for (trust, tls) in cases {
      let server = FakeServer(.answer(200, "{}"))
      _ = try await server.cluster(trust: trust).send(read)
      #expect(server.tls == [tls])
    }
  }

  @Test func `shows the client certificate`() async throws {
    let server = FakeServer(.answer(200, "{}"))
    let certificate = ClientCertificate(chain: Array(somePEM.utf8), key: Secret(someKey))
    let source = FixedCredential(ClientCredential(certificate: certificate))
    _ = try await server.cluster(credentials: source).send(read)
    #expect(server.tls[0].clientCertificate?.chain == Array(somePEM.utf8))
    #expect(server.tls[0].clientCertificate?.key == Array(someKey.utf8))
    #expect(server.tokens == [nil])
  }

  @Test func `is made anew when the authorities are replaced`() async throws {
    let fake = FakeSurroundings(files: ["/ca": somePEM])
    let server = FakeServer(
      .answer(200, "{}"), .answer(200, "{}"), .answer(200, "{}"), .answer(200, "{}"))
    let cluster = try server.cluster(trust: .authorities(.file("/ca")), in: fake)
    _ = try await cluster.send(read)
    fake.advance(.seconds(5))
    _ = try await cluster.send(read)
    #expect(server.tls.count == 1)
    fake.write(somePEM + "# a second one\n" + somePEM, to: "/ca")
    fake.advance(.seconds(5))
    _ = try await cluster.send(read)
    #expect(server.tls.count == 2)
    // Streams go on with the one before, and only that.
    #expect(server.shutdowns == 0)
    fake.write("# third\n" + somePEM, to: "/ca")
    fake.advance(.seconds(5))
    _ = try await cluster.send(read)
    #expect(server.tls.count == 3)
    #expect(server.shutdowns == 1)
    await cluster.shutdown()
    #expect(server.shutdowns == 3)
  }

  @Test func `fails in words while the authorities cannot be used, and is tried again`()
    async throws
  {
    let fake = FakeSurroundings(files: ["/ca": "half a fi"])
    let server = FakeServer()
    let cluster = try server.cluster(trust: .authorities(.file("/ca")), in: fake)
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(change) }
    #expect(error?.code == .unreachable)
    #expect(error?.transport?.code == .handshakeFailed)
    #expect(
      error?.transport?.description
        == "prepare TLS with https://10.0.0.1: /ca: holds no certificate in PEM "
        + "(-----BEGIN CERTIFICATE-----)")
    #expect(error?.mayHaveHappened == false)
    #expect(server.pauses.count == 3)
  }

  @Test func `is closed at the end, and stays so`() async throws {
    let server = FakeServer(.answer(200, "{}"))
    let cluster = try server.cluster()
    _ = try await cluster.send(read)
    await cluster.shutdown()
    await cluster.shutdown()
    #expect(server.shutdowns == 1)
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(read) }
    #expect(error?.transport?.code == .closed)
  }

  @Test func `shares what it knows with its copies`() async throws {
    let server = FakeServer(.answer(200, "{}", headers: ["Date": "Fri, 15 Jan 2027 08:00:00 GMT"]))
    let cluster = try server.cluster()
    var copy = cluster
    copy.settings.retries = .once
    _ = try await copy.send(read)
    #expect(cluster.serverTime() == Timestamp(seconds: 1_800_000_000, nanoseconds: 500_000_000))
    server.advance(.seconds(60))
    #expect(cluster.serverTime() == Timestamp(seconds: 1_800_000_060, nanoseconds: 500_000_000))
  }
}

@Suite struct `The clock of a server` {
  private func tick(_ seconds: Double) -> Tick { Tick.zero + .seconds(seconds) }
  private func date(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

  @Test func `is unknown before the first answer`() {
    #expect(ServerClock().time(at: .zero) == nil)
    #expect(ServerClock().uncertainty == nil)
  }

  @Test func `is known to half a second and half the way there and back`() {
    var clock = ServerClock()
    clock.heard(date(1000), sent: tick(10), received: tick(12))
    // At tick 12 it is between 1000 and 1003.
    #expect(clock.time(at: tick(12)) == Timestamp(seconds: 1001, nanoseconds: 500_000_000))
    #expect(clock.uncertainty == .milliseconds(1500))
    #expect(clock.time(at: tick(22)) == Timestamp(seconds: 1011, nanoseconds: 500_000_000))
  }

  @Test func `is narrowed by what several answers agree on`() {
    var clock = ServerClock()
    // The true time is 1000 and the tick.
    for (at, second) in [(0.1, 1000), (5.9, 1005), (7.0, 1007), (8.95, 1008)] {
      clock.heard(date(Int64(second)), sent: tick(at), received: tick(at))
    }
    let time = clock.time(at: tick(20))
    #expect(time.map { abs(($0 - date(1020)).inSeconds) < 0.06 } == true)
    #expect(clock.uncertainty.map { $0 <= .milliseconds(50) } == true)
  }

  @Test func `follows a server whose clock is set, or another server`() {
    var clock = ServerClock()
    clock.heard(date(1000), sent: tick(0), received: tick(0))
    clock.heard(date(5000), sent: tick(1), received: tick(1))
    #expect(clock.time(at: tick(1)) == Timestamp(seconds: 5000, nanoseconds: 500_000_000))
    clock.heard(date(10), sent: tick(2), received: tick(2))
    #expect(clock.time(at: tick(2)) == Timestamp(seconds: 10, nanoseconds: 500_000_000))
  }

  @Test func `does not believe ticks that run backwards`() {
    var clock = ServerClock()
    clock.heard(date(1000), sent: tick(10), received: tick(5))
    #expect(clock.time(at: tick(5)) == nil)
  }

  @Test(arguments: ["", "yesterday", "1800000000", "Fri, 31 Feb 2027 08:00:00 GMT"])
  func `passes over dates that are none`(text: String) async throws {
    let server = FakeServer(.answer(200, "{}", headers: ["Date": text]))
    let cluster = try server.cluster()
    _ = try await cluster.send(read)
    #expect(cluster.serverTime() == nil)
  }
}
