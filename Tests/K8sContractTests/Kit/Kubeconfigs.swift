import Foundation
import JSONValue
import StubAPIServer

/// Certificates that all tests share: making them takes longer than most tests.
enum Certificates {
  static let server = Result { try StubCertificates() }
  /// Those of another authority.
  static let foreign = Result { try StubCertificates() }
}

/// Kubeconfigs for a stub.
enum Kubeconfigs {
  /// In JSON.
  static func json(
    _ server: StubAPIServer, user: JSONValue, authority: String? = nil
  ) -> String {
    let authority = authority ?? server.certificates.authorityPEM
    let config: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "stub",
      "clusters": [
        [
          "name": "stub",
          "cluster": [
            "server": .string(server.url),
            "certificate-authority-data": .string(base64(authority)),
          ],
        ]
      ],
      "users": [["name": "tester", "user": user]],
      "contexts": [["name": "stub", "context": ["cluster": "stub", "user": "tester"]]],
    ]
    return config.text()
  }

  /// In YAML, as kubectl writes it, with a client certificate.
  static func yaml(_ server: StubAPIServer) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: admin@stub
    clusters:
    - name: stub
      cluster:
        certificate-authority-data: \(base64(server.certificates.authorityPEM))
        server: \(server.url)
    users:
    - name: admin
      user:
        client-certificate-data: \(base64(server.certificates.clientPEM))
        client-key-data: \(base64(server.certificates.clientKeyPEM))
    contexts:
    - name: admin@stub
      context:
        cluster: stub
        namespace: media
        user: admin

    """
  }

  static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
