@testable import HTTPTransport

/// SplitMix64, so that a failure can be replayed from its seed.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A valid answer made by chance, and what it has to be read as.
struct RandomAnswer {
  var bytes: [UInt8] = []
  var status: Int
  var fields: [HTTPHeaders.Field] = []
  var body: [UInt8] = []
  /// Its end is the end of the connection.
  var endsWithConnection = false

  init(using dice: inout Dice) {
    status = [200, 201, 404, 500].randomElement(using: &dice) ?? 200
    for _ in 0..<Int.random(in: 0...2, using: &dice) {
      text("HTTP/1.1 10\([0, 2, 3].randomElement(using: &dice) ?? 0) X\r\nA: b\r\n\r\n")
    }
    text("HTTP/1.1 \(status) Some Words\r\n")
    for number in 0..<Int.random(in: 0...5, using: &dice) {
      let value = String(repeating: "v", count: Int.random(in: 0...30, using: &dice))
      fields.append(HTTPHeaders.Field("X-\(number)", value))
    }
    for _ in 0..<Int.random(in: 0...200, using: &dice) {
      body.append(UInt8.random(in: 0...255, using: &dice))
    }
    switch Int.random(in: 0..<3, using: &dice) {
    case 0: fields.append(HTTPHeaders.Field("Content-Length", "\(body.count)"))
    case 1: fields.append(HTTPHeaders.Field("Transfer-Encoding", "chunked"))
    default: endsWithConnection = true
    }
    for field in fields { text("\(field.name): \(field.value)\r\n") }
    text("\r\n")
    if fields.last?.name == "Transfer-Encoding" { chunks(using: &dice) } else { bytes += body }
  }

  private mutating func text(_ text: String) { bytes += Array(text.utf8) }

  private mutating func chunks(using dice: inout Dice) {
    var rest = body[...]
    while !rest.isEmpty {
      let part = rest.prefix(Int.random(in: 1...50, using: &dice))
      rest = rest.dropFirst(part.count)
      text(String(part.count, radix: 16) + (Bool.random(using: &dice) ? ";a=b" : "") + "\r\n")
      bytes += part
      text("\r\n")
    }
    text("0\r\n" + (Bool.random(using: &dice) ? "T: railer\r\n" : "") + "\r\n")
  }

  /// The same bytes in pieces, cut by chance.
  func pieces(using dice: inout Dice) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    let most = [1, 3, 20, 400].randomElement(using: &dice) ?? 1
    while !rest.isEmpty {
      let part = rest.prefix(Int.random(in: 1...most, using: &dice))
      pieces.append(Array(part))
      rest = rest.dropFirst(part.count)
    }
    return pieces
  }
}
