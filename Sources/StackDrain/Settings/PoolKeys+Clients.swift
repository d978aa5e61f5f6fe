public import MountHealthCore

extension PoolKeys {
  /// The types of client, in the words of the file.
  enum ClientType: String, CaseIterable {
    case sabnzbd, transmission, qbittorrent, tdarr, aria2, nzbget, http, command, unit
  }

  private static let file = ConfigurationKey.Kind.absolutePath

  static let clientName = ConfigurationKey(
    "name", .name, "What people call the client; unique. Its type where it is not given.")
  static let clientType = ConfigurationKey(
    "type", .choice(ClientType.allCases.map(\.rawValue)), isRequired: true, "What it is.")
  static let clientURL = ConfigurationKey(
    "url", .url([.http, .https]),
    "Where it listens, with the path that its own begin with, if any. Not for http, command and unit."
  )
  static let authorityFile = ConfigurationKey(
    "caFile", file,
    "The file with the certificates (PEM) that its own is checked against. Not given: those of the "
      + "system.")
  static let apiKey = ConfigurationKey(
    "apiKey", .text(maximum: 4096),
    "The key of SABnzbd (required, in one of the three ways) or of Tdarr, or the secret of aria2.")
  static let apiKeyFile = ConfigurationKey(
    "apiKeyFile", file, "The file whose first line is the key. In place of apiKey.")
  static let apiKeyIni = ConfigurationKey(
    "apiKeyIni", .textOrObject(iniFile, iniKeys),
    "The ini file that holds the key, such as SABnzbd's own. In place of apiKey.")
  static let username = ConfigurationKey(
    "username", .text(maximum: 255),
    "The user of Transmission, qBittorrent or NZBGet. Needs a password.")
  static let password = ConfigurationKey(
    "password", .text(maximum: 4096), "The user's password.")
  static let passwordFile = ConfigurationKey(
    "passwordFile", file, "The file whose first line is the password. In place of password.")
  static let nodes = ConfigurationKey(
    "nodes", .texts(count: 0...maximumCount), "The nodes of Tdarr by name. Not given: all.")
  static let role = ConfigurationKey(
    "role", .choice(ClientRole.allCases.map(\.rawValue)), default: "\"download\"",
    "What it does for the stack, and so when its turn is: producer (makes work for others; first), "
      + "download, processing (unpacks, moves, transcodes; last). For tdarr the default is processing."
  )
  static let container = ConfigurationKey(
    "container", .name, "The container it runs in, by name. Not given: none.")
  static let look = ConfigurationKey(
    "look", .textsOrObject(count: 1...64, stepKeys),
    "For http and command: asks whether it runs. A command says yes by exit code 0, and no by 1, 2 "
      + "or 3; a request by an answer that holds runningText, or does not.")
  static let runningText = ConfigurationKey(
    "runningText", .text(maximum: 1024),
    "For http: what the answer to look holds while it runs, and at no other time.")
  static let pause = ConfigurationKey(
    "pause", .textsOrObject(count: 1...64, stepKeys), "For http and command: pauses it.")
  static let resume = ConfigurationKey(
    "resume", .textsOrObject(count: 1...64, stepKeys), "For http and command: resumes it.")
  static let authorizationFile = ConfigurationKey(
    "authorizationFile", file,
    "For http: the file that holds the value of the field Authorization of all three requests.")
  static let unit = ConfigurationKey(
    "unit", .name, "For unit: the systemd unit, such as iso-processor.service.")

  /// The keys of an object in `clients`.
  public static let clientKeys: [ConfigurationKey] = [
    clientName, clientType, clientURL, authorityFile, apiKey, apiKeyFile, apiKeyIni, username,
    password, passwordFile, nodes, role, container, look, runningText, pause, resume,
    authorizationFile, unit,
  ]

  static let iniFile = ConfigurationKey(
    "file", file, isRequired: true, "The ini file.")
  static let iniSection = ConfigurationKey(
    "section", .text(maximum: 255), default: "\"misc\"", "The section that the key stands in.")
  static let iniKey = ConfigurationKey(
    "key", .text(maximum: 255), default: "\"api_key\"", "The key's name.")
  /// The keys of `apiKeyIni`.
  public static let iniKeys: [ConfigurationKey] = [iniFile, iniSection, iniKey]

  static let stepMethod = ConfigurationKey(
    "method", .choice(["GET", "POST", "PUT", "PATCH", "DELETE"]), default: "\"POST\"",
    "The method of the request; for look, GET where it is not given.")
  static let stepURL = ConfigurationKey(
    "url", .url([.http, .https]), isRequired: true, "Where the request goes.")
  static let stepHeaders = ConfigurationKey(
    "headers", .fields(count: 0...32), "The fields of the request, by name.")
  static let stepBody = ConfigurationKey(
    "body", .text(maximum: 16384), "The body of the request.")
  /// The keys of `look`, `pause` and `resume` of a client of type `http`.
  public static let stepKeys: [ConfigurationKey] = [stepURL, stepMethod, stepHeaders, stepBody]
}
