import Synchronization

extension StubAPIServer {
  /// Lets something go wrong from now on; the first fault that strikes a request decides.
  ///
  /// - Parameter fault: What, with which requests, how often.
  /// - Returns: A number for ``remove(fault:)``.
  @discardableResult
  public func inject(_ fault: StubFault) -> Int {
    state.withLock { state in
      state.faultCount += 1
      state.faults.append((state.faultCount, fault))
      return state.faultCount
    }
  }

  /// Lets one of the next requests fail: for sweeps over all requests of a run.
  ///
  /// - Parameters:
  ///   - number: Which one, counted from 1.
  ///   - isPersistent: Whether all after it fail as well.
  ///   - effect: How it fails.
  /// - Returns: A number for ``remove(fault:)``.
  @discardableResult
  public func fail(
    nth number: Int, isPersistent: Bool = false, _ effect: StubFault.Effect
  ) -> Int {
    inject(StubFault(effect, passing: max(number - 1, 0), count: isPersistent ? nil : 1))
  }

  /// Lets a fault be over.
  ///
  /// - Parameter number: What ``inject(_:)`` returned.
  public func remove(fault number: Int) {
    state.withLock { state in state.faults.removeAll { $0.number == number } }
  }

  /// Lets all faults be over.
  public func removeFaults() {
    state.withLock { state in state.faults = [] }
  }

  /// Accepts connections and says nothing on them, not even TLS; or greets new ones again.
  ///
  /// - Parameter isSilent: Whether it is silent from now on.
  public func setSilent(_ isSilent: Bool) {
    state.withLock { $0.isSilent = isSilent }
  }

  /// Is told of each pod that runs and is to end, so that a test can end a real process.
  ///
  /// - Parameter hook: Called without any lock; `nil` for nobody.
  public func onPodTerminating(_ hook: (@Sendable (StubPodNotice) -> Void)?) {
    state.withLock { $0.onPodTerminating = hook }
  }

  /// Makes a token of a ServiceAccount and lets it in.
  ///
  /// - Parameters:
  ///   - account: The ServiceAccount's name.
  ///   - namespace: Its namespace.
  ///   - pod: The pod that the token is bound to; `nil` for none.
  ///   - roles: What it may do.
  ///   - lifetime: How long it is let in.
  /// - Returns: The token.
  public func mintToken(
    for account: String, in namespace: String, pod: StubPodIdentity? = nil, roles: [StubRole],
    lifetime: Duration = .seconds(3607)
  ) -> String {
    withCluster {
      $0.mintToken(for: account, in: namespace, pod: pod, roles: roles, lifetime: lifetime)
    }
  }

  /// Makes the token that follows a minted one, and swaps it into the folder of its pod.
  ///
  /// - Parameters:
  ///   - old: The token so far.
  ///   - path: The folder; `nil` where there is none.
  ///   - revokesOld: Whether the old one is refused from now on.
  /// - Returns: The new token; the old one where it was not minted by this server.
  /// - Throws: Whatever the file system says.
  @discardableResult
  public func rotateToken(
    _ old: String, inFolder path: String? = nil, revokesOld: Bool = true
  ) throws -> String {
    let (fresh, namespace) = withCluster { cluster in
      (cluster.rotateToken(old, revokesOld: revokesOld), cluster.tokens[old]?.origin?.namespace)
    }
    guard let fresh, let namespace else { return old }
    if let path { try writeServiceAccountFolder(to: path, token: fresh, namespace: namespace) }
    return fresh
  }

  /// Writes the files that a kubelet mounts into a pod; the second time it swaps them in one step.
  ///
  /// - Parameters:
  ///   - path: The folder, which is made if it is missing.
  ///   - token: The token.
  ///   - namespace: The namespace.
  /// - Throws: Whatever the file system says.
  public func writeServiceAccountFolder(
    to path: String, token: String, namespace: String
  ) throws {
    try ServiceAccountFolder(path: path).write(
      token: token, authority: certificates.authorityPEM, namespace: namespace)
  }
}
