import Foundation
import NIOSSL

@testable import HTTPTransport

/// Certificates made by `openssl` once a run, in a folder that is gone afterwards.
struct TestCertificates: Sendable {
  static let shared = Result { try TestCertificates() }

  let ca: [UInt8]
  let otherCA: [UInt8]
  /// For localhost, 127.0.0.1 and ::1.
  let server: TLSSettings.ClientCertificate
  let expired: TLSSettings.ClientCertificate
  let wrongName: TLSSettings.ClientCertificate
  let client: TLSSettings.ClientCertificate
  let encryptedKey: [UInt8]

  private init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "http-transport-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shop = Workshop(folder: folder)
    ca = try shop.authority("ca", "/CN=Test CA")
    otherCA = try shop.authority("other", "/CN=Other CA")
    server = try shop.certificate(
      "server", "/CN=server", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1")
    expired = try shop.certificate(
      "expired", "/CN=expired", "subjectAltName=DNS:localhost,IP:127.0.0.1", days: -1)
    wrongName = try shop.certificate("wrong", "/CN=wrong", "subjectAltName=DNS:example.org")
    client = try shop.certificate("client", "/CN=client", "extendedKeyUsage=clientAuth")
    try shop.openssl(
      "pkey", "-in", "client.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key")
    encryptedKey = try shop.read("locked.key")
  }

  /// What a server of these tests shows and asks for.
  func serving(
    _ identity: TLSSettings.ClientCertificate, protocols: [String] = ["http/1.1"],
    asksForClient: Bool = false, highest: TLSVersion? = nil
  ) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(identity.chain).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem)))
    configuration.applicationProtocols = protocols
    configuration.minimumTLSVersion = .tlsv1
    configuration.maximumTLSVersion = highest
    if asksForClient {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(ca))
    }
    return try NIOSSLContext(configuration: configuration)
  }
}

private struct Workshop {
  let folder: URL

  func authority(_ name: String, _ subject: String) throws -> [UInt8] {
    try openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", "\(name).key", "-out", "\(name).pem", "-days", "2", "-subj", subject)
    return try read("\(name).pem")
  }

  func certificate(
    _ name: String, _ subject: String, _ extensions: String, days: Int = 2
  ) throws -> TLSSettings.ClientCertificate {
    try openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", "\(name).key", "-out", "\(name).csr", "-subj", subject)
    try Data(extensions.utf8).write(to: folder.appending(path: "\(name).ext"))
    try openssl(
      "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key",
      "-CAcreateserial", "-days", "\(days)", "-extfile", "\(name).ext", "-out", "\(name).pem")
    return TLSSettings.ClientCertificate(
      chain: try read("\(name).pem"), key: try read("\(name).key"))
  }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  func openssl(_ words: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + words
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw WorkshopError(words: words) }
  }
}

struct WorkshopError: Error {
  let words: [String]
}
