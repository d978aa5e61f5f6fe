import Testing
import TimeText

@testable import K8sClient

@Suite struct `The claims of a token` {
  @Test func `tell a bound token's pod`() {
    let text = token(
      claims: """
        {"aud":["https://kubernetes.default.svc"],"exp":1800003600,"iat":1800000000,\
        "kubernetes.io":{"namespace":"media","node":{"name":"n1","uid":"x"},\
        "pod":{"name":"plex-0","uid":"0c2ae9f1-83f0-4b3e-9f7c-1f2a4e2a7b11"},\
        "serviceaccount":{"name":"plex","uid":"y"},"warnafter":1800003607},\
        "sub":"system:serviceaccount:media:plex"}
        """)
    #expect(
      TokenClaims.read(Secret(text))
        == TokenClaims(
          namespace: "media", podName: "plex-0", podUID: "0c2ae9f1-83f0-4b3e-9f7c-1f2a4e2a7b11",
          serviceAccount: "plex", nodeName: "n1", expiry: Timestamp(seconds: 1_800_003_600)))
  }

  @Test func `of a token from a Secret have no pod and no expiry`() {
    let text = token(
      claims: """
        {"kubernetes.io/serviceaccount/namespace":"media",\
        "kubernetes.io/serviceaccount/service-account.name":"plex"}
        """)
    #expect(
      TokenClaims.read(Secret(text)) == TokenClaims(namespace: "media", serviceAccount: "plex"))
  }

  @Test(arguments: [
    "", "abc", "a.b", "a..c", "a.b.c.d", "a.!!!.c", "a.\("[]".base64(.url)).c",
    "a.\("{".base64(.url)).c", "a.\("{}".base64(.url))=.c",
    "a.\(("{\"a\":" + String(repeating: "[", count: 40)).base64(.url)).c",
    "a.\(String(repeating: "A", count: 70_000)).c",
  ])
  func `are none where the token is of another kind`(text: String) {
    #expect(TokenClaims.read(Secret(text)) == nil)
  }

  @Test func `of odd types count as absent`() {
    let odd = #"{"exp":"soon","kubernetes.io":{"namespace":7,"pod":[]}}"#
    #expect(TokenClaims.read(Secret(token(claims: odd))) == TokenClaims())
    #expect(TokenClaims.read(Secret(token(claims: #"{"exp":1e400}"#))) == TokenClaims())
  }
}

@Suite struct `Base 64` {
  @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar", "\u{0}\u{7F}ÿ~?>"])
  func `is read back`(text: String) {
    #expect(Base64.decode(text.base64().utf8, .standard) == Array(text.utf8))
    #expect(Base64.decode(text.base64(.url).utf8, .url) == Array(text.utf8))
  }

  @Test func `may be broken into lines in its standard form`() {
    #expect(Base64.decode("Zm9v\r\nYmFy\n".utf8, .standard) == Array("foobar".utf8))
    #expect(Base64.decode("Zm9v\nYmFy".utf8, .url) == nil)
  }

  @Test(arguments: ["A", "AA", "AAA", "AA=", "AA===", "A===", "AA==AA==", "=", "Zm 9", "Zm9-"])
  func `is refused with wrong padding or letters`(text: String) {
    #expect(Base64.decode(text.utf8, .standard) == nil)
  }
}
