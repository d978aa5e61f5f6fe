import Testing

@testable import K8sClient

private let podUID = "0c2ae9f1-83f0-4b3e-9f7c-1f2a4e2a7b11"
private let otherUID = "11111111-83f0-4b3e-9f7c-1f2a4e2a7b11"
private let complete = ["POD_NAME": "plex-0", "POD_NAMESPACE": "media", "POD_UID": podUID]

private func mountInfo(_ uid: String) -> String {
  """
  2290 2119 0:385 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/x
  2301 2290 259:2 /var/lib/kubelet/pods/\(uid)/etc-hosts /etc/hosts rw,relatime - ext4 /dev/x rw
  2302 2290 259:2 /var/lib/kubelet/pods/\(uid)/containers/a/1f /dev/termination-log rw - ext4 /d rw

  """
}

private func find(
  _ environment: [String: String], _ claims: TokenClaims? = nil, _ mounts: String = ""
) throws -> PodIdentity {
  try PodIdentity.find(environment: environment, claims: claims, mountInfo: Array(mounts.utf8))
}

@Suite struct `The identity of a pod` {
  @Test func `is found by any source that tells`() throws {
    let expected = "pod media/plex-0 (uid \(podUID))"
    #expect(try find(complete).description == expected)
    let claims = TokenClaims(namespace: "media", podName: "plex-0", podUID: podUID)
    #expect(try find([:], claims).description == expected)
    #expect(
      try find(["POD_NAME": "plex-0", "POD_NAMESPACE": "media"], nil, mountInfo(podUID)).description
        == expected)
    #expect(try find(complete, claims, mountInfo(podUID)).description == expected)
    #expect(
      try find(["POD_UID": podUID.uppercased(), "POD_NAME": ""], claims).description == expected)
  }

  @Test func `is not told by a token that is bound to no pod`() throws {
    let claims = TokenClaims(namespace: "automation", serviceAccount: "robot")
    let identity = try find(complete, claims)
    #expect(identity.namespace.description == "media")
    #expect(identity.serviceAccount == nil)
  }

  @Test func `keeps the service account`() throws {
    let claims = TokenClaims(podName: "plex-0", serviceAccount: "plex")
    #expect(try find(complete, claims).serviceAccount == "plex")
  }

  @Test(arguments: [
    (
      "POD_NAME",
      "name: none of POD_NAME, the token tells it; set POD_NAME in the container's env from "
        + "fieldRef metadata.name"
    ),
    (
      "POD_NAMESPACE",
      "namespace: none of POD_NAMESPACE, the token tells it; set POD_NAMESPACE in the container's "
        + "env from fieldRef metadata.namespace"
    ),
    (
      "POD_UID",
      "uid: none of POD_UID, the token, /proc/self/mountinfo tells it; set POD_UID in the "
        + "container's env from fieldRef metadata.uid"
    ),
  ])
  func `is not guessed where a piece is missing`(variable: String, fault: String) {
    for value in [nil, ""] {
      var environment = complete
      environment[variable] = value
      #expect(words { try find(environment) } == "find out which pod this is: \(fault)")
    }
  }

  @Test func `is in doubt where the sources disagree`() {
    #expect(
      words { try find(complete, TokenClaims(namespace: "tv", podName: "plex-0")) }
        == "find out which pod this is: namespace: POD_NAMESPACE says \"media\", the token says "
        + "\"tv\"; set POD_NAMESPACE from fieldRef metadata.namespace, not from a fixed value")
    #expect(words { try find(complete, TokenClaims(podName: "plex-1")) }.contains("name: POD_NAME"))
    let message = words {
      try find(complete, TokenClaims(podUID: podUID), mountInfo(otherUID))
    }
    #expect(message.contains("/proc/self/mountinfo says \"\(otherUID)\""))
  }

  @Test(arguments: ["../x", "a/b", "A", "a b", "-", String(repeating: "a", count: 254), "x\n"])
  func `has no name that could lead elsewhere`(name: String) throws {
    let error = try #require(throws: AccessError.self) {
      try find(complete.merging(["POD_NAME": name]) { $1 })
    }
    #expect(error.faults.count == 1)
    #expect(error.faults[0].hasPrefix("name: POD_NAME says "))
  }

  @Test func `has all its faults named at once`() throws {
    let error = try #require(throws: AccessError.self) { try find([:]) }
    #expect(error.faults.count == 3)
  }
}

@Suite struct `The uid in the mounts of a container` {
  private func uid(_ text: String) -> String? { PodIdentity.uid(inMountInfo: Array(text.utf8)) }

  @Test(arguments: [
    "1 2 259:2 /var/lib/kubelet/pods/U/etc-hosts /etc/hosts rw - ext4 /dev/x rw\n",
    "1 2 259:2 /kubelet/pods/U/etc-hosts /etc/hosts rw - xfs /dev/x rw",
    "1 2 0:9 /pods/U/etc-hosts /etc/hosts rw - btrfs /dev/x rw",
    "1 2 0:9 /k/pods/U/containers/app/8f31 /dev/termination-log rw - ext4 /dev/x rw",
  ])
  func `is found wherever the kubelet has its folder`(line: String) {
    let line = line.replacing("U", with: podUID)
    #expect(uid(line) == podUID)
  }

  @Test(arguments: [
    "", "\n\n", "/etc/hosts", "1 2 0:9 /var/lib/docker/containers/ab/hosts /etc/hosts rw - e d rw",
    "1 2 0:9 /pods/U/etc-hosts /etc/host rw - ext4 /d rw", "1 2 0:9 /pods/U /etc/hosts rw - e d rw",
    "1 2 0:9 /pods/8f3a/etc-hosts /etc/hosts rw - ext4 /d rw",
    "1 2 0:9 /pods/U/volumes /etc/hosts rw - ext4 /d rw", "1 2 0:9 pods /etc/hosts",
  ])
  func `is not taken from anything else`(line: String) {
    #expect(uid(line.replacing("U", with: podUID)) == nil)
  }

  @Test func `is unknown where two pods are named`() {
    #expect(uid(mountInfo(podUID) + mountInfo(otherUID)) == nil)
  }
}
