import Foundation
import JSONValue

/// The scripts of the rehearsal cluster, with stubs in place of kind, kubectl and the engine.
struct KindStage {
  let folder: TemporaryFolder

  /// A cluster is there or not, images are, and the pods are as in a story told by `pods(_:)`.
  static func with(
    cluster: Bool = true, deployed: Bool = true, images: [String] = ["mountmon:dev"],
    pods: [String] = ["a- ", "a! b?", "b-", "b+"],
    events: [String] = ["MountUnhealthy", "WatchdogRestart"],
    _ body: (KindStage) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      let stage = KindStage(folder: folder)
      for path in ["bin", "home/.kube", "stub", "state"] { _ = try folder.folder(path) }
      let stub = BuiltProgram.package + "/Tests/EndToEndTests/Kind/Stubs/program.sh"
      for name in ["kind", "kubectl", "docker", "podman"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder.path)/bin/\(name)", withDestinationPath: stub)
      }
      try folder.write("home/.kube/config", "the developer's\n")
      let clusters = cluster ? ["kind", "mountmon-rehearsal"] : ["kind"]
      try stage.write("clusters", clusters)
      try stage.write("images", images)
      try stage.write("events", events)
      if deployed { try stage.write("deployed", []) }
      try stage.tell(pods)
      try await body(stage)
    }
  }

  // MARK: What the stubs answer

  func write(_ name: String, _ lines: [String]) throws {
    try folder.write("stub/" + name, lines.map { $0 + "\n" }.joined())
  }

  /// The pods at each look after the canary is gone; before it, `a` is ready.
  func tell(_ looks: [String], before: String = "a+") throws {
    try write("pods-before", Self.pods(before))
    for (index, look) in looks.enumerated() {
      try write("pods-\(index + 1)", Self.pods(look))
    }
  }

  /// `a+ b?`: a letter a pod; `+` ready, `-` not ready, `?` nothing is known yet, `!` it goes.
  static func pods(_ story: String) -> [String] {
    story.split(separator: " ").map { word in
      let state = ["+": "stays True", "-": "stays False", "?": "stays ", "!": "going False"]
      return
        "uid-\(word.prefix(1)) main-app-\(word.prefix(1)) \(state[String(word.suffix(1))] ?? "")"
    }
  }

  /// Makes the programs forget what they were asked.
  func forget() throws {
    for name in ["calls", "fail-at", "fail", "removed", "looks"] {
      let path = "\(folder.path)/stub/\(name)"
      if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    }
  }

  /// What `make image` leaves, as far as scripts look into it.
  func build(_ image: String) async throws {
    try folder.write(
      "manifest.json", #"[{"Config":"blobs/a","Layers":["blobs/b"],"RepoTags":["\#(image)"]}]"#)
    try await EndToEndTests.run(
      "tar", "-cf", "\(folder.path)/image.tar", "-C", folder.path, "manifest.json")
  }

  // MARK: Scripts

  /// The words that start a script of `scripts/kind`, in the environment of a developer who keeps
  /// files to herself.
  func words(_ script: String, _ environment: [String]) -> [String] {
    let own = script.split(separator: " ").map(String.init)
    return [
      "sh", "-c", #"umask 077 && exec env "$@""#, "env", "-u", "KIND_EXPERIMENTAL_PROVIDER",
      "HOME=\(folder.path)/home", "KUBECONFIG=\(folder.path)/home/.kube/config",
      "KIND_CLUSTER_NAME=kind",
      "PATH=\(folder.path)/bin:/usr/bin:/bin", "STUB=\(folder.path)/stub",
      "KIND_FOLDER=\(folder.path)/state", "ARCHIVE=\(folder.path)/image.tar", "POLL=0.02",
      "SETTLE=0", "EVENT_TIMEOUT=0",
      "TEST_TIMEOUT=30",
    ] + environment + ["\(BuiltProgram.package)/scripts/kind/\(own[0]).sh"] + own.dropFirst()
  }

  /// Runs a script such as `deploy --restart`.
  func run(_ script: String, _ environment: String...) async throws -> Child.Outcome {
    try await Child(words(script, environment)).finish(within: .seconds(60))
  }

  /// The calls so far, with `STATE` for the folder of the cluster and `ROOT` for the checkout.
  func calls() throws -> [String] {
    let path = "\(folder.path)/stub/calls"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      String($0).replacing("\(folder.path)/state/mountmon-rehearsal", with: "STATE")
        .replacing(folder.path, with: "FOLDER").replacing(BuiltProgram.package, with: "ROOT")
    }
  }

  func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(path)", encoding: .utf8)
  }

  /// What is in the folder of the cluster.
  var state: [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: "\(folder.path)/state/mountmon-rehearsal")
    return (names ?? []).sorted()
  }

  /// Whether the developer's own files are as they were.
  var leftHomeAlone: Bool {
    let files = FileManager.default.enumerator(atPath: "\(folder.path)/home")?
      .compactMap { $0 as? String }.sorted()
    return files == [".kube", ".kube/config"]
      && (try? text("home/.kube/config")) == "the developer's\n"
  }
}

extension Child.Outcome {
  /// The last line, as `kind-test` writes it for programs.
  var result: JSONValue {
    get throws { try JSONValue(parsing: String(output.split(separator: "\n").last ?? "")) }
  }
}
