import JSONValue
import K8sClient
import Testing

@testable import ResticUnlock

@Suite struct `The identity of a repository` {
  private func identity(_ container: JSONValue, namespace: String = "media") -> String {
    RepositoryIdentity(
      of: Container(json: container), in: Objects.pod(), namespace: namespace
    ).description
  }

  private func address(_ value: String) -> JSONValue {
    [
      "name": "restic", "env": [["name": "RESTIC_REPOSITORY", "value": .string(value)]],
      "volumeMounts": [
        ["name": "data", "mountPath": "/data"],
        ["name": "repository", "mountPath": "/repository", "subPath": "deep"],
      ],
    ]
  }

  @Test func `is the reference to a Secret`() {
    #expect(identity(Objects.restic()) == "secret media/app-volsync (RESTIC_REPOSITORY)")
    let all: JSONValue = ["name": "restic", "envFrom": [["secretRef": ["name": "s"]]]]
    #expect(identity(all) == "secret media/s (RESTIC_REPOSITORY)")
  }

  @Test func `is an address without user and password`() {
    #expect(identity(address("rest:https://me:word@host/a@b")) == "rest:https://host/a@b")
    #expect(identity(address("s3:https://s3.example/bucket")) == "s3:https://s3.example/bucket")
    #expect(identity(address("sftp:me@host:/path")) == "sftp:host:/path")
  }

  @Test func `of a folder is one with what is mounted there`() {
    let folder = "/repository/app on nfs nas.example:/volsync at /repository, below deep"
    #expect(identity(address("/repository/app")) == folder)
    #expect(identity(address("/data/x")) == "/data/x on claim media/app at /data")
    #expect(
      identity(address("/repositoryx")) == "/repositoryx on the container's own disk in media")
  }

  @Test func `may stand in the command, or nowhere`() {
    #expect(identity(["name": "x", "command": ["restic", "-r", "b2:a:b"]]) == "b2:a:b")
    let none = RepositoryIdentity(
      of: Container(json: ["name": "x"]), in: Objects.pod(), namespace: "a")
    #expect(!none.isKnown)
    #expect(none.hash.utf8.count == 16)
  }
}
