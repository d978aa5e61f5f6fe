/// One line of the control channel.
enum Command: Hashable {
  case abort
  /// Nil clears everything: rules, `readonly` and `space`.
  case clear(Target?)
  case counts
  case fault(Fault, Target)
  case readOnly(Bool)
  case space(Space)
  case status
  case trace(Bool)
  case zeros(FilePath, size: UInt64)

  init(_ line: String) throws(CommandError) {
    let (verb, rest) = Self.firstWord(line[...])
    switch verb {
    case "abort": self = try Self.plain(.abort, verb, rest)
    case "counts": self = try Self.plain(.counts, verb, rest)
    case "status": self = try Self.plain(.status, verb, rest)
    case "clear": self = .clear(rest.isEmpty ? nil : try Target(text: rest))
    case "hang": self = .fault(.hang, try Self.target(rest, after: verb))
    case "delay":
      let (seconds, target) = Self.firstWord(rest)
      self = .fault(.delay(try Self.delay(seconds)), try Self.target(target, after: verb))
    case "error":
      let (name, target) = Self.firstWord(rest)
      guard let error = Errno(text: String(name)) else {
        throw CommandError("error wants the name or number of an error first, such as EIO")
      }
      self = .fault(.error(error), try Self.target(target, after: verb))
    case "short":
      guard !rest.isEmpty else { throw CommandError("short wants a path, such as /library/*") }
      self = .fault(.short, Target(operation: .read, place: try Target.Place(text: rest)))
    case "file": self = try Self.zeros(rest)
    case "readonly": self = .readOnly(try Self.onOrOff(rest, after: verb))
    case "trace": self = .trace(try Self.onOrOff(rest, after: verb))
    case "space": self = try Self.space(rest)
    default:
      throw CommandError(
        "\(verb) is no command; there are hang, error, delay, short, clear, file, readonly, "
          + "space, status, counts, trace and abort")
    }
  }

  /// Longer delays are a `hang`.
  private static let longestDelay = 86_400.0

  private static func firstWord(_ text: Substring) -> (word: Substring, rest: Substring) {
    let text = text.drop { $0 == " " || $0 == "\t" }
    let word = text.prefix { $0 != " " && $0 != "\t" }
    return (word, trimmed(text[word.endIndex...]))
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  private static func plain(
    _ command: Command, _ verb: Substring, _ rest: Substring
  ) throws(CommandError) -> Command {
    guard rest.isEmpty else { throw CommandError("\(verb) stands alone") }
    return command
  }

  private static func target(
    _ text: Substring, after verb: Substring
  ) throws(CommandError) -> Target {
    guard !text.isEmpty else { throw CommandError("\(verb) wants an operation, such as READ") }
    return try Target(text: text)
  }

  private static func delay(_ text: Substring) throws(CommandError) -> Duration {
    guard let seconds = Double(text), (0...longestDelay).contains(seconds) else {
      throw CommandError("delay wants seconds first, such as 1.5, at most \(Int(longestDelay))")
    }
    return .seconds(seconds)
  }

  private static func onOrOff(
    _ text: Substring, after verb: Substring
  ) throws(CommandError) -> Bool {
    switch text {
    case "on": return true
    case "off": return false
    default: throw CommandError("\(verb) is on or off")
    }
  }

  private static func space(_ text: Substring) throws(CommandError) -> Command {
    let words = text.split(separator: " ").map { UInt64($0) }
    guard words.count == 2, let free = words[0], let total = words[1], free <= total else {
      throw CommandError("space wants the free blocks and the total, such as 100 1000")
    }
    return .space(Space(free: free, total: total))
  }

  private static func zeros(_ text: Substring) throws(CommandError) -> Command {
    let digits = text.split(separator: " ").last ?? ""
    let path = trimmed(text.dropLast(digits.count))
    guard let path = FilePath(text: path), !path.names.isEmpty, let size = bytes(digits) else {
      throw CommandError("file wants a path and a size, such as /library/big.mkv 300M")
    }
    return .zeros(path, size: size)
  }

  /// Reads `300M`: a number of bytes, or of KiB, MiB, GiB or TiB.
  private static func bytes(_ text: Substring) -> UInt64? {
    let shifts: [Character: UInt64] = ["K": 10, "M": 20, "G": 30, "T": 40]
    let shift = text.last.flatMap { shifts[$0] }
    guard let number = UInt64(shift == nil ? text : text.dropLast()) else { return nil }
    let (size, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
    return overflow ? nil : size
  }
}
