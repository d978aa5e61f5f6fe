public import JSONValue
public import K8sClient
public import TimeText

/// How a repository can be reached.
public struct RepositoryAccess: Hashable, Sendable {
  /// A pod of the failed mover, as it ran; or what its Job makes pods of, which lacks what admission
  /// adds.
  public var pod: Pod?
  /// The backup, where VolSync can be asked.
  public var source: ReplicationSource?
  /// Names that its Secret may have, where there is no pod.
  public var secretNames: [String]

  /// Ways to a repository.
  public init(
    pod: Pod? = nil, source: ReplicationSource? = nil, secretNames: [String] = []
  ) {
    self.pod = pod
    self.source = source
    self.secretNames = secretNames
  }
}

/// What is to be done about the locks of a repository, and why. The same in a dry run.
public struct UnlockPlan: Hashable, Sendable {
  /// What is to be done.
  public enum Action: Hashable, Sendable {
    /// Nothing: there is no lock.
    case nothing
    /// Nothing yet; until then, or until something changes.
    case wait(until: Timestamp?)
    /// Ask VolSync to unlock before its next run, with this token.
    case ask(Mover.Owner, token: String)
    /// Make this Job.
    case run(UnlockJob)
    /// Nothing, until a person does something.
    case refuse
  }

  /// The repository.
  public var repository: RepositoryIdentity
  /// What is to be done.
  public var action: Action
  /// Why, in a sentence.
  public var reason: String
  /// What it rests on, a line each.
  public var evidence: [String]

  /// A plan.
  public init(
    repository: RepositoryIdentity, action: Action, reason: String, evidence: [String] = []
  ) {
    self.repository = repository
    self.action = action
    self.reason = reason
    self.evidence = evidence
  }

  /// As JSON, for `--dry-run --output json`.
  public var json: JSONValue {
    var json: JSONValue = ["repository": .string(repository.description)]
    switch action {
    case .nothing: json["action"] = "nothing"
    case .wait(let until):
      json["action"] = "wait"
      json["until"] = until.map { .string($0.wholeSecondText) }
    case .ask(let owner, let token):
      json["action"] = "ask"
      json["object"] = .string("\(owner.kind.rawValue) \(owner.namespace)/\(owner.name)")
      json["token"] = .string(token)
      json["patch"] = ReplicationSource.unlockPatch(token).json
    case .run(let unlock):
      json["action"] = "run"
      json["mode"] = .string(unlock.mode.word)
      if case .unlockAs(let host) = unlock.mode { json["host"] = .string(host) }
      json["expected"] = .array(unlock.expected.map { .string($0) })
      json["job"] = unlock.job.json
    case .refuse: json["action"] = "refuse"
    }
    json["reason"] = .string(reason)
    json["evidence"] = .array(evidence.map { .string($0) })
    return json
  }
}

extension UnlockPlan {
  /// The plan for a repository whose locks are the trouble.
  ///
  /// - Parameters:
  ///   - evidence: What is known of its locks and movers.
  ///   - purpose: What it is for.
  ///   - access: How the repository can be reached.
  ///   - settings: What may be done.
  ///   - policy: When a lock counts as left behind.
  public init(
    _ evidence: RepositoryEvidence, for purpose: UnlockPurpose, by access: RepositoryAccess,
    settings: UnlockSettings, policy: LockPolicy
  ) {
    var decision = UnlockDecision(
      evidence: evidence, purpose: purpose, access: access, settings: settings, policy: policy)
    let (action, reason) = decision.decide()
    self.init(
      repository: evidence.repository, action: action, reason: reason, evidence: evidence.lines)
  }
}
