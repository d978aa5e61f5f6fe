import CLinux
import Glibc

/// Mounts, serves, and leaves nothing behind but what it was told to.
@main
struct FaultFS {
  static func main() {
    do {
      guard let options = try Options.parse(CommandLine.arguments.dropFirst()) else {
        Output.standard.print(Options.usage)
        return
      }
      exit(try serve(options))
    } catch let failure as Options.Failure {
      Output.errors.print("faultfs: \(failure)")
      exit(2)
    } catch {
      Output.errors.print("faultfs: \(error)")
      exit(1)
    }
  }

  private static func serve(_ options: Options) throws(MountFailure) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let endings = [SIGTERM, SIGINT]
    let signals = clinux_signal_descriptor(endings, Int32(endings.count))
    guard signals >= 0 else { throw MountFailure("listening for signals", Errno.last) }

    var inputs = [CommandInput.standardInput(isLifeline: options.endsWithInput)]
    if let control = options.control { inputs.append(try CommandInput(fifo: control)) }
    defer { for input in inputs { input.remove() } }

    let mount = try Mount(options)
    let origin = MemoryTree.Origin(uid: getuid(), gid: getgid(), date: Moment.now.date)
    let server = FaultServer(tree: .firstFiles(origin: origin), settings: options.settings)
    var session = FuseSession(mount: mount, server: server, inputs: inputs, signals: signals)
    switch session.run() {
    case .aborted: mount.hangUp()
    case .dismissed: mount.detach()
    case .unmounted: break
    case .cutOff:
      Output.errors.print("faultfs: the connection was cut off from outside")
      return 1
    }
    return 0
  }
}
