import Glibc

/// Carries messages between the kernel, the commands and the server, in one thread. It decides
/// nothing, and it never touches its own mount, where it would wait for itself.
struct FuseSession {
  private let mount: Mount
  private var server: FaultServer
  private var inputs: [CommandInput]
  private let signals: Int32
  private var buffer: [UInt8]

  enum Ending {
    /// By the `abort` command; the mount stays, dead.
    case aborted
    /// From outside, through fusectl; the mount stays, dead.
    case cutOff
    /// By SIGTERM, SIGINT or the end of its input; the mount is still there.
    case dismissed
    /// The mount is gone.
    case unmounted
  }

  init(mount: Mount, server: FaultServer, inputs: [CommandInput], signals: Int32) {
    self.mount = mount
    self.server = server
    self.inputs = inputs
    self.signals = signals
    // A write of the largest size, and room for the headers before it.
    buffer = [UInt8](repeating: 0, count: Body.maximumWrite + 4096)
  }

  mutating func run() -> Ending {
    while true {
      var waited = ([signals, mount.device] + inputs.map(\.descriptor)).map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      let ready = poll(&waited, nfds_t(waited.count), patience())
      guard ready >= 0 || errno == EINTR else { return .cutOff }
      if ready < 0 { continue }
      if waited[0].revents != 0 { return .dismissed }

      if let alarm = server.alarm, alarm <= Moment.now.uptime, let ending = feed(.tick) {
        return ending
      }
      // Commands before requests: who reads `ok` may rely on the rule.
      for index in inputs.indices where waited[index + 2].revents != 0 {
        for line in inputs[index].read() {
          if let ending = feed(.line(line)) { return ending }
        }
        if inputs[index].isCut { return .dismissed }
      }
      if waited[1].revents != 0, let ending = takeRequest() { return ending }
    }
  }

  /// In milliseconds, for poll(2): until the next delay ends, rounded up; -1 is for ever.
  private func patience() -> Int32 {
    guard let alarm = server.alarm else { return -1 }
    let rest = (alarm - Moment.now.uptime) / .milliseconds(1)
    return Int32(max(0, rest.rounded(.up)))
  }

  private mutating func takeRequest() -> Ending? {
    let count = read(mount.device, &buffer, buffer.count)
    if count >= 0 {
      guard let request = Request(message: Array(buffer[..<count])) else {
        Output.errors.print("faultfs: the kernel sent \(count) bytes that are no request")
        return nil
      }
      return feed(.request(request))
    }
    switch errno {
    case ENODEV: return .unmounted
    case ECONNABORTED: return .cutOff
    // ENOENT: the caller gave up while its request was being handed over.
    case EINTR, EAGAIN, ENOENT: return nil
    default:
      Output.errors.print("faultfs: reading /dev/fuse: \(Errno.last)")
      return .cutOff
    }
  }

  private mutating func feed(_ event: FaultServer.Event) -> Ending? {
    for effect in server.handle(event, at: .now) {
      switch effect {
      case .announce: Output.standard.print("ready \(getpid())")
      case .complain(let line): Output.errors.print(line)
      case .hangUp: return .aborted
      case .reply(let reply): send(reply)
      case .say(let line): Output.standard.print(line)
      }
    }
    return nil
  }

  private func send(_ reply: Reply) {
    let message = reply.message
    let count = write(mount.device, message, message.count)
    // ENOENT: the caller is gone. ENODEV: so is the mount, as the next read will tell.
    guard count < 0, errno != ENOENT, errno != ENODEV else { return }
    Output.errors.print("faultfs: answering request \(reply.unique): \(Errno.last)")
  }
}
