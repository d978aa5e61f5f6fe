import Testing

@testable import HTTPTransport

@Suite struct `A failed handshake` {
  private func words(
    _ text: String, from: Int64 = 0, to: Int64 = 2_000_000_000, now: Int64 = 1_700_000_000
  ) -> String {
    HandshakeFailure(
      text: text, host: "api",
      certificate: HandshakeFailure.Certificate(notBefore: from, notAfter: to, names: "a, b"),
      now: now
    ).reason
  }

  @Test func `is told in words`() {
    let failed =
      "handshakeFailed(sslError([Error: 268435581 error:1000007d:CERTIFICATE_VERIFY_FAILED]))"
    #expect(
      words(failed, to: 1_600_000_000) == "the server's certificate expired on 2020-09-13")
    #expect(
      words(failed, from: 1_800_000_000)
        == "the server's certificate is not valid before 2027-01-15, and today is 2023-11-14"
        + " here: check the clock")
    #expect(words(failed).contains("unknown CA"))
    #expect(
      words("NIOSSLExtraError.failedToValidateHostname")
        == "the server's certificate is not for api (name mismatch); it is for a, b")
    #expect(
      words("error:TLSV1_ALERT_NO_APPLICATION_PROTOCOL")
        == "the server does not speak http/1.1 (only HTTP/2, perhaps)")
    #expect(words("something new") == "TLS handshake failed: something new")
  }

  @Test func `knows the days`() {
    let days: [(Int64, String)] = [
      (0, "1970-01-01"), (951_782_399, "2000-02-28"), (951_782_400, "2000-02-29"),
      (951_868_800, "2000-03-01"), (4_107_542_399, "2100-02-28"), (4_107_542_400, "2100-03-01"),
      (-1, "1969-12-31"), (253_402_300_799, "9999-12-31"),
    ]
    for (seconds, day) in days { #expect(HandshakeFailure.day(seconds) == day) }
  }
}

@Suite struct `The names of a certificate` {
  @Test(arguments: [
    ("a.example", "a.example", true), ("A.Example.", "a.eXample", true),
    ("a.example", "b.example", false), ("*.example.org", "a.example.org", true),
    ("*.example.org", "a.b.example.org", false), ("*.example.org", "example.org", false),
    ("*.org", "example.org", false), ("*", "host", false),
    ("a*.example.org", "ab.example.org", false),
    ("a.*.org", "a.b.org", false), ("", "a", false), ("localhost", "localhost", true),
    ("127.0.0.1", "127.0.0.1", true),
  ])
  func `cover a host`(name: String, host: String, covers: Bool) {
    #expect(CertificateNames(names: [name]).cover(host) == covers)
  }

  @Test func `are shown without what a terminal obeys`() {
    let names = CertificateNames(names: ["a\u{1B}[2Jb"], addresses: ["10.0.0.1"])
    #expect(names.text == "a[2Jb, 10.0.0.1")
  }
}
