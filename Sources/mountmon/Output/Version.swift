/// The version by semantic versioning. What else is known of a build tells `BuildIdentity`.
enum Version {
  static let current = "0.1.0"
}
