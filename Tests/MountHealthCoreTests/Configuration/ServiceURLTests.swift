import Testing

@testable import MountHealthCore

@Suite struct `The URL of a service` {
  @Test(arguments: [
    ("http://127.0.0.1:5572/vfs/refresh?a=b", "http://127.0.0.1:5572/vfs/refresh?a=b"),
    ("https://dav.example", "https://dav.example:443/"),
    ("http://dav.example?x", "http://dav.example:80/?x"),
    ("HTTPS://dav.example/A", "https://dav.example:443/A"),
    ("tcp://nas:2049", "tcp://nas:2049"),
    ("tcp://[fd00::5]:2049/", "tcp://[fd00::5]:2049"),
    ("http://[::1]/", "http://[::1]:80/"),
  ])
  func `is read`(text: String, written: String) {
    #expect(ServiceURL(text)?.description == written)
    #expect(ServiceURL(written)?.description == written)
  }

  @Test(arguments: [
    "", "http", "http:", "http://", "http:///x", "//a", "ftp://a", "tcp://nas", "tcp://nas:2049/x",
    "http://a:0", "http://a:65536", "http://a:", "http://a:8o", "http://u:p@a/", "http://a/#b",
    "http://a b/", "http://a/\u{0}", "http://ä/", "http://[fd00::5", "http://[nas]/", "http://::1/",
    "http://[::1]x", "http://a/b\r\nHost: c",
  ])
  func `is refused`(text: String) {
    #expect(ServiceURL(text) == nil)
  }

  @Test func `is of an allowed scheme, and not endless`() {
    #expect(ServiceURL("tcp://a:1", schemes: [.http, .https]) == nil)
    #expect(ServiceURL("http://a/" + String(repeating: "x", count: 2040)) == nil)
    #expect(ServiceURL("http://a/" + String(repeating: "x", count: 2039)) != nil)
  }
}
