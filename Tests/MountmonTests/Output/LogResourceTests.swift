import Foundation
import Testing

@testable import mountmon

@Suite struct `The resource of the log` {
  private func read(_ list: String, service: String? = nil) -> (LogResource, [String]) {
    var environment = ["OTEL_RESOURCE_ATTRIBUTES": list]
    environment["OTEL_SERVICE_NAME"] = service
    let (resource, warnings) = LogResource.read(environment)
    return (resource, warnings)
  }

  private func texts(_ resource: LogResource) -> [String] {
    resource.attributes.map { "\($0.name)=\($0.value)" }
  }

  @Test func `is nothing where the environment says nothing`() {
    for environment in [[:], ["OTEL_SERVICE_NAME": "", "OTEL_RESOURCE_ATTRIBUTES": ""]] {
      let (resource, warnings) = LogResource.read(environment)
      #expect(resource.attributes.isEmpty && warnings.isEmpty)
    }
  }

  @Test(arguments: [
    ("a=b", ["a=b"]),
    (
      " k8s.pod.name = plex-0 ,\tservice.version=1.2 ",
      ["k8s.pod.name=plex-0", "service.version=1.2"]
    ),
    ("a=,b=2,,", ["a=", "b=2"]),
    ("a=1,b=2,a=3", ["a=3", "b=2"]),
    ("a=x=y;z", ["a=x=y;z"]),
    ("place=K%C3%B6ln%2C%20Hinterhof,100%25=%3D", ["place=Köln, Hinterhof", "100%=="]),
    ("a=%F0%9F%92%be+b", ["a=\u{1F4BE}+b"]),
    (" , ", []),
  ])
  func `is a list of names and values`(_ list: String, _ expected: [String]) {
    let (resource, warnings) = read(list)
    #expect(texts(resource) == expected)
    #expect(warnings.isEmpty)
  }

  @Test func `has the service's name first, from its own variable where that is set`() {
    #expect(texts(read("a=1,service.name=list").0) == ["service.name=list", "a=1"])
    #expect(texts(read("a=1,service.name=list", service: "own").0) == ["service.name=own", "a=1"])
    #expect(texts(read("", service: "own, 100%").0) == ["service.name=own, 100%"])
  }

  @Test(arguments: [
    ("a", "entry 1 has no \"=\""), ("a=1,b", "entry 2 has no \"=\""),
    ("=1", "entry 1 has no name"), ("a=1,,%20=2,=3", "entry 4 has no name"),
    ("a=%", "entry 1 has a \"%\""), ("a=1,b=%4", "entry 2 has a \"%\""),
    ("a=%zz", "entry 1 has a \"%\""), ("a=%FF", "entry 1 is not UTF-8"),
    ("%C3=1", "entry 1 is not UTF-8"),
  ])
  func `is passed over as a whole where it is bad, with one warning`(
    _ list: String, _ words: String
  ) {
    let (resource, warnings) = read("z=1," + list, service: "own")
    #expect(texts(resource) == ["service.name=own"])
    #expect(warnings.count == 1)
    let alone = LogResource.read(["OTEL_RESOURCE_ATTRIBUTES": list]).warnings
    #expect(alone.first?.hasPrefix("OTEL_RESOURCE_ATTRIBUTES is not used: \(words)") == true)
  }

  @Test func `repeats nothing of a bad list`() {
    for list in ["secret", "secret=%zz", "=secret", "a=1,secret"] {
      #expect(read(list).1.allSatisfy { !$0.contains("secret") })
    }
  }

  @Test func `has limits`() {
    let many = (1...65).map { "k\($0)=v" }.joined(separator: ",")
    #expect(read(many).1 == ["OTEL_RESOURCE_ATTRIBUTES is not used: it has more than 64 entries"])
    let long = "a=" + String(repeating: "x", count: 2047)
    #expect(read(long).1 == ["OTEL_RESOURCE_ATTRIBUTES is not used: it is longer than 2048 bytes"])
    let name = String(repeating: "é", count: 128)
    #expect(read("", service: name).1.first?.contains("255 bytes") == true)
    #expect(read("", service: name).0.attributes.isEmpty)
  }

  @Test func `stands at the end of every line in JSON, and of none in text`() throws {
    let (resource, _) = read("a=\"1\u{1B}\",b=2", service: "plex")
    func line(_ style: LogFormat.Style, _ record: LogRecord) -> String {
      let format = LogFormat(
        style: style, resource: resource, time: { time, _ in "T\(time.seconds)" },
        duration: { _ in "" })
      return String(decoding: format.line(record), as: UTF8.self)
    }
    let record = LogRecord.sample("m", ["x": 1, "resource": "own"])
    #expect(
      line(.json, record)
        == #"{"time":"T7","level":"WARN","msg":"m","x":1,"resource_":"own","#
        + #""resource":{"service.name":"plex","a":"\"1\u001b\"","b":"2"}}"# + "\n")
    #expect(line(.text, record) == "T7 WARN  m x=1 resource=own\n")
  }

  @Test func `leaves room for every message and cut line`() throws {
    let evil = String(repeating: "%01", count: 680)
    let (resource, warnings) = read("a=" + evil, service: String(repeating: "\u{1}", count: 255))
    #expect(warnings.isEmpty)
    try expectRoom(in: 64 * 1024, beside: resource)
    // The longest one that so short a line has.
    let longest = read("a=" + String(repeating: "\u{1}", count: 36), service: "b").0
    #expect(longest.member.count == 255)
    try expectRoom(in: 1024, beside: longest)
  }

  private func expectRoom(in limit: Int, beside resource: LogResource) throws {
    let time = "2026-11-21T04:00:00.123456789Z"
    let format = LogFormat(
      style: .json, lineLimit: limit, resource: resource, time: { _, _ in time },
      duration: { _ in "" })
    #expect(!format.resource.isEmpty)
    let long = String(repeating: "\u{1}", count: 100_000)
    for record in [LogRecord.sample(long), .sample(long, ["a": .string(long), "b": 1])] {
      let line = format.line(record)
      #expect(line.count <= limit)
      let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
      #expect((object?["resource"] as? [String: String])?.count == 2)
    }
  }
}
