/// Decides when the configuration file is read again.
///
/// A file that is being written is read only once it stays as it is from one look to the next.
struct ReloadMachine: Hashable, Sendable {
  typealias Fingerprint = ConfigurationFile.Fingerprint

  /// What can happen.
  enum Event: Hashable, Sendable {
    /// The file was looked at; `nil`: it is not there.
    case looked(Fingerprint?)
    /// Somebody asked for a reload (SIGHUP); the file as it is now.
    case asked(Fingerprint?)
  }

  /// What is to be done.
  enum Effect: Hashable, Sendable {
    /// Read the file.
    case reload
  }

  private var loaded: Fingerprint?
  private var seen: Fingerprint?

  /// A machine for a file that was read in this state.
  init(fingerprint: Fingerprint?) {
    loaded = fingerprint
    seen = fingerprint
  }

  /// Takes an event.
  mutating func handle(_ event: Event) -> [Effect] {
    switch event {
    case .asked(let fingerprint):
      loaded = fingerprint
      seen = fingerprint
      return [.reload]
    case .looked(let fingerprint):
      let isSettled = fingerprint == seen
      seen = fingerprint
      // A file that is gone for a moment is not a configuration.
      guard isSettled, fingerprint != nil, fingerprint != loaded else { return [] }
      loaded = fingerprint
      return [.reload]
    }
  }
}
