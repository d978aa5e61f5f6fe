extension Unicode.Scalar {
  /// Would move the cursor, break the line or hide text in a terminal or a log viewer.
  package var disturbsLine: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0x2028, 0x2029: true
    // Direction overrides and isolates.
    case 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
