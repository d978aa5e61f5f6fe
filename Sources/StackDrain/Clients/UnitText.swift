/// What systemd says of a unit.
enum UnitText {
  /// What `systemctl show` says. It does so for units that are not there as well.
  static func state(_ output: [UInt8], of unit: String) throws(ClientFault) -> TargetState {
    var values: [Substring: Substring] = [:]
    let text = String(decoding: output, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    let runs: Bool
    switch values["ActiveState"] {
    case "active", "reloading", "refreshing", "activating", "maintenance":
      runs = true
    case "deactivating":
      // It still works, and will not for long: a stop has to wait, and a start is needed.
      return TargetState(
        running: [TargetState.whole], idle: [TargetState.whole], instance: values.life)
    case "inactive", "failed":
      guard values["LoadState"] != "not-found" else {
        throw ClientFault("systemd knows no unit \(unit): check its name")
      }
      runs = false
    default:
      throw ClientFault("systemctl tells no state of \(unit) that is known")
    }
    return .whole(runs: runs, instance: values.life)
  }
}

extension [Substring: Substring] {
  /// Which life of the unit it is.
  fileprivate var life: String? {
    self["InvocationID"].flatMap { $0.isEmpty ? nil : String($0).asOneLine }
  }
}
