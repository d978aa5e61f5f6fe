import JSONValue
import Testing

@testable import K8sClient

private func document(_ text: String) throws -> JSONValue {
  try Kubeconfig.document(Array(text.utf8))
}

#if Kubeconfig
  @Suite struct `A kubeconfig in YAML` {
    @Test func `says what the same says in JSON`() throws {
      let yaml = """
        apiVersion: v1
        kind: Config
        current-context: main
        clusters:
        - name: home
          cluster:
            server: https://k:6443
        users:
        - name: me
          user: {token: "abc"}
        contexts:
        - context: {cluster: home, namespace: media, user: me}
          name: main
        """
      #expect(try document("# by hand\n---\n" + yaml) == document(kubeconfig()))
    }

    @Test func `has the scalars of the core schema`() throws {
      let yaml = """
        plain: yes
        yes: on
        truth: [true, True, "true", 'false', False]
        numbers: [1, -2.5, "1", 0x10, 1_000, 1e3]
        nothing: [null, ~, "null", ]
        empty:
        block: |
          a
          b
        folded: >-
          c
          d
        """
      let json: JSONValue = [
        "plain": "yes", "yes": "on", "truth": [true, true, "true", "false", false],
        "numbers": [1, -2.5, "1", "0x10", "1_000", 1000], "nothing": [.null, .null, "null"],
        "empty": .null, "block": "a\nb\n", "folded": "c d",
      ]
      #expect(try document(yaml) == json)
    }

    @Test func `may use a few aliases`() throws {
      #expect(try document("a: &x {b: 1}\nc: *x\n") == ["a": ["b": 1], "c": ["b": 1]])
    }

    @Test func `cannot grow by aliases of aliases`() {
      var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
      for level in 1...9 {
        let references = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
        bomb += "a\(level): &a\(level) [\(references)]\n"
      }
      #expect(words { try document(bomb) }.contains("has more than 16 aliases (*name)"))
      // As far as sixteen go: each level doubles.
      let wide = Array(repeating: "x", count: 4000).joined(separator: ", ")
      var slow = "a0: &a0 [\(wide)]\n"
      for level in 1...8 {
        slow += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
      }
      #expect(words { try document(slow) }.contains("has more than 100000 values"))
    }

    @Test(arguments: [
      ("a: [1", "line 2, column"), ("a: b: c", "line 1, column"),
      ("a: 1\na: 2", #"line 1: has the same key twice: "a""#),
      ("? [1]\n: 2", "has a key that is no string in line 1, column 3"),
      ("a: &x {b: 1}\nc: {<<: *x}", "has a merge key (<<)"), ("a: *b", "found undefined alias"),
      ("a: \u{1}", "is not YAML"), ("a: 1\n---\nb: 2", "found another document"),
      (String(repeating: "[", count: 100) + String(repeating: "]", count: 100), "deeper than 64"),
      (String(repeating: "[", count: 5000), "line 1, column"),
      (String(repeating: "- ", count: 5000), "line 1, column"),
    ])
    func `is refused with the place`(text: String, fault: String) {
      let message = words { try document(text) }
      #expect(message.contains(fault), "\(message)")
    }

    @Test func `keeps secrets out of its errors`() {
      let message = words { try document("users:\n- user: {token: hunter2: x}\n token: hunter2\n") }
      #expect(!message.contains("hunter2"), "\(message)")
      let twice = words { try document("token: hunter2\ntoken: hunter2\n") }
      #expect(!twice.contains("hunter2"), "\(twice)")
    }

    @Test func `is no text of another encoding`() {
      #expect(throws: Refusal("is not UTF-8")) {
        try Kubeconfig.document([0x61, 0x3A, 0x20, 0xFF, 0xFE])
      }
    }
  }
#else
  @Suite struct `A kubeconfig in YAML` {
    @Test func `is refused with what to do where YAML is left out`() {
      #expect(words { try document("kind: Config") }.contains("kubectl config view --raw -o json"))
    }
  }
#endif
