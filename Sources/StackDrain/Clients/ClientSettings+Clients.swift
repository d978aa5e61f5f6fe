import MountHealthCore

extension ClientSettings {
  /// What a target of the post-processing of SABnzbd is called after the client's own name.
  public static let postSuffix = "-post"

  /// The clients that come of these settings, with what the plans know of them. Nothing is read or
  /// connected before they are asked.
  ///
  /// - Parameter environment: What they find around themselves.
  /// - Returns: Usually one; SABnzbd has one for its queue and one for its post-processing.
  /// - Throws: That the name or the URL is not fit.
  public func clients(
    in environment: ClientEnvironment
  ) throws(ClientFault) -> [(ClientDescription, any StackClient)] {
    switch program {
    case .sabnzbd(let key):
      let sabnzbd = SABnzbd(try place("SABnzbd", environment), key: key)
      let post = try described(
        name + Self.postSuffix, role: role == .download ? .processing : role, forgets: false)
      return [
        (try described(name, role: role, forgets: true), SABnzbdQueue(sabnzbd: sabnzbd)),
        (post, SABnzbdPost(sabnzbd)),
      ]
    case .transmission(let login):
      return try one(TransmissionClient(try place("Transmission", environment), login))
    case .qbittorrent(let login):
      return try one(QBittorrentClient(try place("qBittorrent", environment), login))
    case .tdarr(let key, let nodes):
      return try one(
        TdarrClient(try place("Tdarr", environment), key: key, nodes: nodes), forgets: true)
    case .aria2(let secret):
      return try one(Aria2Client(try place("aria2", environment), secret: secret))
    case .nzbget(let login):
      return try one(NZBGetClient(try place("NZBGet", environment), login), forgets: true)
    case .http(let steps):
      return try one(
        HTTPStepsClient(name, steps, authorityFile: authorityFile, in: environment),
        forgets: container != nil)
    case .command(let steps):
      return try one(
        CommandStepsClient(
          steps: steps, runner: ProgramRun(name: name, environment: environment)),
        forgets: container != nil)
    case .unit(let unit):
      return try one(
        UnitClient(unit: unit, runner: ProgramRun(name: name, environment: environment)))
    }
  }

  // `forgets`: whether a pause is lost when it restarts. Of what is not known, whoever runs in a
  // container is taken to forget it: a drain restarts that.
  private func one(
    _ client: any StackClient, forgets: Bool = false
  ) throws(ClientFault) -> [(ClientDescription, any StackClient)] {
    [(try described(name, role: role, forgets: forgets), client)]
  }

  private func described(
    _ name: String, role: ClientRole, forgets: Bool
  ) throws(ClientFault) -> ClientDescription {
    guard let target = Target(.client, name) else {
      throw ClientFault("'\(name.asOneLine)' cannot be the name of a client")
    }
    return ClientDescription(target, role: role, container: container, forgetsPauses: forgets)
  }

  private func place(
    _ program: String, _ environment: ClientEnvironment
  ) throws(ClientFault) -> ClientPlace {
    guard let url, url.scheme != .tcp else {
      throw ClientFault("\(name): \(program) needs a URL that begins with http:// or https://")
    }
    return ClientPlace(
      name: name, program: program, url: url, authorityFile: authorityFile,
      environment: environment)
  }
}
