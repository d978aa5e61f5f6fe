extension String {
  /// The text in double quotes for a message: at most 64 characters of it, control ones escaped.
  var quotedForMessage: String {
    let scalars = unicodeScalars
    let isLong = scalars.prefix(65).count == 65
    var quoted = "\""
    for scalar in isLong ? scalars.prefix(63) : scalars[...] {
      quoted += scalar.escaped(asASCII: scalar.properties.generalCategory == .control)
    }
    return quoted + (isLong ? "…\"" : "\"")
  }
}
