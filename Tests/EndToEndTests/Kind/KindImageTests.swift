import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `An image of the rehearsal` {
  @Test(arguments: [
    ("IMAGE=mountmon:other", "has no image mountmon:other; fetch it"),
    ("IMAGE=", "first: make image"),
  ])
  func `has to be there`(_ environment: String, _ message: String) async throws {
    try await KindStage.with(images: []) { stage in
      let outcome = try await stage.run("load", environment)
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains(message))
      #expect(try !stage.calls().contains { $0.hasPrefix("kind load") })
    }
  }

  @Test func `of mountmon is the file of the last build, unless one is named`() async throws {
    try await KindStage.with(images: ["mountmon:dev", "a:1"]) { stage in
      try await stage.build("example.invalid/mountmon:1")
      let file = "kind load image-archive FOLDER/image.tar --name mountmon-rehearsal"
      let named = "kind load docker-image a:1 --name mountmon-rehearsal"
      #expect(try await stage.run("deploy", "MAIN_IMAGE=a:1").ending == .exited(0))
      #expect(try stage.calls().filter { $0.hasPrefix("kind load") } == [file, named])
      let image = /image: example\.invalid\/mountmon:1\n/
      #expect(try stage.text("stub/applied").matches(of: image).count == 1)

      try stage.forget()
      #expect(try await stage.run("load", "IMAGE=a:1", "MAIN_IMAGE=a:1").ending == .exited(0))
      #expect(try stage.calls().filter { $0.hasPrefix("kind load") } == [named, named])
    }
  }

  @Test func `of mountmon has a name in its file`() async throws {
    try await KindStage.with { stage in
      try stage.folder.write("image.tar", "no archive")
      let outcome = try await stage.run("load")
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("image.tar names no image; make it anew: make image"))
      #expect(try !stage.calls().contains { $0.hasPrefix("kind load") })
    }
  }

  @Test func `of the application is not half made`() async throws {
    try await KindStage.with { stage in
      let place = try stage.folder.folder("place")
      // It lists no applets.
      try stage.folder.write("place/busybox", "#!/bin/sh\n")
      try await EndToEndTests.run("chmod", "755", "\(place)/busybox")
      let outcome = try await stage.run("load", "BUSYBOX=\(place)/busybox", "TMPDIR=\(place)")
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("could not make the image"), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["busybox"])
      #expect(try !stage.calls().contains { $0.contains(" import ") })
    }
  }

  @Test func `of the application is made of a static busybox, and nothing is fetched`() async throws
  {
    try await KindStage.with { stage in
      let outcome = try await stage.run("load")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let calls = try stage.calls()
      #expect(!calls.contains { $0.contains(" pull ") })
      #expect(
        calls.contains("docker import --change ENV PATH=/bin - mountmon-rehearsal-main:busybox"))
      #expect(
        calls.last?.hasPrefix("kind load docker-image mountmon-rehearsal-main:busybox") == true)

      let tree = try stage.folder.folder("tree")
      try await EndToEndTests.run(
        "tar", "-xf", "\(stage.folder.path)/stub/imported.tar", "-C", tree)
      try stage.folder.write("tree/canary", "alive\n")
      let script =
        "cat /canary && cp /canary /tmp && rm /tmp/canary && test ! -e /tmp/canary && sleep 0"
      let user = "--userspec=65534:65534"
      let ran = try await EndToEndTests.run("chroot", user, tree, "/bin/sh", "-c", script)
      #expect(ran == "alive\n", "as the user of the manifests")

      try stage.forget()
      _ = try await stage.run("load")
      #expect(try !stage.calls().contains { $0.contains(" import ") }, "it is made once")
    }
  }

  @Test func `of the application is fetched where there is no static busybox`() async throws {
    try await KindStage.with { stage in
      for busybox in ["none", "bash"] {
        try stage.forget()
        try stage.write("images", ["mountmon:dev"])
        #expect(try await stage.run("load", "BUSYBOX=\(busybox)").ending == .exited(0))
        #expect(try stage.calls().contains("docker pull --quiet busybox"))
        #expect(
          try stage.calls().last == "kind load docker-image busybox --name mountmon-rehearsal")
      }
    }
  }

  @Test func `goes through a file with podman, and keeps podman's name`() async throws {
    try await KindStage.with { stage in
      let outcome = try await stage.run("deploy", "DOCKER=podman", "MAIN_IMAGE=mountmon:dev")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let calls = try stage.calls()
      let kinds = calls.filter { $0.hasPrefix("kind") }
      #expect(kinds.allSatisfy { $0.hasSuffix("(by podman)") })
      #expect(calls.contains("podman save --output STATE/image.tar mountmon:dev"))
      let load = "kind load image-archive STATE/image.tar --name mountmon-rehearsal (by podman)"
      #expect(calls.filter { $0 == load }.count == 2)
      #expect(!calls.contains { $0.contains("docker") })
      #expect(
        try stage.text("stub/applied").matches(of: /image: localhost\/mountmon:dev\n/).count == 3)
      #expect(!stage.state.contains("image.tar"))
    }
  }
}
