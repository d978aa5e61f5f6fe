public import JSONValue

extension MonitorSettings {
  /// Reads what a `VolSyncMonitor` asks for.
  ///
  /// A pattern that is none is no fault here: it is left out, and named by `patterns`.
  ///
  /// - Parameter json: The object with its `spec`, as in the cluster or as a file of the same shape.
  /// - Throws: `SettingsError` with all that is wrong.
  public init(reading json: JSONValue) throws(SettingsError) {
    var settings = MonitorSettings()
    var spec = SettingsReader(json["spec"] ?? .null, at: "spec")
    if json["spec"] == nil {
      throw SettingsError(faults: [.init(path: "spec", problem: "it is not there")])
    }
    settings.isEnabled = spec.flag("enabled") ?? false
    // Zero is what older versions wrote for "as usual".
    let most = spec.number("maxConcurrentUnlocks", 0...100) ?? 3
    settings.maxConcurrentUnlocks = most == 0 ? 3 : most
    if let seconds = spec.number("ttlSecondsAfterFinished", 0...31_536_000) {
      settings.unlock.timeToLive = .seconds(seconds)
      // The log of a Job that is gone at once can tell nothing.
      if seconds < 60 {
        settings.unlock.timeToLive = .seconds(60)
        settings.warnings.append("spec.ttlSecondsAfterFinished: 60 is used, so that logs are read")
      }
    }
    settings.patterns = LockPatterns(spec.texts("lockErrorPatterns", atMost: 1000) ?? [])
    settings.removesFailedJobs = spec.flag("removeFailedJobs") ?? false
    if var selector = spec.object("jobSelector") {
      settings.readRules(&selector)
      selector.end()
      spec.add(selector)
    }
    if var template = spec.object("unlockJobTemplate") {
      settings.readTemplate(&template)
      template.end()
      spec.add(template)
    }
    spec.end()
    guard spec.faults.isEmpty else { throw SettingsError(faults: spec.faults) }
    self = settings
  }

  private mutating func readRules(_ selector: inout SettingsReader) {
    if let prefix = selector.text("namePrefix", atMost: 63), !prefix.isEmpty {
      rules.namePrefix = prefix
    }
    for (key, value) in selector.map("labelSelector") ?? [] { rules.labels[key] = value }
    for (index, name) in (selector.texts("namespaces", atMost: 1000) ?? []).enumerated() {
      let bytes = name.utf8
      let isName =
        (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-")
        && bytes.last != UInt8(ascii: "-")
        && bytes.allSatisfy { byte in
          byte.isDigit || byte == UInt8(ascii: "-") || (byte.isLetter && byte.lowercased == byte)
        }
      if isName {
        rules.namespaces.insert(name)
      } else {
        selector.fault("namespaces[\(index)]", "it is no name of a namespace")
      }
    }
  }

  private mutating func readTemplate(_ template: inout SettingsReader) {
    unlock.image = template.text("image", atMost: 512).flatMap { $0.isEmpty ? nil : $0 }
    unlock.serviceAccount = template.text("serviceAccount", atMost: 253)
      .flatMap { $0.isEmpty ? nil : $0 }
    let words =
      (template.texts("command") ?? []) + (template.texts("args") ?? [])
    readCommand(words, template.path)
    if var resources = template.object("resources") {
      var json: JSONValue = [:]
      for kind in ["limits", "requests"] {
        for (name, quantity) in resources.map(kind) ?? [] {
          if Quantity.isOne(quantity) {
            var amounts = json[kind] ?? [:]
            amounts[name] = .string(quantity)
            json[kind] = amounts
          } else {
            resources.fault(
              "\(kind).\(name.inMessage(limit: 60))",
              "\"\(quantity.inMessage(limit: 40))\" is no quantity; write \"500m\" or \"128Mi\"")
          }
        }
      }
      if json.objectValue?.isEmpty == false { unlock.resources = json }
      resources.end()
      template.add(resources)
    }
    if var security = template.object("securityContext") {
      var json: JSONValue = [:]
      for key in ["runAsUser", "runAsGroup", "fsGroup"] {
        if let number = security.number(key, 0...2_147_483_647) {
          json[key] = .number(JSONNumber(number))
        }
      }
      if json.objectValue?.isEmpty == false { unlock.securityContext = json }
      security.end()
      template.add(security)
    }
  }

  /// The Job runs a script of its own, which lists before and after. A command can ask for
  /// `--remove-all`, and for nothing else.
  private mutating func readCommand(_ words: [String], _ path: String) {
    let parts = words.flatMap { $0.split(separator: " ") }
    unlock.allowsRemoveAll = parts.contains("--remove-all")
    let known: Set<Substring> = ["restic", "unlock", "--remove-all", "/bin/sh", "sh", "-c"]
    if let strange = parts.first(where: { !known.contains($0) }) {
      warnings.append(
        "\(path): command and args are not run as they are; of \"\(String(strange).inMessage(limit: 40))\" "
          + "and the rest only --remove-all has a meaning here")
    }
  }
}

/// An amount, as Kubernetes writes it.
enum Quantity {
  private static let suffixes: Set<String> = [
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
  ]

  /// Whether a text is a quantity: `500m`, `0.5`, `128Mi`, `1e3`; negative ones are none here.
  static func isOne(_ text: String) -> Bool {
    var rest = Array(text.utf8.prefix(64))[...]
    guard text.utf8.count <= 64 else { return false }
    if rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    let whole = rest.prefix(while: \.isDigit)
    rest = rest[whole.endIndex...]
    var digits = whole.count
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      let fraction = rest.prefix(while: \.isDigit)
      rest = rest[fraction.endIndex...]
      digits += fraction.count
    }
    guard digits > 0 else { return false }
    if suffixes.contains(rest.text) { return true }
    guard rest.count >= 2, rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "e") else { return false }
    rest.removeFirst()
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    return !rest.isEmpty && rest.count <= 3 && rest.allSatisfy(\.isDigit)
  }
}
