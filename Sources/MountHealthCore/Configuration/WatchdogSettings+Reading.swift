import JSONValue
import TimeText

extension WatchdogSettings {
  /// Reads the object `watchdog` of a file, and what overrides it; faults go to the reader.
  init(
    _ file: ConfigurationReader.Section, _ input: ConfigurationInput,
    _ reader: inout ConfigurationReader
  ) {
    let parent = ConfigurationKey("watchdog", .object(ConfigurationKey.watchdogKeys), "")
    let prefix = parent.environmentName
    let section =
      reader.subsection(parent, ConfigurationKey.watchdogKeys, in: file)
      ?? ConfigurationReader.Section(origin: file.origin, path: "watchdog")
    let layers = LayeredSection(
      ConfigurationKey.watchdogKeys, prefix: prefix, takesFlags: false, file: section,
      input: input, reader: &reader)
    self.init()
    if let value = layers[.isEnabled]?.asFlag { isEnabled = value }
    if let value = layers[.restartDelay]?.asDuration { restartDelay = value }
    if let value = layers[.maxRetries]?.asInteger { maxRetries = value }
    if let value = layers[.retryBackoffInitial]?.asDuration { retryBackoffInitial = value }
    if let value = layers[.retryBackoffMax]?.asDuration { retryBackoffMax = value }
    if let value = layers[.strategy]?.asText.flatMap(Strategy.init) { strategy = value }
    if let value = layers[.concurrency]?.asInteger { concurrency = value }
    if let value = layers[.replacementDeadline]?.asDuration { replacementDeadline = value }
    if let value = layers[.isDryRun]?.asFlag { isDryRun = value }
    if let value = Budget(in: section, &reader) { budget = value }
    upstream = Upstream(in: section, &reader)
    repair = Repair(in: section, &reader)
    if retryBackoffMax < retryBackoffInitial {
      reader.refuse(
        section.place(of: .retryBackoffMax), retryBackoffMax.text,
        "at least retryBackoffInitial (\(retryBackoffInitial.text))")
    }
  }
}

extension WatchdogSettings.Budget {
  init?(in parent: ConfigurationReader.Section, _ reader: inout ConfigurationReader) {
    guard let section = reader.subsection(.budget, ConfigurationKey.budgetKeys, in: parent) else {
      return nil
    }
    self.init()
    if let value = reader.value(.budgetRestarts, in: section)?.asInteger { restarts = value }
    if let value = reader.value(.budgetWindow, in: section)?.asDuration { window = value }
    if let value = reader.value(.budgetSpacing, in: section)?.asDuration { spacing = value }
  }
}

extension WatchdogSettings.Upstream {
  init?(in parent: ConfigurationReader.Section, _ reader: inout ConfigurationReader) {
    var parent = parent
    switch parent.values[ConfigurationKey.upstream.name] {
    case nil, .null, .object: break
    case .string(let text):
      parent.values[ConfigurationKey.upstream.name] = [
        ConfigurationKey.upstreamURL.name: .string(text)
      ]
    case .some(let value):
      reader.refuse(
        parent.place(of: .upstream), value.shown, ConfigurationKey.upstream.kind.expectation)
      return nil
    }
    guard let section = reader.subsection(.upstream, ConfigurationKey.upstreamKeys, in: parent)
    else { return nil }
    let interval = reader.value(.upstreamInterval, in: section)?.asDuration
    let timeout = reader.value(.upstreamTimeout, in: section)?.asDuration
    let authorityFile = reader.value(.authorityFile, in: section)?.asText
    guard let url = reader.value(.upstreamURL, in: section)?.asURL else {
      if section.values[ConfigurationKey.upstreamURL.name] == nil {
        reader.fault(section.place(of: .upstreamURL), "is missing, expected where the provider is")
      }
      return nil
    }
    self.init(url: url)
    if let interval { self.interval = interval }
    if let timeout { self.timeout = timeout }
    self.authorityFile = authorityFile
  }
}

extension WatchdogSettings.Repair {
  init?(in parent: ConfigurationReader.Section, _ reader: inout ConfigurationReader) {
    guard let section = reader.subsection(.repair, ConfigurationKey.repairKeys, in: parent) else {
      return nil
    }
    let command = reader.value(.repairCommand, in: section)?.asTexts
    let call = Call(in: section, &reader)
    let timeout = reader.value(.repairTimeout, in: section)?.asDuration
    let attempts = reader.value(.repairAttempts, in: section)?.asInteger
    let settle = reader.value(.repairSettle, in: section)?.asDuration
    let given = [ConfigurationKey.repairURL, .repairCommand].filter {
      section.values[$0.name] != nil
    }
    guard given.count == 1 else {
      reader.fault(
        "\(section.origin): \(section.path)",
        given.isEmpty ? "needs a url or a command" : "has a url and a command, expected one of them"
      )
      return nil
    }
    if let command {
      guard command.first?.hasPrefix("/") == true else {
        reader.refuse(
          section.place(of: .repairCommand), (command.first ?? "").quotedExcerpt,
          "a program by its absolute path")
        return nil
      }
      self.init(action: .command(command))
    } else if let call {
      self.init(action: .http(call))
    } else {
      return nil
    }
    if let timeout { self.timeout = timeout }
    if let attempts { self.attempts = attempts }
    if let settle { self.settle = settle }
  }
}

extension WatchdogSettings.Repair.Call {
  fileprivate init?(
    in section: ConfigurationReader.Section, _ reader: inout ConfigurationReader
  ) {
    let method = reader.value(.repairMethod, in: section)?.asText
    let headers = reader.value(.repairHeaders, in: section)?.asFields
    let body = reader.value(.repairBody, in: section)?.asText
    let authorizationFile = reader.value(.authorizationFile, in: section)?.asText
    let authorityFile = reader.value(.authorityFile, in: section)?.asText
    guard let url = reader.value(.repairURL, in: section)?.asURL else { return nil }
    self.init(url: url)
    if let method { self.method = method }
    if let headers { self.headers = headers }
    if let body { self.body = body }
    self.authorizationFile = authorizationFile
    self.authorityFile = authorityFile
  }
}
