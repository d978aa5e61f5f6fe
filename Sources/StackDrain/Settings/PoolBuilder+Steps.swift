import JSONValue
import MountHealthCore

extension PoolBuilder {
  mutating func commandSteps(
    in section: ConfigurationReader.Section
  ) -> ClientSettings.CommandSteps? {
    let look = ownCommand(PoolKeys.look, in: section)
    let pause = ownCommand(PoolKeys.pause, in: section)
    let resume = ownCommand(PoolKeys.resume, in: section)
    guard let look, let pause, let resume else { return nil }
    return ClientSettings.CommandSteps(look: look, pause: pause, resume: resume)
  }

  private mutating func ownCommand(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> [String]? {
    if case .object? = section.values[key.name] {
      reader.refuse(section.place(of: key), "an object", "a program and its arguments, as a list")
      return nil
    }
    guard let command = command(key, in: section) else {
      refuseMissing(key, in: section, "a program and its arguments")
      return nil
    }
    guard command.first?.utf8.first == UInt8(ascii: "/") else {
      reader.refuse(
        section.place(of: key), (command.first ?? "").quotedExcerpt,
        "a program by its absolute path")
      return nil
    }
    return command
  }

  mutating func httpSteps(
    in section: ConfigurationReader.Section
  ) -> ClientSettings.HTTPSteps? {
    let look = step(PoolKeys.look, "GET", in: section)
    let runningText = text(PoolKeys.runningText, in: section)
    if runningText == nil {
      refuseMissing(
        PoolKeys.runningText, in: section, "what the answer to look holds while it runs")
    }
    let pause = step(PoolKeys.pause, "POST", in: section)
    let resume = step(PoolKeys.resume, "POST", in: section)
    let authorization = file(PoolKeys.authorizationFile, in: section)
    guard let look, let runningText, let pause, let resume else { return nil }
    return ClientSettings.HTTPSteps(
      look: look, runningText: runningText, pause: pause, resume: resume,
      authorizationFile: authorization)
  }

  private mutating func step(
    _ key: ConfigurationKey, _ method: String, in section: ConfigurationReader.Section
  ) -> ClientSettings.HTTPSteps.Step? {
    guard let own = reader.subsection(key, PoolKeys.stepKeys, in: section) else {
      refuseMissing(key, in: section, "an object with the url of a request")
      return nil
    }
    let given = reader.value(PoolKeys.stepMethod, in: own)?.asText
    let headers = reader.value(PoolKeys.stepHeaders, in: own)?.asFields ?? []
    let body = reader.value(PoolKeys.stepBody, in: own)?.asText ?? ""
    if headers.contains(where: { Self.secretFields.contains($0.name.lowercased()) }) {
      secrets = true
    }
    guard let url = url(PoolKeys.stepURL, in: own) else {
      refuseMissing(PoolKeys.stepURL, in: own, "where the request goes")
      return nil
    }
    return ClientSettings.HTTPSteps.Step(
      method: given ?? method, url: url,
      headers: Dictionary(headers.map { ($0.name, $0.value) }) { first, _ in first }, body: body)
  }

  private static let secretFields: Set<String> = [
    "authorization", "cookie", "x-api-key", "apikey", "x-emby-token", "x-plex-token",
  ]
}

extension PoolKeys {
  /// The keys that every client takes.
  static let commonClientKeys: [ConfigurationKey] = [clientName, clientType, role, container]
}

extension PoolKeys.ClientType {
  /// Whether it has one address for everything.
  var isReachedByURL: Bool {
    switch self {
    case .sabnzbd, .transmission, .qbittorrent, .tdarr, .aria2, .nzbget: true
    case .http, .command, .unit: false
    }
  }

  /// The keys that it takes beside those of all.
  var keys: [ConfigurationKey] {
    let key =
      [PoolKeys.clientURL, PoolKeys.authorityFile]
      + [PoolKeys.apiKey, PoolKeys.apiKeyFile, PoolKeys.apiKeyIni]
    switch self {
    case .sabnzbd, .aria2: return key
    case .tdarr: return key + [PoolKeys.nodes]
    case .transmission, .qbittorrent, .nzbget:
      return [
        PoolKeys.clientURL, PoolKeys.authorityFile, PoolKeys.username, PoolKeys.password,
        PoolKeys.passwordFile,
      ]
    case .http:
      return [
        PoolKeys.look, PoolKeys.runningText, PoolKeys.pause, PoolKeys.resume,
        PoolKeys.authorizationFile, PoolKeys.authorityFile,
      ]
    case .command: return [PoolKeys.look, PoolKeys.pause, PoolKeys.resume]
    case .unit: return [PoolKeys.unit]
    }
  }
}
