/// One probe that is out. A mount never has two.
public struct Flight: Hashable, Sendable {
  /// Which mount it is for. Numbers are not used again while the engine lives.
  public var mount: UInt32
  /// Tells the flights of one mount apart.
  public var sequence: UInt32

  /// A flight.
  public init(mount: UInt32, sequence: UInt32) {
    self.mount = mount
    self.sequence = sequence
  }
}

extension Flight: Comparable {
  /// By mount, then by sequence.
  public static func < (left: Flight, right: Flight) -> Bool {
    (left.mount, left.sequence) < (right.mount, right.sequence)
  }
}

/// The order to probe, with all that a prober needs to know.
public struct ProbeOrder: Hashable, Sendable {
  /// Which flight the answer belongs to.
  public var flight: Flight
  /// Where to look.
  public var path: MountPath
  /// What to look at.
  public var probe: Probe

  /// An order.
  public init(flight: Flight, path: MountPath, probe: Probe) {
    self.flight = flight
    self.path = path
    self.probe = probe
  }
}
