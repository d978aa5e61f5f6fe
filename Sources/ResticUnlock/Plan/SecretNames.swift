/// What the names of backups and restores tell.
public enum SecretNames {
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
