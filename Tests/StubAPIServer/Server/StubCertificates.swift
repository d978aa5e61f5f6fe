import Foundation

/// A certificate authority of its own, with a certificate for the server and one for a client, made
/// by the `openssl` command.
public struct StubCertificates: Sendable {
  /// The authority's certificate.
  public let authorityPEM: String
  /// A client certificate of `kubernetes-admin`, and its key.
  public let clientPEM: String
  /// The key of the client certificate.
  public let clientKeyPEM: String
  let serverPEM: String
  let serverKeyPEM: String

  /// Makes them anew.
  ///
  /// - Throws: ``StubServerError`` where `openssl` is missing or fails.
  public init() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "stub-api-server-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let maker = Maker(folder: folder)
    try maker.authority()
    try maker.certificate(
      "server", subject: "/CN=kube-apiserver",
      extensions: """
        subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:kubernetes.default.svc,DNS:kubernetes
        extendedKeyUsage=serverAuth
        """)
    try maker.certificate(
      "client", subject: "/O=system:masters/CN=kubernetes-admin",
      extensions: "extendedKeyUsage=clientAuth")
    authorityPEM = try maker.text("ca.crt")
    serverPEM = try maker.text("server.crt")
    serverKeyPEM = try maker.text("server.key")
    clientPEM = try maker.text("client.crt")
    clientKeyPEM = try maker.text("client.key")
  }

  /// Makes them on a thread of its own, as `openssl` has to be waited for.
  static func make() async throws -> StubCertificates {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try StubCertificates() }) }
    }
  }

  private struct Maker {
    let folder: URL

    func authority() throws {
      try run([
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", "ca.key", "-out", "ca.crt", "-days", "3650", "-subj", "/CN=stub-ca",
      ])
    }

    func certificate(_ name: String, subject: String, extensions: String) throws {
      try Data((extensions + "\n").utf8).write(to: folder.appending(path: name + ".cnf"))
      try run([
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
        name + ".key", "-out", name + ".csr", "-subj", subject,
      ])
      try run([
        "x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key",
        "-CAcreateserial", "-out", name + ".crt", "-days", "365", "-extfile", name + ".cnf",
      ])
    }

    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    private func run(_ arguments: [String]) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["openssl"] + arguments
      process.currentDirectoryURL = folder
      let output = Pipe()
      process.standardOutput = FileHandle.nullDevice
      process.standardError = output
      try process.run()
      let complaint = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw StubServerError(
          "openssl \(arguments.first ?? "") failed: \(String(decoding: complaint, as: UTF8.self))")
      }
    }
  }
}

/// Why the server cannot be started.
public struct StubServerError: Error, CustomStringConvertible {
  /// What failed, and why.
  public let description: String

  init(_ description: String) { self.description = description }
}
