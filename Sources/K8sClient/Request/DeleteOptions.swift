public import JSONValue

/// How something is deleted or evicted.
public struct DeleteOptions: Hashable, Sendable {
  /// What becomes of the objects that an object owns.
  public enum Propagation: String, Hashable, Sendable {
    /// They go after it.
    case background = "Background"
    /// They go before it.
    case foreground = "Foreground"
    /// They stay.
    case orphan = "Orphan"
  }

  /// What must be true of the object, or nothing happens and the answer is a conflict.
  public struct Precondition: Hashable, Sendable {
    /// Its uid: it is that object, and not another one of the same name.
    public var uid: UID?
    /// Its resource version: it has not changed.
    public var resourceVersion: ResourceVersion?

    /// Preconditions that must all hold.
    public init(uid: UID? = nil, resourceVersion: ResourceVersion? = nil) {
      self.uid = uid
      self.resourceVersion = resourceVersion
    }

    /// It is that object.
    public static func uid(_ uid: UID) -> Precondition { Precondition(uid: uid) }

    /// It has not changed since.
    public static func resourceVersion(_ version: ResourceVersion) -> Precondition {
      Precondition(resourceVersion: version)
    }
  }

  /// What must be true of the object.
  public var precondition: Precondition?
  /// How long its containers may take to end; whole seconds, less is rounded up. `nil`: as long as
  /// its specification says; zero removes it at once.
  public var gracePeriod: Duration?
  /// What becomes of what it owns; `nil`: what is usual for its type. For a Job that is to leave its
  /// pods behind.
  public var propagation: Propagation?
  /// Whether everything is checked and nothing happens.
  public var isDryRun: Bool

  /// Options.
  public init(
    onlyIf precondition: Precondition? = nil, gracePeriod: Duration? = nil,
    propagation: Propagation? = nil, isDryRun: Bool = false
  ) {
    self.precondition = precondition
    self.gracePeriod = gracePeriod
    self.propagation = propagation
    self.isDryRun = isDryRun
  }

  /// As the API has it; `nil` where nothing is asked for.
  public var json: JSONValue? {
    var json: JSONValue = [:]
    if let gracePeriod {
      // Less than nothing must not become zero, which removes a pod without asking its node. The
      // API takes it for one second, too.
      let seconds = gracePeriod < .zero ? 1 : gracePeriod.wholeSecondsRoundedUp
      json["gracePeriodSeconds"] = .number(JSONNumber(seconds))
    }
    if let propagation { json["propagationPolicy"] = .string(propagation.rawValue) }
    if let uid = precondition?.uid { json["preconditions"] = ["uid": .string(uid.description)] }
    if let version = precondition?.resourceVersion {
      var preconditions = json["preconditions"] ?? [:]
      preconditions["resourceVersion"] = .string(version.description)
      json["preconditions"] = preconditions
    }
    if isDryRun { json["dryRun"] = ["All"] }
    return json.objectValue?.isEmpty == true ? nil : json
  }

  /// Whether doing it twice does no more than doing it once: what is tied to a uid or a version
  /// never hits a successor of the same name.
  var isRepeatable: Bool {
    isDryRun || precondition?.uid != nil || precondition?.resourceVersion != nil
  }
}

extension Duration {
  /// Whole seconds, rounded up; zero for a negative duration.
  var wholeSecondsRoundedUp: Int64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return attoseconds > 0 && seconds < .max ? seconds + 1 : seconds
  }
}
