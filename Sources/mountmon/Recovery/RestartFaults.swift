import HTTPTransport
import JSONValue
import K8sClient
import MountHealthCore
import TimeText

extension CallFault {
  /// What an error means for the restart machine.
  init(_ error: any Error) {
    guard let error = error as? KubernetesError else {
      // A value that the API server cannot take, or an object that is not what it should be.
      self.init(.rejected, "\(error)")
      return
    }
    self.init(
      Self.kind(of: error.code), "\(error)", mayHaveHappened: error.mayHaveHappened,
      retryAfter: error.status?.retryAfter)
  }

  private static func kind(of code: KubernetesError.Code) -> Kind {
    switch code {
    case .forbidden: .forbidden
    case .tooManyRequests, .timeout, .serverFailed, .unavailable, .unreachable, .cancelled,
      .unauthorized, .malformedAnswer, .conflict, .expired:
      .transient
    default: .rejected
    }
  }
}

extension RemovalFault {
  /// Why an eviction was not done; `nil` where the call as such failed.
  init?(eviction error: KubernetesError) {
    switch error.code {
    case .tooManyRequests where error.isBlockedByDisruptionBudget:
      self = .blocked(error.words, retryAfter: error.status?.retryAfter)
    case .notFound where error.namesPod: self = .gone
    case .notFound: self = .unsupported("\(error)")
    case .invalid where error.status?.code == 405: self = .unsupported("\(error)")
    case .conflict: self = .otherPod
    // Two budgets for one pod: the server says 500, and will until one of them is gone.
    case .serverFailed where error.status?.message.holds("PodDisruptionBudget") == true:
      self = .blocked(error.words, retryAfter: nil)
    default: return nil
    }
  }

  /// Why a deletion was not done; `nil` where the call as such failed.
  init?(deletion error: KubernetesError) {
    switch error.code {
    case .notFound where error.namesPod: self = .gone
    case .conflict: self = .otherPod
    default: return nil
    }
  }
}

extension KubernetesError {
  /// What the server says. Which budget is in the way, only a cause tells.
  fileprivate var words: String {
    guard let status else { return "\(self)" }
    let causes = status.causes.compactMap(\.message)
    return ([status.message] + causes.prefix(3)).joined(separator: " ")
  }

  /// Whether what is not found is the pod, and not the API that was asked for.
  fileprivate var namesPod: Bool {
    guard let object = status?.object else { return false }
    return object.kind == "pods" && !object.name.isEmpty
  }
}

extension PodFacts {
  /// The facts of a pod as it was read.
  init(_ pod: Pod) throws(MalformedObject) {
    guard let uid = pod.metadata.uid, let name = pod.metadata.name,
      let created = pod.metadata.creationTimestamp
    else {
      throw MalformedObject(
        pod.title, at: ["metadata"], "expected a name, a uid and a time of creation")
    }
    let labels = pod.metadata.labels
    self.init(
      name: name.description, uid: uid.description, created: created,
      isTerminating: pod.isTerminating,
      owner: pod.metadata.controller.map { owner in
        PodOwner(
          kind: owner.kind, name: owner.name?.description ?? "", uid: owner.uid?.description ?? "")
      },
      templateHash: labels["pod-template-hash"] ?? labels["rollouts-pod-template-hash"],
      node: pod.nodeName)
  }
}
