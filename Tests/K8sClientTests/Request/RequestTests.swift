import HTTPTransport
import JSONValue
import Testing
import TimeText

@testable import K8sClient

@Suite struct `A request` {
  static func plex() throws -> ObjectPath { try ObjectPath(Pod.self, "plex-0", in: "media") }

  static let uid = "318fa4b3-1edb-48e2-9004-1160cf2dd9f2"

  @Test func `says for people what it does`() throws {
    let pod = try Self.plex()
    let pods = try CollectionPath(Pod.self, in: .namespace("media"))
    let everywhere = try CollectionPath(Job.self, in: .allNamespaces)
    let job: JSONValue = ["metadata": ["name": "unlock"]]
    let said = [
      APIRequest.get(pod), .list(pods), .list(everywhere), .watch(pods), .delete(pod),
      .evict(pod), .log(pod, LogOptions(container: try ContainerName("main"))),
      try .create(job, in: CollectionPath(Job.self, in: .namespace("media"))),
      try .create([:], in: CollectionPath(Job.self, in: .namespace("media"))),
      .replace(pod, with: [:]), .patch(pod, .merge([:]), subresource: .status),
      .patch(pod, .apply([:], manager: "me")),
      .accessReview(
        AccessQuestion("create", Pod.type, subresource: "eviction", in: try Namespace("media"))),
      .accessReview(AccessQuestion("list", Job.type, in: nil)),
    ].map(\.operation)
    #expect(
      said == [
        "get pod media/plex-0", "list pods in media", "list jobs in all namespaces",
        "watch pods in media", "delete pod media/plex-0", "evict pod media/plex-0",
        "read the log of pod media/plex-0, container main", "create job media/unlock",
        "create job in media", "replace pod media/plex-0", "patch the status of pod media/plex-0",
        "apply pod media/plex-0", "ask for the right to create pods/eviction in media",
        "ask for the right to list jobs of batch in the cluster",
      ])
  }

  @Test func `for one object never becomes one for all`() {
    for text in ["", ".", "..", "a/b", "a%2Fb", "%", "a?b", "../pods"] {
      #expect(throws: ValueError.self) { try ObjectPath(Pod.self, text, in: "media") }
    }
    #expect(throws: ValueError.self) { try ObjectName(existing: "") }
    #expect(throws: ValueError.self) { try ObjectName(existing: "..") }
    #expect(throws: ValueError.self) { try ObjectName(existing: "a/b") }
    #expect(throws: ValueError.self) { try ObjectPath(Pod.self, "plex-0", in: "") }
    #expect(throws: ValueError.self) { try ObjectPath(Pod.self, "plex-0") }
    #expect(throws: ValueError.self) { try Pod(json: ["metadata": ["namespace": "a"]]).path() }
    #expect(throws: ValueError.self) { try Pod(json: ["metadata": ["name": "a"]]).path() }
  }

  @Test func `goes to where its type and scope are`() throws {
    let node = ResourceType(version: "v1", plural: "nodes", kind: "Node", isNamespaced: false)
    #expect(try CollectionPath(node, in: .cluster).text == "/api/v1/nodes")
    #expect(try CollectionPath(Pod.self, in: .allNamespaces).text == "/api/v1/pods")
    #expect(try ObjectPath(node, ObjectName("a.b"), in: nil).text == "/api/v1/nodes/a.b")
    #expect(
      try ObjectPath(Lease.self, "x", in: "kube-system").text
        == "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x")
    #expect(
      try ObjectPath(node, ObjectName(existing: "system:a b".replacing(" ", with: "+")), in: nil)
        .text == "/api/v1/nodes/system%3Aa%2Bb")
    #expect(throws: ValueError.self) { try CollectionPath(Pod.self, in: .cluster) }
    #expect(throws: ValueError.self) { try CollectionPath(node, in: .allNamespaces) }
    #expect(throws: ValueError.self) { try CollectionPath(node, in: .namespace("a")) }
    let pods = try CollectionPath(Pod.self, in: .allNamespaces)
    #expect(throws: ValueError.self) { try pods.object(ObjectName("plex-0")) }
    #expect(throws: ValueError.self) { try APIRequest.create([:], in: pods) }
  }

  @Test func `encodes its query`() throws {
    let pods = try CollectionPath(Pod.self, in: .namespace("lab"))
    let options = ListOptions(
      labels: try .label("app.kubernetes.io/name", in: ["a", "c"]).and(.exists("tier")),
      fields: try .field("x.y", "a=b,c\\d é"), limit: 2)
    #expect(
      APIRequest.list(pods, options).target
        == "/api/v1/namespaces/lab/pods?labelSelector=app.kubernetes.io%2Fname%20in%20%28a%2Cc%29"
        + "%2Ctier&fieldSelector=x.y%3Da%5C%3Db%5C%2Cc%5C%5Cd%20%C3%A9&limit=2")
    #expect(APIRequest.list(pods).target == "/api/v1/namespaces/lab/pods")
  }

  @Test func `becomes HTTP with a name for its client`() throws {
    let pod = try Self.plex()
    let delete = APIRequest.delete(pod, DeleteOptions(onlyIf: .uid(try UID(Self.uid)))).http()
    #expect(delete.method == "DELETE")
    #expect(delete.target == "/api/v1/namespaces/media/pods/plex-0")
    #expect(delete.headers["User-Agent"] == "mountmon")
    #expect(delete.headers["Content-Type"] == "application/json")
    #expect(
      String(decoding: delete.body, as: UTF8.self)
        == #"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"\#(Self.uid)"}}"#)
    let get = APIRequest.get(pod).http(userAgent: "me/1")
    #expect(get.headers["User-Agent"] == "me/1")
    #expect(get.headers["Content-Type"] == nil)
    #expect(get.body.isEmpty)
  }

  @Test func `asks Secrets for their metadata and nothing else`() throws {
    let secrets = try CollectionPath(SecretMetadata.self, in: .allNamespaces)
    #expect(APIRequest.list(secrets).accept == MediaType.partialMetadataList)
    #expect(APIRequest.watch(secrets).accept == MediaType.partialMetadata)
    let secret = try ObjectPath(SecretMetadata.self, "a", in: "b")
    #expect(APIRequest.get(secret).accept == MediaType.partialMetadata)
    let pods = try CollectionPath(MetadataOf<Pod>.self, in: .allNamespaces)
    #expect(APIRequest.list(pods).accept == MediaType.partialMetadataList)
    #expect(APIRequest.list(pods).path == "/api/v1/pods")
  }

  @Test func `has every option of a log`() throws {
    let options = LogOptions(
      container: try ContainerName("restic"), isPrevious: true, tailLines: -3, limitBytes: 0,
      since: .instant(Timestamp(seconds: 1_767_323_045, nanoseconds: 5)), hasTimestamps: true,
      follows: true)
    let request = APIRequest.log(try Self.plex(), options)
    #expect(
      request.target
        == "/api/v1/namespaces/media/pods/plex-0/log?follow=true&container=restic&previous=true"
        + "&tailLines=0&limitBytes=1&sinceTime=2026-01-02T03%3A04%3A05Z&timestamps=true")
    #expect(request.isStream)
    let last = APIRequest.log(try Self.plex(), LogOptions(since: .last(.milliseconds(1500))))
    #expect(last.query == [.init("sinceSeconds", "2")])
  }

  @Test func `for a streamed list always asks for the bookmark that ends it`() throws {
    let pods = try CollectionPath(Pod.self, in: .namespace("lab"))
    let request = APIRequest.watch(
      pods, WatchOptions(allowsBookmarks: false, sendsInitialEvents: true))
    #expect(request.query.contains(.init("allowWatchBookmarks", "true")))
    #expect(request.query.contains(.init("resourceVersionMatch", "NotOlderThan")))
  }

  @Test func `that deletes never turns a negative grace period into none`() {
    func seconds(_ grace: Duration) -> Int? {
      DeleteOptions(gracePeriod: grace).json?["gracePeriodSeconds"]?.intValue
    }
    #expect(seconds(.zero) == 0)
    #expect(seconds(.seconds(-5)) == 1)
    #expect(seconds(.milliseconds(-1)) == 1)
    #expect(seconds(.milliseconds(1)) == 1)
    #expect(seconds(.seconds(30)) == 30)
    #expect(DeleteOptions().json == nil)
  }

  @Test func `for a whole object goes where the object says`() throws {
    var lease = Lease(named: try ObjectName("a"), in: try Namespace("b"))
    #expect(try APIRequest.create(lease).path == "/apis/coordination.k8s.io/v1/namespaces/b/leases")
    let replace = try APIRequest.replace(lease)
    #expect(replace.path == "/apis/coordination.k8s.io/v1/namespaces/b/leases/a")
    #expect(replace.body == lease.json)
    #expect(!replace.isRepeatable)
    lease.metadata.resourceVersion = try ResourceVersion("7")
    #expect(try APIRequest.replace(lease).isRepeatable)
    lease.metadata.namespace = nil
    #expect(throws: ValueError.self) { try APIRequest.create(lease) }
    #expect(throws: ValueError.self) { try APIRequest.replace(lease) }
  }

  @Test func `that applies says which object it is`() throws {
    let path = try ObjectPath(Lease.self, "a", in: "b")
    let request = APIRequest.patch(
      path, .apply(["spec": ["holderIdentity": "x"]], manager: "me", isForced: true))
    #expect(request.contentType == "application/apply-patch+yaml")
    #expect(request.query == [.init("fieldManager", "me"), .init("force", "true")])
    #expect(
      request.body == [
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "a"],
        "spec": ["holderIdentity": "x"],
      ])
    let named: JSONValue = ["kind": "Other", "metadata": ["name": "z"]]
    let odd = APIRequest.patch(path, .apply(named, manager: "me"))
    #expect(odd.body?["kind"] == "Other")
    #expect(odd.body?["metadata"]?["name"] == "z")
  }

  @Test func `waits for as long as it takes only where there is no end`() throws {
    let pod = try Self.plex()
    #expect(!APIRequest.log(pod).isStream)
    #expect(APIRequest.log(pod, LogOptions(follows: true)).isStream)
    #expect(APIRequest.watch(try CollectionPath(Pod.self, in: .allNamespaces)).isStream)
    #expect(!APIRequest.get(pod).isStream)
  }
}
