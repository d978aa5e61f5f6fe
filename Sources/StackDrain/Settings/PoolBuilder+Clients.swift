import JSONValue
import MountHealthCore

extension PoolBuilder {
  mutating func readClients(_ file: ConfigurationReader.Section) -> [ClientSettings] {
    var clients: [ClientSettings] = []
    var names: [String: String] = [:]
    for section in elements(of: PoolKeys.clients, PoolKeys.clientKeys, in: file) {
      guard
        let type = reader.value(PoolKeys.clientType, in: section)?.asText
          .flatMap(PoolKeys.ClientType.init)
      else {
        let types = PoolKeys.ClientType.allCases.map(\.rawValue).joined(separator: ", ")
        if section.values[PoolKeys.clientType.name] == .string("") {
          reader.refuse(section.place(of: PoolKeys.clientType), "an empty text", "one of \(types)")
        } else {
          refuseMissing(PoolKeys.clientType, in: section, "one of \(types)")
        }
        continue
      }
      let name = reader.value(PoolKeys.clientName, in: section)?.asText ?? type.rawValue
      if let first = names.updateValue(section.path, forKey: name) {
        reader.refuse(
          section.place(of: PoolKeys.clientName), name.quotedExcerpt,
          "a name of its own: \(first) has this one")
      }
      refuseForeign(to: type, in: section)
      let url = self.url(PoolKeys.clientURL, in: section)
      let authority = self.file(PoolKeys.authorityFile, in: section)
      let role =
        reader.value(PoolKeys.role, in: section)?.asText.flatMap(ClientRole.init)
        ?? (type == .tdarr ? .processing : .download)
      let container = reader.value(PoolKeys.container, in: section)?.asText
      guard let program = program(type, in: section) else { continue }
      if type.isReachedByURL, url == nil {
        refuseMissing(PoolKeys.clientURL, in: section, "where \(type.rawValue) listens")
        continue
      }
      clients.append(
        ClientSettings(
          name: name, program: program, url: url, authorityFile: authority, role: role,
          container: container))
    }
    return clients
  }

  /// A key that this type has no use for was meant for something: it is not passed over.
  private mutating func refuseForeign(
    to type: PoolKeys.ClientType, in section: ConfigurationReader.Section
  ) {
    let own = PoolKeys.commonClientKeys + type.keys
    for key in PoolKeys.clientKeys where !own.contains(key) {
      guard let value = section.values[key.name], value != .null else { continue }
      reader.fault(
        section.place(of: key),
        "is of no use to \(type.rawValue), which takes "
          + (type.keys.isEmpty ? "none" : type.keys.map(\.name).joined(separator: ", ")))
    }
  }

  private mutating func program(
    _ type: PoolKeys.ClientType, in section: ConfigurationReader.Section
  ) -> ClientSettings.Program? {
    switch type {
    case .sabnzbd:
      let faults = reader.faults.count
      if let key = key(in: section) { return .sabnzbd(key: key) }
      guard reader.faults.count == faults else { return nil }
      reader.fault(
        section.place(of: PoolKeys.apiKey), "is missing, expected it, apiKeyFile or apiKeyIni")
      return nil
    case .transmission: return .transmission(login(in: section))
    case .qbittorrent: return .qbittorrent(login(in: section))
    case .nzbget: return .nzbget(login(in: section))
    case .tdarr: return .tdarr(key: key(in: section), nodes: names(PoolKeys.nodes, in: section))
    case .aria2: return .aria2(secret: key(in: section))
    case .http: return httpSteps(in: section).map { .http($0) }
    case .command: return commandSteps(in: section).map { .command($0) }
    case .unit:
      guard let unit = reader.value(PoolKeys.unit, in: section)?.asText else {
        refuseMissing(PoolKeys.unit, in: section, "the name of a systemd unit")
        return nil
      }
      return .unit(unit)
    }
  }

  /// The key that a client is asked with; `nil` where none is given, or one was refused.
  private mutating func key(in section: ConfigurationReader.Section) -> SecretSource? {
    var section = section
    if case .string? = section.values[PoolKeys.apiKeyIni.name] {
      section.values[PoolKeys.apiKeyIni.name] = [
        PoolKeys.iniFile.name: section.values[PoolKeys.apiKeyIni.name] ?? .null
      ]
    }
    let value = secret(PoolKeys.apiKey, in: section)
    let path = file(PoolKeys.apiKeyFile, in: section)
    let ini = iniSource(in: section)
    let sources = [value, path.map { .file($0) }, ini].compactMap { $0 }
    if sources.count > 1 {
      reader.fault(
        "\(section.origin): \(section.path)",
        "has more than one of apiKey, apiKeyFile and apiKeyIni, expected one of them")
    }
    return sources.first
  }

  private mutating func iniSource(in section: ConfigurationReader.Section) -> SecretSource? {
    guard let ini = reader.subsection(PoolKeys.apiKeyIni, PoolKeys.iniKeys, in: section) else {
      return nil
    }
    let name = text(PoolKeys.iniSection, in: ini) ?? "misc"
    let key = text(PoolKeys.iniKey, in: ini) ?? "api_key"
    guard let path = file(PoolKeys.iniFile, in: ini) else {
      refuseMissing(PoolKeys.iniFile, in: ini, "the path of the ini file")
      return nil
    }
    return .ini(file: path, section: name, key: key)
  }

  private mutating func login(
    in section: ConfigurationReader.Section
  ) -> ClientSettings.Login? {
    let user = text(PoolKeys.username, in: section)
    let value = secret(PoolKeys.password, in: section)
    let path = file(PoolKeys.passwordFile, in: section)
    if value != nil, path != nil {
      reader.fault(
        "\(section.origin): \(section.path)",
        "has password and passwordFile, expected one of them")
    }
    switch (user, value ?? path.map { .file($0) }) {
    case (let user?, let password?):
      return ClientSettings.Login(user: user, password: password)
    case (.some, nil):
      guard section.values[PoolKeys.password.name] == nil,
        section.values[PoolKeys.passwordFile.name] == nil
      else { return nil }
      reader.fault(section.place(of: PoolKeys.username), "needs a password or a passwordFile")
    case (nil, .some):
      refuseMissing(PoolKeys.username, in: section, "the user that the password is of")
    case (nil, nil):
      break
    }
    return nil
  }

  /// The URL of a key; one that may hold a password or a key is refused without being shown.
  mutating func url(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> ServiceURL? {
    if let text = section.values[key.name]?.stringValue, key.kind.read(.string(text)) == nil,
      text.utf8.contains(UInt8(ascii: "@")) || text.utf8.contains(UInt8(ascii: "?"))
    {
      reader.fault(
        section.place(of: key),
        "is not allowed, expected \(key.kind.expectation); a user and a password have keys of their "
          + "own")
      return nil
    }
    return reader.value(key, in: section)?.asURL
  }

  private mutating func secret(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> SecretSource? {
    // A fault would show the value: what is wrong is said without it.
    guard let value = section.values[key.name], value != .null else { return nil }
    guard let text = value.stringValue, case .text(let maximum) = key.kind, !text.isEmpty,
      text.utf8.count <= maximum, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      reader.fault(
        section.place(of: key), "is not allowed, expected a text of 1 to 4096 bytes on one line")
      return nil
    }
    secrets = true
    return .value(text)
  }
}
