import JSONValue
import StubAPIServer
import Testing

@Suite struct `The history of the stub` {
  private let maps = "/api/v1/namespaces/default/configmaps"

  private func map(_ name: String) -> JSONValue {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]]
  }

  @Test func `is told from where a watch begins`() {
    var cluster = StubCluster()
    cluster.send("POST", maps, map("a"))
    let start = cluster.revision
    cluster.send("POST", maps, map("b"))
    cluster.send("DELETE", maps + "/a")
    let watch = cluster.send("GET", "\(maps)?watch=true&resourceVersion=\(start)")
    #expect(cluster.events(of: watch) == ["ADDED b", "DELETED a"])
    cluster.send("POST", maps, map("c"))
    #expect(cluster.events(of: watch) == ["ADDED c"])
    #expect(cluster.events(of: watch).isEmpty)
  }

  @Test func `ends for lists and for watches, each by itself`() {
    var cluster = StubCluster()
    for name in ["a", "b", "c"] { cluster.send("POST", maps, map(name)) }
    let start = cluster.revision
    let token =
      cluster.send("GET", maps + "?limit=1").json?["metadata"]?["continue"]?.stringValue ?? ""
    cluster.send("POST", maps, map("d"))
    cluster.expireWatches()
    let watch = cluster.send("GET", "\(maps)?watch=true&resourceVersion=\(start)")
    #expect(cluster.events(of: watch) == ["ERROR"])
    #expect(cluster.openStreams == 0)
    #expect(cluster.send("GET", "\(maps)?limit=5&continue=\(token)").status == 200)
    cluster.expireLists()
    let gone = cluster.send("GET", "\(maps)?limit=5&continue=\(token)")
    #expect(gone.status == 410)
    let next = gone.json?["metadata"]?["continue"]?.stringValue ?? ""
    let rest = cluster.send("GET", "\(maps)?limit=5&continue=\(next)").json
    #expect(
      rest?["items"]?.arrayValue?.compactMap { $0["metadata"]?["name"]?.stringValue }
        == ["b", "c", "d"])
  }

  @Test func `shows an open watch that it is too late`() {
    var cluster = StubCluster()
    let watch = cluster.send("GET", maps + "?watch=true&resourceVersion=\(cluster.revision)")
    cluster.send("POST", maps, map("a"))
    cluster.expireOpenWatches()
    #expect(cluster.events(of: watch) == ["ADDED a", "ERROR"])
    #expect(cluster.openStreams == 0)
  }

  @Test func `comes in pages of one state, whatever happens meanwhile`() {
    var cluster = StubCluster()
    for index in 0..<7 { cluster.send("POST", maps, map("m\(index)")) }
    var names: [String] = []
    var token: String? = ""
    while let current = token {
      let query = current.isEmpty ? "" : "&continue=\(current)"
      let page = cluster.send("GET", maps + "?limit=2" + query).json
      names += (page?["items"]?.arrayValue ?? []).compactMap {
        $0["metadata"]?["name"]?.stringValue
      }
      token = page?["metadata"]?["continue"]?.stringValue
      cluster.send("DELETE", maps + "/m5")
      cluster.send("POST", maps, map("m55"))
    }
    #expect(names == (0..<7).map { "m\($0)" })
  }

  @Test func `can be empty on a page and go on`() {
    var cluster = StubCluster()
    for name in ["a", "b", "c"] { cluster.send("POST", maps, map(name)) }
    cluster.send(
      "PATCH", maps + "/a", ["metadata": ["labels": ["x": "y"]]],
      type: "application/merge-patch+json")
    let first = cluster.send("GET", maps + "?limit=1&labelSelector=x%3Dy").json
    let token = first?["metadata"]?["continue"]?.stringValue ?? ""
    #expect(!token.isEmpty)
    let second = cluster.send("GET", maps + "?limit=1&labelSelector=x%3Dy&continue=\(token)").json
    #expect(second?["items"]?.arrayValue?.isEmpty == true)
    #expect(second?["metadata"]?["continue"] == nil)
  }

  @Test func `is what a cache shows that is behind, to who is content with it`() {
    var cluster = StubCluster()
    cluster.send("POST", maps, map("a"))
    cluster.cacheLag = 1
    func names(_ query: String) -> [String?] {
      (cluster.send("GET", maps + query).json?["items"]?.arrayValue ?? []).map {
        $0["metadata"]?["name"]?.stringValue
      }
    }
    #expect(names("") == ["a"])
    #expect(names("?resourceVersion=0").isEmpty)
    #expect(cluster.send("GET", maps + "/a").status == 200)
    #expect(cluster.send("GET", maps + "/a?resourceVersion=0").status == 404)
  }
}
