/// Which mountmon this is.
enum Version {
  /// By semantic versioning.
  static let current = "0.1.0"

  /// The architecture that it was built for.
  static var architecture: String {
    #if arch(x86_64)
      "amd64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }
}
