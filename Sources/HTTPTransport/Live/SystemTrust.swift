import Glibc

/// The bundle of trusted certificates that many systems have, and an image with one program has not.
enum SystemTrust {
  /// Where NIOSSL looks for it.
  private static let places = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs",
  ]

  /// Without it no server would be trusted, and the cause would be hard to see.
  static var exists: Bool { places.contains { access($0, R_OK) == 0 } }
}
