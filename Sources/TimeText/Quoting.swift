extension String {
  /// The text in double quotes for a message: at most 64 characters of it, and those escaped that
  /// would do something to a terminal or a log line.
  var quotedForMessage: String {
    let isLong = unicodeScalars.prefix(65).count == 65
    var quoted = "\""
    for scalar in unicodeScalars.prefix(isLong ? 63 : 64) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        quoted += scalar.escaped(asASCII: true)
      default:
        quoted += scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
      }
    }
    return quoted + (isLong ? "…\"" : "\"")
  }
}
