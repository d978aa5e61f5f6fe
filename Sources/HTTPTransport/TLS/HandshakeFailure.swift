/// Why a TLS handshake failed, in words for whoever has to mend it. Pure: it is told what the TLS library
/// said, what the server showed, and what time it is.
struct HandshakeFailure {
  /// What is known of the certificate that the server showed.
  struct Certificate: Hashable {
    /// Seconds since 1970.
    let notBefore: Int64
    let notAfter: Int64
    /// Names and addresses, for people.
    let names: String
  }

  /// What the library said: names of BoringSSL such as `CERTIFICATE_VERIFY_FAILED`.
  let text: String
  /// The name or the address that was asked for.
  let host: String
  let certificate: Certificate?
  /// Seconds since 1970.
  let now: Int64

  var reason: String {
    if text.holds("failedToValidateHostname") { return nameMismatch }
    if text.holds("CERTIFICATE_VERIFY_FAILED") { return distrust }
    return Self.known.first { text.holds($0.mark) }?.words
      ?? "TLS handshake failed: \(text)"
  }

  /// Whether this is the server's word about who we are. With TLS 1.3 it comes when the request is on its
  /// way already, which the server then does not look at.
  static func isRejection(_ text: String) -> Bool {
    text.holds("CERTIFICATE_REQUIRED")
      || text.holds("_ALERT_")
        && ["CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED"].contains { text.holds($0) }
  }

  private var nameMismatch: String {
    let names = certificate.map(\.names) ?? ""
    return "the server's certificate is not for \(host) (name mismatch)"
      + (names.isEmpty ? "" : "; it is for \(names)")
  }

  private var distrust: String {
    if let certificate, certificate.notAfter < now {
      return "the server's certificate expired on \(Self.day(certificate.notAfter))"
    }
    if let certificate, certificate.notBefore > now {
      return "the server's certificate is not valid before \(Self.day(certificate.notBefore)),"
        + " and today is \(Self.day(now)) here: check the clock"
    }
    return "the server's certificate does not lead to a trusted one (unknown CA, or one between is"
      + " missing or expired)"
  }

  private static let known: [(mark: String, words: String)] = [
    ("CERTIFICATE_REQUIRED", "the server wants a client certificate, and got none"),
    ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the other side showed no certificate"),
    ("ALERT_CERTIFICATE_EXPIRED", "the server says that our client certificate is expired"),
    ("ALERT_CERTIFICATE_REVOKED", "the server says that our client certificate is revoked"),
    ("ALERT_UNKNOWN_CA", "the server does not trust the CA of our client certificate"),
    ("ALERT_BAD_CERTIFICATE", "the server refuses our client certificate"),
    ("ALERT_CERTIFICATE_UNKNOWN", "the server refuses our client certificate"),
    ("ALERT_UNSUPPORTED_CERTIFICATE", "the server refuses the kind of our client certificate"),
    ("ALERT_ACCESS_DENIED", "the server denies access to our client certificate"),
    ("NO_APPLICATION_PROTOCOL", "the server does not speak http/1.1 (only HTTP/2, perhaps)"),
    ("ALERT_PROTOCOL_VERSION", "the server speaks neither TLS 1.2 nor 1.3"),
    ("UNSUPPORTED_PROTOCOL", "the server speaks neither TLS 1.2 nor 1.3"),
    ("ALERT_UNRECOGNIZED_NAME", "the server does not know the name that was asked for"),
    (
      "ALERT_HANDSHAKE_FAILURE",
      "the server finds no way to talk: no cipher in common, or it wants a client certificate"
    ),
    ("HTTP_REQUEST", "the server does not speak TLS here: use http"),
    ("WRONG_VERSION_NUMBER", "the server does not speak TLS here: is it an http port?"),
    ("EOF during handshake", "the server closed the connection during the TLS handshake"),
  ]

  /// A day as `2026-01-31`.
  static func day(_ secondsSince1970: Int64) -> String {
    // Days from a first of March, so that the leap day ends a year; 400 years are one round.
    let days = (secondsSince1970 >= 0 ? secondsSince1970 : secondsSince1970 - 86_399) / 86_400
    let shifted = days + 719_468
    let round = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfRound = shifted - round * 146_097
    let year =
      (dayOfRound - dayOfRound / 1_460 + dayOfRound / 36_524 - dayOfRound / 146_096) / 365
    let dayOfYear = dayOfRound - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let civilYear = year + round * 400 + (civilMonth <= 2 ? 1 : 0)
    return "\(civilYear)-\(two(civilMonth))-\(two(day))"
  }

  private static func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
}
