import Testing

@testable import K8sClient

@Suite struct `A label selector` {
  @Test func `is built in English`() throws {
    let selector = try LabelSelector.label("app", "plex").and(.label("tier", isNot: "old"))
      .and(.label("env", in: ["a", "b"])).and(.label("env", notIn: ["c"])).and(.exists("x/y"))
      .and(.absent("gone"))
    #expect(
      selector.description == "app=plex,tier!=old,env in (a,b),env notin (c),x/y,!gone")
  }

  @Test(
    arguments: [
      ("", ""), ("  ", ""), ("app=plex", "app=plex"), ("app==plex", "app=plex"),
      (" app = plex ", "app=plex"), ("app=", "app="), ("app!=", "app!="),
      ("a != b , c", "a!=b,c"), ("!a", "!a"), ("! a", "!a"), ("a", "a"),
      ("a in(b)", "a in (b)"), ("a in ( b , c )", "a in (b,c)"), ("a notin (b,)", "a notin (b,)"),
      ("a notin(b),in", "a notin (b),in"), ("in in (notin)", "in in (notin)"),
      ("app.kubernetes.io/name=x_Y.z", "app.kubernetes.io/name=x_Y.z"),
    ])
  func `is read from text`(text: String, canonical: String) throws {
    let selector = try LabelSelector(text)
    #expect(selector.description == canonical)
    #expect(try LabelSelector(selector.description) == selector)
  }

  @Test(
    arguments: [
      ",", "a,", ",a", "=b", "a=b=c", "a=b c", "a b", "a in", "a in b", "a in ()x", "a in (b",
      "a in b)", "a in ((b))", "a=(", "!", "!!a", "!a=b", "a!b", "a>1", "/a=b", "a//b", "a/b/c",
      "-a", "a=-", "é", "a=é", "a=\(String(repeating: "x", count: 64))",
    ])
  func `is refused where it is none`(text: String) {
    #expect(throws: ValueError.self, "\(text)") { try LabelSelector(text) }
  }

  @Test func `takes no value that would be more than a value`() {
    for value in ["x,y", "x=y", "(", "x y", "a,!b"] {
      #expect(throws: ValueError.self) { try LabelSelector.label("app", value) }
    }
    #expect(throws: ValueError.self) { try LabelSelector.label("app", in: []) }
  }

  @Test(
    arguments: [
      ("", true), ("app=plex", true), ("app=x", false), ("app!=x", true), ("app!=plex", false),
      ("gone!=x", true), ("app in (x,plex)", true), ("app in (x)", false), ("gone in (x)", false),
      ("app notin (x)", true), ("app notin (plex)", false), ("gone notin (x)", true),
      ("app", true), ("gone", false), ("!app", false), ("!gone", true), ("app,!app", false),
      ("empty=", true), ("gone=", false),
    ])
  func `knows what it selects`(text: String, isMatch: Bool) throws {
    #expect(try LabelSelector(text).matches(["app": "plex", "empty": ""]) == isMatch)
  }
}

@Suite struct `A field selector` {
  @Test func `is written with its values escaped`() throws {
    let selector = try FieldSelector.field("status.phase", "Running")
      .and(.field("spec.nodeName", isNot: "a,b=c\\d")).and(.name(ObjectName("plex-0")))
    #expect(
      selector.description
        == #"status.phase=Running,spec.nodeName!=a\,b\=c\\d,metadata.name=plex-0"#)
  }

  @Test(arguments: ["", "a=b", "a,b", "a!", "a\\", "a b", "é"])
  func `takes no path that would be more than a path`(path: String) {
    #expect(throws: ValueError.self) { try FieldSelector.field(path, "x") }
  }
}
