import K8sClient

/// How far the watches of one type are: one for the whole cluster, or one for each namespace.
struct WatchStanding: Hashable, Sendable {
  /// How far one watch is.
  enum State: Hashable, Sendable {
    /// Nothing is complete yet; with what kept it from being so last.
    case waiting(KubernetesError?)
    /// What is there was told, and is followed.
    case followed
    /// There is no such type, or it may not be read: nothing will be told.
    case missing(KubernetesError)
    /// It was told once, and may be out of date.
    case interrupted(KubernetesError)
  }

  private var states: [String: State]

  init(scopes: some Sequence<String>) {
    states = [:]
    for scope in scopes { states[scope] = .waiting(nil) }
  }

  /// Takes in what a watch says of itself.
  mutating func synced(_ scope: String) { states[scope] = .followed }

  mutating func interrupted(_ scope: String, _ error: KubernetesError) {
    switch states[scope] ?? .waiting(nil) {
    case .waiting, .missing:
      let isHopeless = error.code == .notFound || error.code == .forbidden
      states[scope] = isHopeless ? .missing(error) : .waiting(error)
    case .followed, .interrupted: states[scope] = .interrupted(error)
    }
  }

  mutating func resumed(_ scope: String) {
    if case .interrupted? = states[scope] { states[scope] = .followed }
  }

  /// Whether all that will be told at first was.
  var isSynced: Bool {
    states.values.allSatisfy { state in
      if case .waiting = state { false } else { true }
    }
  }
  /// Whether all of it is followed.
  var isCurrent: Bool { states.values.allSatisfy { $0 == .followed } }

  /// What is wrong, a line each.
  var complaints: [String] {
    states.sorted { $0.key < $1.key }.compactMap { _, state in
      switch state {
      case .followed: nil
      case .waiting(let error): error?.description
      case .missing(let error), .interrupted(let error): error.description
      }
    }
  }
}
