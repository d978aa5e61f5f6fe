import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import Testing
import TimeText

@testable import mountmon

@Suite struct `What is shown of unlocks` {
  private static func clock(_ scene: UnlockScene) -> WallClock {
    WallClock(now: scene.wall, tick: scene.now)
  }

  private static func healed() throws -> UnlockScene {
    var scene = UnlockScene()
    try scene.runThroughOneUnlock()
    return scene
  }

  /// A lock whose holder nobody knows.
  private static func locked() throws -> UnlockScene {
    var scene = UnlockScene(isDryRun: true)
    _ = scene.take(UnlockScene.beginning()) + scene.take(.timer)
    let uid = try UID("uid-volsync-src-prowlarr-nfs-bbbbb")
    _ = scene.take(.log(UnlockScene.key, uid, UnlockScene.log))
    _ = scene.take(
      .answered(UnlockScene.key, UnlockScene.repository, 1, .record(nil, version: nil)))
    return scene
  }

  @Test func `is a story from the failure to the lock that is gone`() throws {
    var scene = UnlockScene()
    let lines = try scene.runThroughOneUnlock().filter { !$0.hasPrefix("status") }
    Snapshot.expect(lines.joined(separator: "\n") + "\n", is: "volsync-story.txt")
    #expect(lines.contains("create downloads"))
    #expect(lines.contains("info: lock removed (UnlockSucceeded on downloads/prowlarr-nfs)"))
    #expect(scene.helm.picture.isSettled)
    #expect(
      VolSyncDocument(picture: scene.helm.picture, time: Self.clock(scene)).result == .healed)
    let monitor = try #require(scene.helm.picture.monitors.first).object
    #expect(monitor[.unlocksCreated] == 1)
    #expect(monitor[.unlocksSucceeded] == 1)
    #expect(monitor[.lockErrorsDetected] == 1)
  }

  @Test func `as a table is as recorded, and fits 80 columns`() throws {
    for (scene, isDryRun, name) in [
      (try Self.healed(), false, "volsync-healed.txt"),
      (try Self.locked(), true, "volsync-locked.txt"),
    ] {
      let document = VolSyncDocument(
        picture: scene.helm.picture, isDryRun: isDryRun, time: Self.clock(scene))
      let text = VolSyncTable(isColored: false).text(document.json)
      Snapshot.expect(text, is: name)
      #expect(text.split(separator: "\n").filter { $0.count > 80 } == [])
      let colored = VolSyncTable(isColored: true).text(document.json)
      #expect(colored.replacing(/\u{1B}\[[0-9]*m/, with: "") == text)
    }
  }

  @Test func `as a document is as recorded`() throws {
    let scene = try Self.healed()
    let document = VolSyncDocument(picture: scene.busyPicture, time: Self.clock(scene))
    Snapshot.expect(document.json.text(.pretty) + "\n", is: "volsync-status.json")
  }

  @Test func `shows no value that a mover has in the open`() throws {
    var scene = try Self.locked()
    let job = Job(json: [
      "metadata": ["name": "mountmon-unlock-a", "namespace": "downloads"],
      "spec": [
        "template": [
          "spec": [
            "containers": [
              [
                "name": "restic",
                "env": [
                  ["name": "RESTIC_PASSWORD", "value": "word"],
                  ["name": "MOUNTMON_MODE", "value": "inspect"],
                ],
              ]
            ]
          ]
        ]
      ],
    ])
    var picture = scene.helm.picture
    let unlock = UnlockJob(mode: .inspect, expected: [], job: job)
    picture.repositories[0].plan = UnlockPlan(
      repository: UnlockScene.repository, action: .run(unlock), reason: "a look")
    let document = VolSyncDocument(picture: picture, time: Self.clock(scene))
    #expect(!document.json.text().contains("word\""))
    #expect(document.json.text().contains("inspect"))
    #expect(!document.openJSON.text().contains("RESTIC_PASSWORD"))
    #expect(document.openJSON.text().contains("mountmon-unlock-a"))
    scene.helm.journal = []
  }

  @Test func `of one backup is said in words`() throws {
    let scene = try Self.locked()
    let source = UnlockScene.source(status: [
      "lastSyncTime": "2027-01-14T08:00:00Z",
      "latestMoverStatus": ["result": "Failed", "logs": "one\ntwo"],
    ])
    var explanation = VolSyncExplanation(
      namespace: "downloads", name: "prowlarr-nfs", source: source, destination: nil,
      picture: scene.helm.picture)
    let text = explanation.text(width: 80, isColored: false)
    Snapshot.expect(text, is: "volsync-explain.txt")
    #expect(text.split(separator: "\n").filter { $0.count > 80 } == [])
    explanation.picture = UnlockPicture()
    #expect(explanation.text(width: 80, isColored: false).contains("nothing can be said"))
    explanation.picture.isSynced = true
    #expect(explanation.text(width: 80, isColored: false).contains("No mover of it failed"))
  }

  @Test(arguments: MetricsFormat.allCases)
  func `as metrics is as recorded`(_ format: MetricsFormat) throws {
    let scene = try Self.healed()
    let metrics = VolSyncMetrics(
      picture: scene.busyPicture, leadership: UnlockLeadership(isLeading: true), server: .init(),
      clock: Self.clock(scene), start: .zero)
    let text = String(decoding: metrics.page(format, isChecked: true).finish(), as: UTF8.self)
    // What differs between machines is another test's.
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("mountmon_build_info") }
    Snapshot.expect(lines.joined(separator: "\n") + "\n", is: "volsync-metrics-\(format).txt")
  }

  @Test func `lets no control character through to a terminal`() throws {
    var scene = try Self.locked()
    var picture = scene.helm.picture
    picture.complaints = ["a\u{1B}]0;b"]
    scene.helm.journal = []
    let text = VolSyncTable(isColored: false).text(
      VolSyncDocument(picture: picture, time: Self.clock(scene)).json)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test func `says which code to leave with`() {
    var picture = UnlockPicture()
    func result() -> VolSyncDocument.Outcome {
      VolSyncDocument(picture: picture, time: .now()).result
    }
    #expect(result().exitCode == 2)
    picture.isSynced = true
    picture.isCurrent = true
    #expect(result().exitCode == 3)
    picture.monitors = [.init(key: UnlockScene.key, object: UnlockScene.monitor())]
    #expect(result().exitCode == 0)
    picture.isCurrent = false
    #expect(result().exitCode == 2)
  }
}
