import MountHealthCore
import Pacing
import Testing

@testable import StackDrain

@Suite struct `The settings of a client` {
  private let url = ServiceURL("http://127.0.0.1:1")

  private func made(
    _ program: ClientSettings.Program, container: String? = nil
  ) throws -> [String] {
    let environment = ScriptedProgram().environment
    var settings = ClientSettings(name: "it", program: program, url: url, container: container)
    settings.role = .download
    return try settings.clients(in: environment).map { description, _ in
      "\(description.target) \(description.role) \(description.container ?? "-")"
        + (description.forgetsPauses ? " forgets" : "")
    }
  }

  @Test func `make clients, two of SABnzbd`() throws {
    #expect(
      try made(.sabnzbd(key: .value("k")), container: "sab") == [
        "client:it download sab forgets", "client:it-post processing sab",
      ])
    #expect(try made(.transmission(nil)) == ["client:it download -"])
    #expect(try made(.qbittorrent(nil)) == ["client:it download -"])
    #expect(try made(.aria2(secret: nil)) == ["client:it download -"])
    #expect(try made(.nzbget(nil)) == ["client:it download - forgets"])
    #expect(try made(.tdarr(key: nil, nodes: [])) == ["client:it download - forgets"])
    #expect(try made(.unit("a.service")) == ["client:it download -"])
    let steps = ClientSettings.CommandSteps(look: ["/a"], pause: ["/a"], resume: ["/a"])
    #expect(try made(.command(steps)) == ["client:it download -"])
    #expect(try made(.command(steps), container: "c") == ["client:it download c forgets"])
  }

  @Test func `are refused where they name nothing`() {
    let environment = ScriptedProgram().environment
    let nowhere = ClientSettings(name: "it", program: .transmission(nil))
    #expect(
      throws: ClientFault("it: Transmission needs a URL that begins with http:// or https://")
    ) { try nowhere.clients(in: environment) }
    let nameless = ClientSettings(name: "", program: .transmission(nil), url: url)
    #expect(throws: ClientFault.self) { try nameless.clients(in: environment) }
  }

  @Test(arguments: [
    ("", "/transmission/rpc"), ("/", "/transmission/rpc"), ("/tr/", "/tr/transmission/rpc"),
    ("/transmission", "/transmission/rpc"), ("/transmission/rpc/", "/transmission/rpc"),
    ("/x/transmission/rpc", "/x/transmission/rpc"), ("/?a=b", "/transmission/rpc"),
  ])
  func `give the path of the program, in whole or in part`(_ path: String, _ whole: String) throws {
    let url: ServiceURL = try #require(ServiceURL("https://[::1]:8443\(path)"))
    let place = ClientPlace(
      name: "it", program: "P", url: url, authorityFile: nil,
      environment: ScriptedProgram().environment)
    #expect(place.path("/transmission/rpc") == whole)
    #expect(place.origin == "https://[::1]:8443")
  }
}

@Suite struct `A connection to a client` {
  @Test func `trusts the authorities of its file, and no others`() async throws {
    let program = ScriptedProgram(.answer(500, ""), .answer(500, ""), files: ["/ca": "AB"])
    let url: ServiceURL = try #require(ServiceURL("https://box.example/"))
    func look(_ file: String?) async throws -> String {
      let settings = ClientSettings(
        name: "it", program: .transmission(nil), url: url, authorityFile: file)
      let client = try #require(try settings.clients(in: program.environment).first).1
      return await program.look(client)
    }
    _ = try await look("/ca")
    _ = try await look(nil)
    #expect(try await look("/none") == "it: /none: No such file or directory")
    #expect(program.places == ["box.example:443 pem([65, 66])", "box.example:443 system"])
  }
}

@Suite struct `A secret` {
  @Test(arguments: [
    ("[misc]\napi_key = a1\n", "a1"), ("[misc]\r\n api_key=\"a 1\"\r\n", "a 1"),
    ("[misc]\napi_key='x'", "x"),
    ("api_key = no\n[misc]\nnzb_api_key = no\napi_key = yes\n", "yes"),
    ("[servers]\napi_key = no\n", nil), ("[misc]\n#api_key = no\n;api_key = no\n", nil),
    ("[misc]\n[[api]]\napi_key = no\n", nil), ("[misc]\napi_key =\n", ""),
    ("[misc]\nother = api_key = no\n", nil), ("", nil), ("[misc\napi_key = no\n", nil),
  ])
  func `is read from the section of an ini file`(_ text: String, _ value: String?) {
    #expect(IniText.value(of: "api_key", in: "misc", Array(text.utf8)) == value)
  }

  @Test func `is the first line of a file`() throws {
    #expect(try SecretReader.firstLine(Array(" a b \t\r\nc".utf8), "/f") == "a b")
    for text in ["", "\n", "  \nx", "a\u{0}b", "a\u{7F}"] {
      #expect(throws: ClientFault.self) { try SecretReader.firstLine(Array(text.utf8), "/f") }
    }
  }

  @Test func `is never in words`() {
    for source in [SecretSource.value("word"), .file("/f")] {
      #expect(!"\(source)".contains("word") && !String(reflecting: source).contains("word"))
    }
    #expect("a word, a wordword".hiding(["word", "", "a"]) == "a …, a ……")
    #expect("……".hiding(["……"]) == "…")
  }
}

@Suite struct `A text for a message` {
  @Test(arguments: [
    ("a\r\n\tb", "a b"), ("  a ", "a"), ("\u{1B}[31mred", "[31mred"), ("a\u{202E}b", "a b"),
    ("a\u{2028}b\u{200F}", "a b"), ("", ""), ("é", "é"),
  ])
  func `is one line`(_ text: String, _ line: String) {
    #expect(text.asOneLine == line)
  }

  @Test func `is not long`() {
    #expect(String(repeating: "x", count: 10_000).asOneLine.count == 201)
    #expect(String(repeating: "e\u{301}", count: 10_000).asOneLine.utf8.count < 700)
  }

  @Test func `is encoded for forms and fields`() {
    #expect("a b&c=d/é\n~".formEncoded == "a%20b%26c%3Dd%2F%C3%A9%0A~")
    #expect(
      ["", "f", "fo", "foo", "foob", "fooba", "foobar", "\u{FF}"].map(\.base64)
        == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "w78="])
  }
}
