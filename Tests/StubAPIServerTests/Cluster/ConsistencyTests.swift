import JSONValue
import Pacing
import StubAPIServer
import Testing

@Suite struct `What the stub shows` {
  private let maps = "/api/v1/namespaces/default/configmaps"

  /// Lists and then watches must lead to the same picture as listing again, whatever happens.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `is the same by list and by watch`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var cluster = StubCluster(seed: seed)
    let selectors = ["", "&labelSelector=color%3Dred", "&fieldSelector=metadata.name%3Dm1"]
    var views = try selectors.map { try View(selector: $0, &cluster, maps) }
    for _ in 0..<60 {
      change(&cluster, &generator)
      if generator.next() % 7 == 0 {
        let index = Int(generator.next() % UInt64(views.count))
        views[index].resume(&cluster, maps)
      }
    }
    for index in views.indices {
      views[index].read(&cluster)
      let now = try View(selector: selectors[index], &cluster, maps)
      #expect(views[index].objects == now.objects, "seed \(seed), selector \(selectors[index])")
    }
  }

  private func change(_ cluster: inout StubCluster, _ generator: inout SeededGenerator) {
    let name = "m\(generator.next() % 5)"
    switch generator.next() % 4 {
    case 0:
      cluster.send(
        "POST", maps,
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]])
    case 1: cluster.send("DELETE", "\(maps)/\(name)")
    default:
      let color = generator.next() % 2 == 0 ? "red" : "blue"
      cluster.send(
        "PATCH", "\(maps)/\(name)", ["metadata": ["labels": ["color": .string(color)]]],
        type: "application/merge-patch+json")
    }
  }

  /// A client's picture of what a selector chooses.
  private struct View {
    let selector: String
    private(set) var objects: [String: JSONValue] = [:]
    private var version = ""
    private var stream: StubStreamID?

    init(selector: String, _ cluster: inout StubCluster, _ maps: String) throws {
      self.selector = selector
      let list = try #require(cluster.send("GET", "\(maps)?limit=500\(selector)").json)
      version = list["metadata"]?["resourceVersion"]?.stringValue ?? ""
      for item in list["items"]?.arrayValue ?? [] { keep(item) }
      watch(&cluster, maps)
    }

    /// The stream breaks, and the next one begins where this one was.
    mutating func resume(_ cluster: inout StubCluster, _ maps: String) {
      read(&cluster)
      if let stream { cluster.close(stream) }
      watch(&cluster, maps)
    }

    mutating func read(_ cluster: inout StubCluster) {
      guard let stream else { return }
      for piece in cluster.take(from: stream).pieces {
        guard let event = try? JSONValue(parsing: piece), let object = event["object"] else {
          continue
        }
        version = object["metadata"]?["resourceVersion"]?.stringValue ?? version
        let name = object["metadata"]?["name"]?.stringValue ?? ""
        if event["type"] == "DELETED" { objects[name] = nil } else { keep(object) }
      }
    }

    private mutating func watch(_ cluster: inout StubCluster, _ maps: String) {
      stream =
        cluster.send("GET", "\(maps)?watch=true&resourceVersion=\(version)\(selector)").stream
    }

    private mutating func keep(_ object: JSONValue) {
      var object = object
      // Items of lists have neither.
      object["kind"] = nil
      object["apiVersion"] = nil
      objects[object["metadata"]?["name"]?.stringValue ?? ""] = object
    }
  }
}
