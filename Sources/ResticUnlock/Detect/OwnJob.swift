import JSONValue
public import K8sClient

/// What unlock Jobs are told from movers by.
public enum OwnJob {
  /// The monitor that asked for it.
  public static let monitorLabel = "homelab.rafaribe.com/monitor"
  /// The Job that had failed.
  public static let failedJobLabel = "homelab.rafaribe.com/failed-job"
  /// The repository, as a hash.
  public static let repositoryLabel = "homelab.rafaribe.com/repository"
  /// What it does.
  public static let componentLabel = "app.kubernetes.io/component"
  /// The value of that label.
  public static let component = "restic-unlock"
  /// How the names of unlock Jobs begin. It is not what VolSync's begin with.
  public static let namePrefix = "mountmon-unlock-"

  /// Whether an object is an unlock Job or a pod of one: of ours, or of a controller before this one.
  ///
  /// - Parameter metadata: Of the Job or of the pod.
  /// - Returns: Whether it is; then it never counts as a mover.
  public static func isOne(_ metadata: ObjectMetadata) -> Bool {
    let labels = metadata.labels
    if labels[monitorLabel] != nil || labels["homelab.rafaribe.com/unlock-job"] != nil {
      return true
    }
    if [component, "volsync-unlock"].contains(labels[componentLabel]) { return true }
    if labels["app"] == "volsync-unlock" { return true }
    let names = [metadata.json["name"], metadata.json["generateName"]].compactMap {
      $0?.stringValue
    }
    return names.contains { $0.hasPrefix(namePrefix) || $0.hasPrefix("volsync-unlock-") }
      || metadata.ownerReferences.contains {
        $0.kind == "Job" && $0.name.map { $0.description.hasPrefix(namePrefix) } ?? false
      }
  }
}
