import JSONValue

/// SplitMix64: small, seeded, the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension JSONValue {
  static func random(depth: Int = 4, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: depth > 0 ? 0...7 : 0...5, using: &generator) {
    case 0: .null
    case 1: .bool(.random(using: &generator))
    case 2, 3: .number(.random(using: &generator))
    case 4, 5: .string(.random(using: &generator))
    case 6:
      .array(
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          random(depth: depth - 1, using: &generator)
        })
    default:
      .object(
        JSONObject(
          (0..<Int.random(in: 0...12, using: &generator)).map { _ in
            (.random(using: &generator), random(depth: depth - 1, using: &generator))
          }))
    }
  }
}

extension JSONNumber {
  static func random(using generator: inout SeededGenerator) -> JSONNumber {
    switch Int.random(in: 0...3, using: &generator) {
    case 0: return JSONNumber(Int.random(in: -100...100, using: &generator))
    case 1: return JSONNumber(generator.next())
    case 2: return JSONNumber(Double(bitPattern: generator.next())) ?? 0
    default:
      let digits = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
        String(Int.random(in: 0...9, using: &generator))
      }
      let exponent = Int.random(in: -999...999, using: &generator)
      return JSONNumber("-1\(digits.joined()).\(digits.joined())E\(exponent)") ?? 0
    }
  }
}

extension String {
  static func random(using generator: inout SeededGenerator) -> String {
    var text = String.UnicodeScalarView()
    let ranges: [ClosedRange<UInt32>] = [
      0...0x1F, 0x20...0x7E, 0x20...0x7E, 0x22...0x22, 0x5C...0x5C, 0x7F...0x7FF, 0x300...0x30F,
      0x2020...0x2030, 0xD000...0xFFFF, 0x1_0000...0x10_FFFF,
    ]
    for _ in 0..<Int.random(in: 0...24, using: &generator) {
      let range = ranges[Int.random(in: ranges.indices, using: &generator)]
      guard let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) else {
        continue
      }
      text.append(scalar)
    }
    return String(text)
  }
}
