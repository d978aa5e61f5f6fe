import Testing

@testable import K8sClient

@Suite struct `A name` {
  private static let long = String(repeating: "a", count: 63)

  @Test(arguments: ["a", "0", "a-b", "kube-system", "9-9", long])
  func `of a namespace is a label`(text: String) throws {
    #expect(try Namespace(text).description == text)
    #expect(try ContainerName(text).description == text)
    #expect(try ObjectName(text).description == text)
  }

  @Test(arguments: ["", "-a", "a-", "A", "a_b", "a b", "é", "a\n", "a/b", "٣", "a.b", "\(long)a"])
  func `of a namespace is nothing else`(text: String) {
    #expect(throws: ValueError.self) { try Namespace(text) }
    #expect(throws: ValueError.self) { try ContainerName(text) }
  }

  @Test(arguments: [
    "a.b", "prowlarr-0.17a1", "a.0-1.z", "\(long).\(long).\(long).\(long.dropLast(2))",
  ])
  func `of an object is a subdomain`(text: String) throws {
    #expect(try ObjectName(text).description == text)
  }

  @Test(arguments: ["", ".", "..", "a..b", ".a", "a.", "a-.b", "Bad_Name", "system:node", "a/b"])
  func `of a new object is nothing else`(text: String) {
    #expect(throws: ValueError.self) { try ObjectName(text) }
  }

  @Test func `of an object that is there may be odd`() throws {
    #expect(try ObjectName(existing: "Bad_Name").description == "Bad_Name")
    #expect(try ObjectName(existing: "system:node").description == "system:node")
    for text in ["", ".", "..", "a/b", "a%b", "a b", "a\u{0}", String(repeating: "a", count: 254)] {
      #expect(throws: ValueError.self) { try ObjectName(existing: text) }
    }
  }

  @Test func `says what is wrong with it, also where it is hostile`() {
    let error = #expect(throws: ValueError.self) { try ObjectName("\u{1B}[31m\u{202E}x\r\ny") }
    #expect(error?.description.hasPrefix("\"[31mx y\" is not an object name: it may hold") == true)
    let empty = #expect(throws: ValueError.self) { try ObjectName("") }
    #expect(empty?.description == "\"\" is not an object name: it is empty")
  }

  @Test func `that is opaque is taken as it is`() throws {
    #expect(try ResourceVersion("0") == .any)
    #expect(try ResourceVersion("abc").description == "abc")
    #expect(try UID("u").description == "u")
    for text in ["", " ", "a b", "é", "a\n", String(repeating: "a", count: 254)] {
      #expect(throws: ValueError.self) { try UID(text) }
      #expect(throws: ValueError.self) { try ResourceVersion(text) }
    }
  }
}
