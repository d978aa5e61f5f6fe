public import JSONValue

/// How unlock Jobs are made, and what they may do.
public struct UnlockSettings: Hashable, Sendable {
  /// Whether `restic unlock --remove-all` may be run at all, where nothing else helps.
  public var allowsRemoveAll = false
  /// How long Jobs stay after their end; `nil`: until somebody deletes them.
  public var timeToLive: Duration? = .seconds(3600)
  /// How long a Job may take in all.
  public var deadline = Duration.seconds(600)
  /// The image, where no failed pod is left to take it from.
  public var image: String?
  /// The service account, where no failed pod is left to take it from.
  public var serviceAccount: String?
  /// What the container may use: `limits` and `requests`, as Kubernetes has them; `nil`: as the mover.
  public var resources: JSONValue?
  /// `runAsUser`, `runAsGroup`, `fsGroup`, where no failed pod is left to take them from.
  public var securityContext: JSONValue?
  /// Whether VolSync is asked to unlock, by `spec.restic.unlock`, where that can be done.
  public var prefersVolSync = false

  /// The usual settings.
  public init() {}
}
