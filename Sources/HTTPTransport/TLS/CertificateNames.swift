import NIOCore
import NIOSSL

/// What a certificate is for: its DNS names and IP addresses.
///
/// NIOSSL takes a certificate also when it is for the IP address that was connected to, though a name
/// was asked for. Whoever can forge the lookup of a name and has an honest certificate for the address
/// it then leads to would be believed. So a name is looked for here as well.
struct CertificateNames: Hashable, Sendable {
  let names: [String]
  let addresses: [String]

  init(names: [String], addresses: [String] = []) {
    self.names = names
    self.addresses = addresses
  }

  init(_ certificate: NIOSSLCertificate) {
    var names: [String] = []
    var addresses: [String] = []
    for entry in certificate._subjectAlternativeNames() {
      let bytes = entry.contents.withUnsafeBufferPointer { Array($0) }
      switch entry.nameType {
      case .dnsName: names.append(String(decoding: bytes, as: UTF8.self))
      case .ipAddress:
        let packed = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0)
        if let text = packed?.ipAddress { addresses.append(text) }
      default: break
      }
    }
    self.init(names: names, addresses: addresses)
  }

  /// Whether one of the names is that of the host; `*.` stands for one label. The common name does not
  /// count, as nowhere any more.
  func cover(_ host: String) -> Bool {
    let host = Self.labels(host)
    return names.contains { name in
      let labels = Self.labels(name)
      guard labels.count == host.count, let first = labels.first else { return false }
      if first == "*" { return labels.count > 2 && labels.dropFirst() == host.dropFirst() }
      return labels == host[...]
    }
  }

  private static func labels(_ name: String) -> ArraySlice<String> {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false).map { label in
      String(
        decoding: label.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
    // A final dot says nothing.
    return labels.last == "" ? labels.dropLast() : labels[...]
  }

  /// For messages: short, and nothing in it that a terminal obeys.
  var text: String {
    let all = (names + addresses).prefix(8).joined(separator: ", ")
    let safe = all.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }.prefix(200)
    return String(String.UnicodeScalarView(safe))
  }
}
