import JSONValue
import K8sClient
import Testing

@testable import ResticUnlock

enum Planned {
  /// A Job made of the failed mover's pod, as a plan has it.
  static func job(
    _ mode: UnlockJob.Mode, expecting: [String] = [], app: App = App(), attempt: Int = 1
  ) throws -> UnlockJob {
    let purpose = UnlockPurpose(
      monitor: "main",
      repository: .secret(
        namespace: app.namespace, name: app.secret, key: RepositoryIdentity.addressKey),
      namespace: app.namespace,
      owner: Mover.Owner(kind: .source, namespace: app.namespace, name: app.name, uid: nil),
      failedJob: app.jobName, lockError: "repository is already locked", attempt: attempt)
    let cloning = JobCloning(purpose: purpose, settings: UnlockSettings())
    let pod = app.pod("\(app.jobName)-abcde", jobUID: "j")
    return try #require(cloning.job(from: pod, mode: mode, expected: expecting))
  }
}
