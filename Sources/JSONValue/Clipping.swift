extension String {
  /// The text itself, or its first 63 characters and an ellipsis: short enough for a message.
  var clipped: String {
    guard unicodeScalars.prefix(65).count > 64 else { return self }
    return String(unicodeScalars.prefix(63)) + "…"
  }
}
