import Foundation
import Glibc
import Testing

/// What the scripts ask of kind, kubectl and the container engine.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct `A rehearsal cluster` {
  private let kubectl =
    "kubectl --kubeconfig STATE/kubeconfig --context kind-mountmon-rehearsal --cache-dir STATE/cache"

  @Test func `is made under a name and with a kubeconfig of its own`() async throws {
    try await KindStage.with(cluster: false) { stage in
      let outcome = try await stage.run("create", "KIND_NODE_IMAGE=node:x")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      #expect(
        try stage.calls() == [
          "docker info", "kind get clusters",
          "kind create cluster --name mountmon-rehearsal --config ROOT/Examples/kind/cluster.yaml"
            + " --kubeconfig STATE/kubeconfig --wait 180s --image node:x",
          "kind export kubeconfig --name mountmon-rehearsal --kubeconfig STATE/kubeconfig",
          kubectl + " config set-context kind-mountmon-rehearsal --namespace mountmon-rehearsal",
          kubectl + " wait --for=condition=Ready node --all --timeout 120s",
        ])
      #expect(stage.state == ["kubeconfig", "provider"])
      #expect(stage.leftHomeAlone)

      try stage.forget()
      let again = try await stage.run("create")
      #expect(again.ending == .exited(0))
      #expect(again.output.contains("is there already"))
      #expect(try !stage.calls().contains { $0.hasPrefix("kind create") })
    }
  }

  @Test func `gets the images, the manifests, and a pod that is waited for`() async throws {
    try await KindStage.with(deployed: false) { stage in
      let outcome = try await stage.run("deploy", "MAIN_IMAGE=shell:1")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let calls = try stage.calls().filter { !$0.hasPrefix("docker image inspect") }
      #expect(
        calls == [
          "kind get clusters",
          "kind export kubeconfig --name mountmon-rehearsal --kubeconfig STATE/kubeconfig",
          kubectl + " config set-context kind-mountmon-rehearsal --namespace mountmon-rehearsal",
          "docker info", "kind load docker-image mountmon:dev --name mountmon-rehearsal",
          "docker pull --quiet shell:1",
          "kind load docker-image shell:1 --name mountmon-rehearsal",
          kubectl + " apply --filename -",
          kubectl
            + " --namespace mountmon-rehearsal rollout status deployment/main-app --timeout 180s",
        ])
      let applied = try stage.text("stub/applied")
      #expect(applied.matches(of: /image: shell:1\n/).count == 2)
      #expect(applied.matches(of: /image: mountmon:dev\n/).count == 1)
      #expect(applied.matches(of: /\nkind:/).count == 7)
      #expect(stage.leftHomeAlone)
    }
  }

  @Test func `starts its pod anew after another load`() async throws {
    try await KindStage.with { stage in
      let outcome = try await stage.run("deploy --restart")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let calls = try stage.calls()
      let restart = kubectl + " --namespace mountmon-rehearsal rollout restart deployment/main-app"
      #expect(calls.contains { $0.hasPrefix("kind load docker-image mountmon:dev") })
      #expect(calls.suffix(2).first == restart)
      #expect(outcome.output.contains("kind-redeploy: ready"))
    }
  }

  @Test func `is removed with its files, and only it`() async throws {
    try await KindStage.with { stage in
      _ = try await stage.run("create")
      try stage.forget()
      #expect(try await stage.run("delete").ending == .exited(0))
      #expect(
        try stage.calls() == [
          "kind get clusters",
          "kind delete cluster --name mountmon-rehearsal --kubeconfig STATE/kubeconfig",
        ])
      #expect(try stage.text("stub/clusters") == "kind\n")
      #expect(stage.state == [])

      let again = try await stage.run("delete")
      #expect(again.ending == .exited(0))
      #expect(again.output.contains("there is no cluster mountmon-rehearsal"))
      #expect(stage.leftHomeAlone)
    }
  }

  @Test func `is asked of the engine that it was made with`() async throws {
    try await KindStage.with(cluster: false, images: ["a:1"]) { stage in
      #expect(try await stage.run("create", "DOCKER=podman").ending == .exited(0))
      let other = try await stage.run("delete", "DOCKER=docker")
      #expect(other.ending == .exited(2))
      #expect(other.errors.contains("was made with podman: leave DOCKER=docker out"))
      #expect(stage.state == ["kubeconfig", "provider"])

      try stage.forget()
      #expect(try await stage.run("delete").ending == .exited(0))
      let calls = try stage.calls()
      #expect(calls.count == 2 && calls.allSatisfy { $0.hasSuffix("(by podman)") })
      #expect(stage.state == [])
    }
  }

  @Test func `may be in an engine that is not known, and its files stay then`() async throws {
    try await KindStage.with(cluster: false) { stage in
      _ = try stage.folder.folder("state/mountmon-rehearsal")
      try stage.folder.write("state/mountmon-rehearsal/kubeconfig", "made\n")
      let outcome = try await stage.run("delete")
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("docker has no cluster mountmon-rehearsal, and "))
      #expect(stage.state == ["kubeconfig"])
    }
  }

  @Test(arguments: ["load", "deploy", "test", "logs"])
  func `has to be there`(_ script: String) async throws {
    try await KindStage.with(cluster: false) { stage in
      let outcome = try await stage.run(script)
      #expect(outcome.ending == .exited(1))
      #expect(
        outcome.errors.contains("there is no cluster mountmon-rehearsal; first: make kind-create"))
      #expect(try stage.calls() == ["kind get clusters"])
    }
  }

  @Test(arguments: [
    "kind", "mountmon", "production", "mountmon-rehearsal-; rm", "mountmon-rehearsalx",
  ])
  func `of another name is never touched`(_ name: String) async throws {
    try await KindStage.with { stage in
      for script in ["create", "load", "deploy", "test", "logs", "delete"] {
        let outcome = try await stage.run(script, "KIND_CLUSTER=\(name)")
        #expect(outcome.ending == .exited(2), "\(script)")
        #expect(outcome.errors.contains("is not a rehearsal cluster"))
      }
      #expect(try stage.calls() == [])
    }
  }

  @Test(arguments: [
    ("create", "KIND=none"), ("create", "KUBECTL=none"), ("create", "DOCKER=none"),
    ("load", "KIND=none"), ("load", "DOCKER=none"), ("deploy", "KUBECTL=none"),
    ("test", "KIND=none"), ("test", "KUBECTL=none"), ("logs", "KUBECTL=none"),
    ("delete", "KIND=none"),
  ])
  func `says in one line which program is missing`(_ script: String, _ missing: String) async throws
  {
    try await KindStage.with { stage in
      let outcome = try await stage.run(script, missing)
      #expect(outcome.ending == .exited(1))
      let program = missing.prefix { $0 != "=" }.lowercased()
      #expect(outcome.errors.hasPrefix("kind-\(script): needs \(program) ("), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(try !stage.calls().contains { $0.hasPrefix("kind create") || $0.contains(" apply ") })
    }
  }

  @Test func `says that the container engine does not run`() async throws {
    try await KindStage.with { stage in
      try stage.write("fail", ["^docker info"])
      let outcome = try await stage.run("create")
      #expect(outcome.ending == .exited(1))
      #expect(
        outcome.errors == "kind-create: needs a running container engine; `docker info` says:"
          + " the stub refuses\n")
    }
  }

  @Test func `shows the log of pod after pod, until it is told to end`() async throws {
    try await KindStage.with { stage in
      let whole = try await stage.run("logs", "FOLLOW=0")
      #expect(whole.ending == .exited(0))
      #expect(whole.output.contains("logs --selector app.kubernetes.io/name=main-app"))

      let child = try Child(stage.words("logs", []))
      defer { child.kill() }
      #expect(
        await eventually(within: .seconds(30)) { child.outputSoFar.contains("pod/main-app-a") })
      try stage.tell([], before: "a! b+")
      #expect(
        await eventually(within: .seconds(30)) { child.outputSoFar.contains("pod/main-app-b") })
      kill(child.pid, SIGTERM)
      #expect(try await child.finish().ending == .exited(0))
    }
  }
}
