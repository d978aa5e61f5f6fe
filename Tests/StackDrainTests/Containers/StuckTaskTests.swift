import Testing

@testable import StackDrain

@Suite struct `A task that no signal ends` {
  @Test func `is read from what the kernel says of it`() throws {
    let stat = TaskText.stat(Array("4711 (a) b (c)) D 42 4711 0 0 -1\n".utf8))
    #expect(stat?.name == "a) b (c)" && stat?.state == UInt8(ascii: "D") && stat?.parent == 42)
    for text in ["", "1 sh S 0", "1 (sh", "1 (sh)", "1 (sh) S", "1 (sh) SS 0", "1 (sh) S x", ")("] {
      #expect(TaskText.stat(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(TaskText.wchan(Array("request_wait_answer".utf8)) == "request_wait_answer")
    #expect(TaskText.wchan(Array("0".utf8)) == "" && TaskText.wchan([]) == "")
    #expect(
      TaskText.stack(
        Array("[<0>] request_wait_answer+0x151/0x210\n[<0>] fuse_x+0x1\n\nodd\n".utf8))
        == ["request_wait_answer", "fuse_x"])
  }

  @Test func `is a container's by its control group`() {
    let id = String(repeating: "5ff1b07f", count: 8)
    for text in ["0::/docker/\(id)\n", "12:pids:/x\n0::/system.slice/docker-\(id).scope/init\n"] {
      #expect(TaskText.cgroup(Array(text.utf8), isOf: id))
    }
    #expect(!TaskText.cgroup(Array("0::/docker/\(id.dropLast())0\n".utf8), isOf: id))
    #expect(!TaskText.cgroup(Array("0::/docker/abc\n".utf8), isOf: "abc"))
    #expect(!TaskText.cgroup([], isOf: id))
  }

  @Test(
    arguments: [
      ("request_wait_answer", [], "for a FUSE file system that does not answer"),
      ("rpc_wait_bit_killable", [], "for an NFS server that does not answer"),
      ("io_schedule", ["io_schedule", "folio_wait", "fuse_read"], "for a FUSE file system"),
      ("__refrigerator", [], "it is frozen"), ("msleep", [], ""),
    ] as [(String, [String], String)])
  func `is told with what it waits for`(_ place: String, _ stack: [String], _ words: String) {
    let task = StuckTask(pid: 7, tid: 9, name: "ffmpeg", waitsIn: place, stack: stack)
    #expect(task.words.hasPrefix("process 7 (ffmpeg), thread 9 is in state D"))
    #expect(task.words.contains(place))
    #expect(task.meaning?.hasPrefix(words) ?? words.isEmpty)
  }

  @Test func `is one of at most three that are told`() {
    let tasks = (1...5).map { StuckTask(pid: $0, tid: $0, name: "cat", waitsIn: "") }
    #expect(StuckTask.words(for: [], in: "plex") == nil)
    let words = StuckTask.words(for: tasks, in: "plex")
    #expect(words?.hasPrefix("container plex cannot be killed: process 1 (cat) is") == true)
    #expect(words?.contains("and 2 more threads") == true)
  }
}

@Suite struct `The state of a project` {
  private func box(
    _ service: String?, _ state: ContainerSnapshot.State, project: String = "media",
    oneoff: Bool = false
  ) -> ContainerSnapshot {
    var labels = ["com.docker.compose.project": project]
    labels["com.docker.compose.service"] = service
    labels["com.docker.compose.oneoff"] = oneoff ? "True" : "False"
    return ContainerSnapshot(name: "n-\(service ?? "x")", state: state, labels: labels)
  }

  private func state(
    _ containers: [ContainerSnapshot], services: Set<String> = []
  ) -> TargetState {
    ProjectState.state(
      of: ProjectSettings(name: "media", start: [], stop: [], services: services),
      among: containers)
  }

  @Test func `is told by its services`() {
    #expect(state([]) == .whole(runs: false))
    #expect(state([box("a", .running, project: "other")]) == .whole(runs: false))
    #expect(state([box("a", .running), box("b", .running)]) == TargetState(running: ["a", "b"]))
    #expect(
      state([box("a", .running), box("b", .exited)])
        == TargetState(running: ["a"], idle: ["b"], note: "does not run: b"))
    #expect(state([box("a", .restarting), box(nil, .running)]).running == ["a", "n-x"])
  }

  @Test func `needs all of its services, and no others`() {
    #expect(
      state([box("a", .running), box("migrate", .exited)], services: ["a"])
        == TargetState(running: ["a"]))
    #expect(
      state([box("a", .running)], services: ["a", "b"])
        == TargetState(running: ["a"], idle: ["b"], note: "does not run: b"))
    #expect(state([], services: ["a"]).idle == ["a"])
    // What still runs has to be stopped, whether it was asked for or not.
    #expect(state([box("b", .running)], services: ["a"]).running == ["b"])
  }

  @Test func `is one of copies, not of commands run once`() {
    #expect(
      state([box("a", .running), box("a", .exited), box("b", .exited, oneoff: true)])
        == TargetState(running: ["a"]))
  }
}
