/// How long the kernel may answer from its own memory, and so without this daemon.
struct CachePolicy: Hashable {
  /// Zero: every access reaches the daemon.
  var validity: Duration = .zero

  var isOff: Bool { validity == .zero }
}
