/// The names that Secrets of repositories usually have, for when no pod is left that tells the name.
/// Whether there is such a Secret is not asked: that would need the right to read Secrets.
public enum SecretNames {
  /// In the order in which they are tried.
  ///
  /// - Parameters:
  ///   - object: The name of the ReplicationSource or ReplicationDestination: `prowlarr-nfs`.
  ///   - app: What is backed up; `nil`: the object's name without a last part of its own.
  /// - Returns: Names, each once.
  public static func usual(object: String, app: String? = nil) -> [String] {
    let app = app ?? self.app(of: object)
    var names: [String] = []
    for name in [
      "\(app)-volsync-nfs", "\(app)-restic-secret", "\(app)-volsync", "\(object)-secret",
    ]
    where !names.contains(name) { names.append(name) }
    return names
  }

  /// What is backed up: `home-assistant` of `home-assistant-nfs`.
  ///
  /// - Parameter object: The name of the ReplicationSource or ReplicationDestination.
  /// - Returns: It without a last part that tells of the repository.
  public static func app(of object: String) -> String {
    for suffix in [
      "-nfs", "-b2", "-s3", "-r2", "-minio", "-local", "-remote", "-restic", "-bootstrap",
    ]
    where object.hasSuffix(suffix) && object.utf8.count > suffix.utf8.count {
      return String(object.dropLast(suffix.utf8.count))
    }
    return object
  }
}
