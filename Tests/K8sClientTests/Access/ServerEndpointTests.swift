import Testing

@testable import K8sClient

@Suite struct `The address of an API server` {
  @Test(arguments: [
    ("https://10.0.0.1:6443", "10.0.0.1", 6443, "", "10.0.0.1:6443"),
    ("https://k8s.example", "k8s.example", 443, "", "k8s.example"),
    ("https://k8s.example:443/", "k8s.example", 443, "", "k8s.example"),
    ("https://[fd00::1]:6443", "fd00::1", 6443, "", "[fd00::1]:6443"),
    ("https://[::1]", "::1", 443, "", "[::1]"),
    ("https://rancher/k8s/clusters/c-1/", "rancher", 443, "/k8s/clusters/c-1", "rancher"),
    ("http://127.0.0.1:8001", "127.0.0.1", 8001, "", "127.0.0.1:8001"),
    ("http://localhost", "localhost", 80, "", "localhost"),
    ("http://[::1]:8001/x", "::1", 8001, "/x", "[::1]:8001"),
  ])
  func `is read from a URL`(
    url: String, host: String, port: Int, prefix: String, authority: String
  ) throws {
    let endpoint = try ServerEndpoint(url: url)
    #expect(endpoint.host == host)
    #expect(endpoint.port == port)
    #expect(endpoint.pathPrefix == prefix)
    #expect(endpoint.authority == authority)
    #expect(try ServerEndpoint(url: endpoint.description) == endpoint)
  }

  @Test(arguments: [
    ("10.0.0.1:6443", "must begin with https://"), ("HTTPS://a", "must begin with https://"),
    ("", "must begin with https://"),
    ("https://", "its host is neither a name nor an address"),
    ("https://a b", "its host is neither a name nor an address"),
    ("https://..", "its host is neither a name nor an address"),
    ("https://[10.0.0.1x::]", "its host is neither a name nor an address"),
    ("https://a:0", "its port must be a number from 1 to 65535"),
    ("https://a:65536", "its port must be a number from 1 to 65535"),
    ("https://a:", "its port must be a number from 1 to 65535"),
    ("https://a:+1", "its port must be a number from 1 to 65535"),
    ("https://u:p@a", "may not hold a user name or a password"),
    ("https://a/?x=1", "its path may not hold spaces, a query or a fragment"),
    ("https://a/b\r\nX: y", "its path may not hold spaces, a query or a fragment"),
    ("https://fd00::1:6443", "an IPv6 address stands in brackets: https://[fd00::1]:6443"),
  ])
  func `is refused with the reason`(url: String, reason: String) {
    #expect(
      words { try ServerEndpoint(url: url) }
        == "read the address of the API server: \(Shown.quoted(url)): \(reason)")
  }

  @Test(arguments: [
    "http://10.0.0.1", "http://k8s.example:8080", "http://127.example", "http://[fd00::1]",
    "http://1.127.0.0.1",
  ])
  func `is plain HTTP on loopback only`(url: String) {
    #expect(words { try ServerEndpoint(url: url) }.contains("for loopback addresses only"))
  }

  @Test(arguments: [
    ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6:7:8", true),
    ("1:2:3:4:5:6:1.2.3.4", true), ("::1.2.3.4", true), ("fe80::a:B", true),
    (":", false), (":1", false), ("1:", false), (":::", false), ("1::2::3", false),
    ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:8:9", false), ("1:2:3:4:5:6:7:8::", false),
    ("12345::", false), ("g::", false), ("::1.2.3", false), ("::1.2.3.256", false),
    ("1.2.3.4::", false), ("::1%eth0", false),
  ])
  func `knows IPv6`(text: String, isAddress: Bool) {
    #expect(InternetHost.isIPv6(text) == isAddress)
  }
}
