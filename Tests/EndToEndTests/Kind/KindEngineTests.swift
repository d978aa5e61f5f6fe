import Foundation
import StackKit
import Testing

/// The images with a real engine, and with a containerd as a node has it.
@Suite(.timeLimit(.minutes(3)))
struct `A node of the rehearsal` {
  @Test func `gets images that it knows by the names in the manifests, and can run`() async throws {
    try await DockerDaemon.with { engine in
      try await engine.docker("tag", "tiny:1", "mountmon:dev")
      try await KindStage.with { stage in
        let docker = stage.folder.path + "/bin/docker"
        try FileManager.default.removeItem(atPath: docker)
        try FileManager.default.createSymbolicLink(
          atPath: docker, withDestinationPath: "/usr/bin/docker")
        let outcome = try await stage.run(
          "load", "DOCKER_HOST=unix://\(engine.socket)", "DOCKER_CONFIG=\(engine.folder.path)")
        #expect(outcome.ending == .exited(0), "\(outcome.errors)")
        let loaded = try stage.calls().filter { $0.hasPrefix("kind load docker-image ") }
          .compactMap { $0.split(separator: " ").dropFirst(3).first.map(String.init) }
        #expect(loaded == ["mountmon:dev", "mountmon-rehearsal-main:busybox"])

        // As the manifests run it.
        let script =
          "echo alive > /mnt/test/.health-check && rm /mnt/test/.health-check && echo gone"
        let ran = try await engine.docker(
          "run", "--rm", "--network", "none", "--read-only", "--user", "65534:65534", "--cap-drop",
          "ALL", "--tmpfs", "/mnt/test:mode=777", "mountmon-rehearsal-main:busybox", "sh", "-c",
          script)
        #expect(ran == "gone")

        // As kind does it inside the node.
        let containerd = engine.folder.path + "/exec/containerd/containerd.sock"
        for image in loaded {
          let archive = stage.folder.path + "/archive.tar"
          try await engine.docker("save", "--output", archive, image)
          try await EndToEndTests.run(
            "ctr", "--address", containerd, "--namespace", "k8s.io", "images", "import",
            "--all-platforms", "--digests", "--no-unpack", archive, within: .seconds(60))
        }
        let known = try await EndToEndTests.run(
          "ctr", "--address", containerd, "--namespace", "k8s.io", "images", "list", "--quiet")
        for image in loaded {
          // By its short name a kubelet looks for it in the library of the usual registry.
          #expect(
            known.split(separator: "\n").contains { $0.hasSuffix("/library/\(image)") }, "\(known)")
        }
      }
    }
  }
}
