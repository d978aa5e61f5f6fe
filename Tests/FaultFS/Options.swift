/// What the command line asks for.
struct Options: Hashable {
  var mountpoint: String
  /// A FIFO to take commands from, beside standard input.
  var control: String?
  var isReadOnly = false
  var fileSystemType = "fuse.faultfs"
  var source = "faultfs"
  var allowsOthers = true
  var endsWithInput = false
  var settings = FaultServer.Settings()

  static let usage = """
    Usage: faultfs MOUNTPOINT [options]

    Mounts a small file system in memory that hangs, fails or delays on command. Prints
    "ready PID" when mounted; serves until unmounted, SIGTERM or SIGINT.

      --control FIFO      take commands from this FIFO too, made if missing
      --read-only         mount read-only
      --fs-type TYPE      the type shown in the mount table, fuse or fuse.NAME (fuse.faultfs)
      --source NAME       the source shown in the mount table (faultfs)
      --no-allow-other    root only: keep other users out (others never let them in)
      --cache SECONDS     let the kernel keep names, attributes and content that long (0)
      --until-eof         end, as by SIGTERM, when standard input ends
      --interruptible     end a held request when its caller is interrupted

    Commands, one a line; each is answered with "ok COMMAND" on standard output. OP is a FUSE
    operation such as READ, or * for all; OP:/path or OP:/path/* keeps it to a place.
    Of several that match, the last wins.

      hang OP             take requests and do not answer
      error ERRNO OP      answer them with an error, such as EIO or 116
      delay SECONDS OP    answer them late
      short PATH          let reads find nothing, whatever the size
      clear [OP]          serve again and answer what is held; alone: undo readonly and space too
      readonly on|off     refuse changes with EROFS
      space FREE TOTAL    the blocks of \(Space.blockSize) bytes that statfs tells of
      file PATH SIZE      put a file of zeros there (300M), stored nowhere
      status              print how many requests are held: "held READ=1"
      counts              print how many requests came: "counts LOOKUP=3 READ=1"
      trace on|off        print each request: "request READ pid=7 /.health-check"
      abort               die: close the device and leave the mount to ENOTCONN
    """
}

extension Options {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Nil when help is asked for. The arguments are those after the program's name.
  static func parse(_ arguments: some Sequence<String>) throws(Failure) -> Options? {
    var options = Options(mountpoint: "")
    var iterator = arguments.makeIterator()
    func value(of option: String) throws(Failure) -> String {
      guard let value = iterator.next(), !value.isEmpty else {
        throw Failure(description: "\(option) wants a value")
      }
      return value
    }
    while let argument = iterator.next() {
      switch argument {
      case "-h", "--help": return nil
      case "--control": options.control = try value(of: argument)
      case "--read-only": options.isReadOnly = true
      case "--fs-type": options.fileSystemType = try fileSystemType(try value(of: argument))
      case "--source": options.source = try value(of: argument)
      case "--no-allow-other": options.allowsOthers = false
      case "--cache": options.settings.cache = try cache(try value(of: argument))
      case "--until-eof": options.endsWithInput = true
      case "--interruptible": options.settings.isInterruptible = true
      case _ where argument.hasPrefix("-"):
        throw Failure(description: "\(argument) is no option; see --help")
      case _ where !options.mountpoint.isEmpty:
        throw Failure(description: "\(argument) is one mountpoint too many; see --help")
      default: options.mountpoint = argument
      }
    }
    guard !options.mountpoint.isEmpty else {
      throw Failure(description: "a mountpoint is missing; see --help")
    }
    return options
  }

  private static func fileSystemType(_ text: String) throws(Failure) -> String {
    guard text == "fuse" || (text.hasPrefix("fuse.") && text.utf8.count > 5) else {
      throw Failure(description: "--fs-type is fuse or fuse.NAME")
    }
    return text
  }

  private static func cache(_ text: String) throws(Failure) -> CachePolicy {
    guard let seconds = Double(text), (0...86_400).contains(seconds) else {
      throw Failure(description: "--cache wants seconds, at most 86400")
    }
    return CachePolicy(validity: .seconds(seconds))
  }
}
