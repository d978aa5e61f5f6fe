public import MountHealthCore

/// A client of the stack, as it is configured.
public struct ClientSettings: Hashable, Sendable {
  /// The programs that are known, with what each needs beside its address.
  public enum Program: Hashable, Sendable {
    /// SABnzbd: two targets come of it, the queue and the post-processing.
    case sabnzbd(key: SecretSource)
    /// Transmission.
    case transmission(Login?)
    /// qBittorrent, 4.1 or later.
    case qbittorrent(Login?)
    /// Tdarr, and which of its nodes, by name; none named: all.
    case tdarr(key: SecretSource?, nodes: [String])
    /// aria2.
    case aria2(secret: SecretSource?)
    /// NZBGet.
    case nzbget(Login?)
    /// Anything that can be asked, paused and resumed by a request each.
    case http(HTTPSteps)
    /// Anything that can be asked, paused and resumed by a command each.
    case command(CommandSteps)
    /// A systemd unit.
    case unit(String)
  }

  /// A user and a password.
  public struct Login: Hashable, Sendable {
    /// The user.
    public var user: String
    /// The password.
    public var password: SecretSource

    /// A login.
    public init(user: String, password: SecretSource) {
      self.user = user
      self.password = password
    }
  }

  /// Requests of one's own.
  public struct HTTPSteps: Hashable, Sendable {
    /// One request.
    public struct Step: Hashable, Sendable {
      /// Its method.
      public var method: String
      /// Where it goes.
      public var url: ServiceURL
      /// Its fields.
      public var headers: [String: String]
      /// Its body.
      public var body: String

      /// A request.
      public init(
        method: String, url: ServiceURL, headers: [String: String] = [:], body: String = ""
      ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
      }
    }

    /// Asks whether it runs: it does where a 2xx answer holds ``runningText``.
    public var look: Step
    /// What the answer to ``look`` holds while it runs, and at no other time.
    public var runningText: String
    /// Pauses it.
    public var pause: Step
    /// Resumes it.
    public var resume: Step
    /// A file with the value of an `Authorization` field for all three.
    public var authorizationFile: String?

    /// Requests.
    public init(
      look: Step, runningText: String, pause: Step, resume: Step, authorizationFile: String? = nil
    ) {
      self.look = look
      self.runningText = runningText
      self.pause = pause
      self.resume = resume
      self.authorizationFile = authorizationFile
    }
  }

  /// Commands of one's own: a program's absolute path and its arguments, without a shell.
  public struct CommandSteps: Hashable, Sendable {
    /// Asks whether it runs: exit code 0 says that it does, 1 to 3 that it does not.
    public var look: [String]
    /// Pauses it.
    public var pause: [String]
    /// Resumes it.
    public var resume: [String]

    /// Commands.
    public init(look: [String], pause: [String], resume: [String]) {
      self.look = look
      self.pause = pause
      self.resume = resume
    }
  }

  /// Its name among the targets.
  public var name: String
  /// What it is.
  public var program: Program
  /// Where it listens: scheme, host, port and the path below which its own begins (`/` unless it
  /// lives below a prefix). `nil` for `http`, `command` and `unit`.
  public var url: ServiceURL?
  /// A file with the certificate authorities to trust for `https`; `nil`: those of the system.
  public var authorityFile: String?
  /// What it does for the stack.
  public var role: ClientRole
  /// The container it runs in, by name.
  public var container: String?

  /// A client.
  public init(
    name: String, program: Program, url: ServiceURL? = nil, authorityFile: String? = nil,
    role: ClientRole = .download, container: String? = nil
  ) {
    self.name = name
    self.program = program
    self.url = url
    self.authorityFile = authorityFile
    self.role = role
    self.container = container
  }
}

/// Where a secret comes from. Read each time it is needed, so that a new one is used at once.
public enum SecretSource: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// It stands in the configuration.
  case value(String)
  /// The first line of a file.
  case file(String)
  /// A key of a section of an ini file, such as `[misc] api_key` of SABnzbd's.
  case ini(file: String, section: String, key: String)

  /// Where it comes from, never what it is.
  public var description: String {
    switch self {
    case .value: "<redacted>"
    case .file(let path): "file \(path)"
    case .ini(let file, let section, let key): "[\(section)] \(key) of \(file)"
    }
  }

  /// No children: `dump` shows nothing beside the description.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
