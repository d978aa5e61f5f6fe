public import JSONValue
public import TimeText

/// A Lease: who holds something, and until when.
public struct Lease: Resource {
  /// `coordination.k8s.io/v1`, `leases`.
  public static let type = ResourceType(
    group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease")

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("spec"), .text("spec", "holderIdentity"), .integer("spec", "leaseDurationSeconds"),
    .time("spec", "acquireTime"), .time("spec", "renewTime"),
    .integer("spec", "leaseTransitions"),
  ]

  /// The whole object.
  public var json: JSONValue

  /// The Lease that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// Who holds it; `nil` or empty where nobody does.
  public var holderIdentity: String? {
    get { self[text: "spec", "holderIdentity"] }
    set { self[text: "spec", "holderIdentity"] = newValue }
  }
  /// How long after `renewTime` others may take it.
  public var leaseDuration: Duration? {
    get { self[integer: "spec", "leaseDurationSeconds"].map { .seconds($0) } }
    set {
      let seconds = newValue.map { Int(clamping: $0.wholeSecondsRoundedUp) }
      self[integer: "spec", "leaseDurationSeconds"] = seconds
    }
  }
  /// Since when its holder has it, by the holder's clock.
  public var acquireTime: Timestamp? {
    get { self[microTime: "spec", "acquireTime"] }
    set { self[microTime: "spec", "acquireTime"] = newValue }
  }
  /// When its holder last said so, by the holder's clock. Clocks differ: compare for change, not
  /// with a clock of one's own.
  public var renewTime: Timestamp? {
    get { self[microTime: "spec", "renewTime"] }
    set { self[microTime: "spec", "renewTime"] = newValue }
  }
  /// How often it went from one holder to another.
  public var leaseTransitions: Int {
    get { self[integer: "spec", "leaseTransitions"] ?? 0 }
    set { self[integer: "spec", "leaseTransitions"] = newValue }
  }
}
