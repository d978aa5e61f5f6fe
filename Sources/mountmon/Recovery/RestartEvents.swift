import K8sClient
import MountHealthCore

final class RestartEvents: Sendable {
  init(_ caller: any APICaller, about pod: K8sClient.PodIdentity) {}
  func announce(_ notice: RestartNotice) {}
  func noteOwner(_ owner: PodOwner?) {}
  var dropped: UInt64 { 0 }
  func close(within limit: Duration) async {}
}
