import Glibc
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The live surroundings` {
  @Test func `read whole files up to a limit`() throws {
    let files = Files.live
    let path = "/tmp/files-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    #expect(Glibc.write(file, "hello", 5) == 5)
    close(file)
    #expect(try files.read(path, 5) == Array("hello".utf8))
    #expect(throws: FileError.tooLarge(limit: 4)) { try files.read(path, 4) }
    #expect(throws: FileError.absent) { try files.read(path + "x", 5) }
    #expect(throws: FileError.absent) { try files.read(path + "/x", 5) }
    #expect(throws: FileError.other("it is no regular file")) { try files.read("/tmp", 5) }
    #expect(throws: FileError.other("it is no regular file")) { try files.read("/dev/zero", 5) }
    let stamp = try #require(files.stamp(path))
    #expect(stamp.size == 5)
    #expect(stamp.modified > .epoch)
    #expect(files.stamp(path + "x") == nil)
    #expect(!files.isExecutable(path))
    #expect(files.isExecutable("/bin/sh"))
    #expect(!files.isExecutable("/bin"))
  }

  @Test func `do not wait at a pipe`() {
    let path = "/tmp/fifo-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FileError.other("it is no regular file")) { try Files.live.read(path, 5) }
  }

  @Test func `have the environment and clocks that move`() {
    let live = Surroundings.live()
    #expect(live.environment["PATH"] == String(cString: getenv("PATH")))
    let before = live.now()
    #expect(live.now() >= before)
    #expect(live.wallTime() > Timestamp(seconds: 1_700_000_000))
  }

  @Test func `run a plugin from a kubeconfig to a credential`() async throws {
    let plugin = ExecPlugin(
      command: "/bin/sh",
      arguments: [
        "-c",
        #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","#
          + #""status":{"token":"'$TOKEN'"}}'"#,
      ],
      environment: ["TOKEN": "from-the-script"])
    let source = ClientCredentials.plugin(plugin).source(in: .live())
    #expect(
      try await source.credential() == ClientCredential(token: Secret("from-the-script")))
  }
}
