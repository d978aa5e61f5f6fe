import Testing

@testable import HTTPTransport

@Suite struct `An endpoint` {
  @Test(arguments: [
    ("http://host", "host", "host:80"), ("https://host", "host", "host:443"),
    ("HTTPS://Host:6443", "host:6443", "host:6443"), ("http://host:443/", "host:443", "host:443"),
    ("https://10.96.0.1:443", "10.96.0.1", "10.96.0.1:443"),
    ("http://[::1]:8080", "[::1]:8080", "[::1]:8080"),
    ("https://[FE80::1]", "[fe80::1]", "[fe80::1]:443"),
    ("http://a_b.c-d.", "a_b.c-d.", "a_b.c-d.:80"),
    ("unix:///run/docker.sock", "localhost", "unix:/run/docker.sock"),
  ])
  func `is read from a URL`(url: String, host: String, text: String) throws {
    let endpoint = try HTTPEndpoint(url)
    #expect(endpoint.hostField == host)
    #expect(endpoint.description == text)
  }

  @Test(arguments: [
    ("host:80", "'host:80' has no scheme: begin with http://, https:// or unix://"),
    ("ftp://host", "'ftp://host' has the scheme 'ftp': use http://, https:// or unix://"),
    ("http://", "'http://' has no host"), ("http://:80", "'http://:80' has no host"),
    (
      "http://host:", "'http://host:' has the port '', which is not a number from 1 to 65535"
    ),
    ("http://host:x", "'http://host:x' has the port 'x', which is not a number from 1 to 65535"),
    ("http://host:0", "the port 0 is not one of 1 to 65535"),
    ("http://host:65536", "the port 65536 is not one of 1 to 65535"),
    (
      "http://::1:80", "'http://::1:80' has an IPv6 address without brackets: write [::1:80]"
    ),
    ("http://[::1", "'http://[::1' has a bracket that is not closed"),
    ("http://[::1]80", "'http://[::1]80' has '80' after its bracket, where only a port may be"),
    (
      "http://[::1%eth0]",
      "'[::1%eth0]' has a zone, which is not supported: give an address without"
    ),
    ("http://[1.2.3.4]", "'[1.2.3.4]' is not an IPv6 address"),
    (
      "http://user:secret@host",
      "the URL holds a user name or password: take it out, credentials are given apart"
    ),
    ("http://h/?a", "'http://h/?a' has a query, which has no place in a server's address"),
    ("http://h#a", "'http://h#a' has a fragment, which has no place in a server's address"),
    ("http://h/a/b", "'http://h/a/b' has the path '/a/b', and none is expected here"),
    ("unix://run/x", "the socket path 'run/x' is not absolute: begin with a slash"),
  ])
  func `is refused with one clear line`(url: String, text: String) {
    let error = #expect(throws: HTTPSettingsError.self) { try HTTPEndpoint(url) }
    #expect(error?.code == .address)
    #expect(error?.description == text)
  }

  @Test(arguments: [
    "10.0.0.256", "1.2.3", "a..b", "a b", "h\u{e9}", "a/b", "", "-:", "h\r\n", "[]",
  ])
  func `is refused for its host`(host: String) {
    #expect(throws: HTTPSettingsError.self) { try HTTPEndpoint.tcp(host, port: 80) }
  }

  @Test func `takes an IPv6 address with and without brackets`() throws {
    #expect(try HTTPEndpoint.tcp("::1", port: 80) == .tcp("[::1]", port: 80))
  }

  @Test func `asks for a name in the handshake, never for an address`() throws {
    #expect(try HTTPEndpoint.tls("Host.", port: 1).serverName == "host")
    #expect(try HTTPEndpoint.tls("10.0.0.1", port: 1).serverName == nil)
    #expect(try HTTPEndpoint.tls("[::1]", port: 1).serverName == nil)
    #expect(try HTTPEndpoint.tls("10.0.0.1", port: 1, serverName: "api").serverName == "api")
    #expect(throws: HTTPSettingsError.self) {
      try HTTPEndpoint.tls("host", port: 1, serverName: "10.0.0.1")
    }
  }

  @Test func `has a path in a location`() throws {
    let location = try HTTPLocation("http://h:9091/transmission/rpc")
    #expect(location.endpoint.description == "h:9091" && location.path == "/transmission/rpc")
    #expect(try HTTPLocation("http://h").path == "/")
  }

  @Test func `knows how long the path of a socket may be`() throws {
    let longest = "/" + String(repeating: "x", count: 106)
    #expect(try HTTPEndpoint.unix(longest).description == "unix:\(longest)")
    #expect(throws: HTTPSettingsError.self) { try HTTPEndpoint.unix(longest + "x") }
  }
}
