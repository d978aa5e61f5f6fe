/// The units of a duration's text, the largest first.
enum DurationUnit: String, CaseIterable {
  case hours = "h"
  case minutes = "m"
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"

  /// The unit a text names; micro may be written with either of Unicode's two such letters.
  init?(spelled text: String) {
    let isMicro = text == "\u{B5}s" || text == "\u{3BC}s"
    self.init(rawValue: isMicro ? "us" : text)
  }

  var attoseconds: Int128 {
    switch self {
    case .hours: 3_600_000_000_000_000_000_000
    case .minutes: 60_000_000_000_000_000_000
    case .seconds: 1_000_000_000_000_000_000
    case .milliseconds: 1_000_000_000_000_000
    case .microseconds: 1_000_000_000_000
    case .nanoseconds: 1_000_000_000
    }
  }
}
