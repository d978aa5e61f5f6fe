import JSONValue
import Testing

@testable import K8sClient

@Suite struct `A request that may be sent twice` {
  private let pod = try? ObjectPath(Pod.self, "plex-0", in: "media")

  @Test func `is one that cannot do more the second time`() throws {
    let pod = try #require(pod)
    let pods = try CollectionPath(Pod.self, in: .namespace("media"))
    let uid = DeleteOptions(onlyIf: .uid(try UID("u")))
    let version = DeleteOptions(onlyIf: .resourceVersion(try ResourceVersion("7")))
    let versioned: JSONValue = ["metadata": ["resourceVersion": "7"]]
    let dry = WriteOptions(isDryRun: true)
    let repeatable: [APIRequest] = [
      .get(pod), .list(pods), .watch(pods), .log(pod), .serverVersion(),
      .delete(pod, uid), .delete(pod, version), .delete(pod, DeleteOptions(isDryRun: true)),
      .evict(pod, uid), .evict(pod, version), .evict(pod, DeleteOptions(isDryRun: true)),
      .replace(pod, with: versioned), .replace(pod, with: [:], dry),
      .patch(pod, .merge(versioned)), .patch(pod, .strategicMerge(versioned)),
      .patch(pod, .apply(versioned, manager: "me")),
      .patch(pod, .apply(["metadata": ["uid": "u"]], manager: "me")),
      .patch(pod, .merge([:]), dry), try .create([:], in: pods, dry),
      .accessReview(AccessQuestion("get", Pod.type, in: nil)),
    ]
    for request in repeatable { #expect(request.isRepeatable, "\(request)") }
  }

  @Test func `is no other`() throws {
    let pod = try #require(pod)
    let pods = try CollectionPath(Pod.self, in: .namespace("media"))
    let once: [APIRequest] = [
      try .create(["metadata": ["name": "a"]], in: pods), .delete(pod), .evict(pod),
      .delete(pod, DeleteOptions(onlyIf: .init(), gracePeriod: .zero)),
      .replace(pod, with: [:]), .replace(pod, with: ["metadata": ["resourceVersion": ""]]),
      .replace(pod, with: ["metadata": ["resourceVersion": .null]]),
      .patch(pod, .merge(["spec": [:]])), .patch(pod, .merge(["metadata": ["uid": "u"]])),
      .patch(pod, .operations([])), .patch(pod, .apply([:], manager: "me", isForced: true)),
    ]
    for request in once {
      #expect(!request.isRepeatable, "\(request)")
      #expect(!request.isReadOnly, "\(request)")
    }
  }

  @Test func `stores nothing when it only reads or tries`() throws {
    let pod = try #require(pod)
    #expect(APIRequest.get(pod).isReadOnly)
    #expect(APIRequest.accessReview(AccessQuestion("get", Pod.type, in: nil)).isReadOnly)
    #expect(APIRequest.patch(pod, .merge([:]), WriteOptions(isDryRun: true)).isReadOnly)
    #expect(APIRequest.evict(pod, DeleteOptions(isDryRun: true)).isReadOnly)
    #expect(!APIRequest.evict(pod, DeleteOptions(onlyIf: .uid(try UID("u")))).isReadOnly)
  }
}
