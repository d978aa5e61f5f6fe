import JSONValue
import K8sClient
import MountHealthCore
import TimeText

/// Carries calls of the restart machine to the API server, and its answers back. One call is one
/// exchange: when to try again is the machine's to decide.
struct RestartCalls: Sendable {
  /// Who carries calls.
  let server: any APICaller
  /// The own pod.
  let pod: ObjectName
  /// Its namespace; nothing outside of it is touched.
  let namespace: Namespace
  /// The present, by the API server's clock.
  let wall: @Sendable () -> Timestamp

  func reviewAccess(_ permissions: [RestartPermission]) async -> RestartAnswer {
    var refused: Set<RestartPermission> = []
    for permission in permissions {
      do {
        let answer = try await server.send(
          .accessReview(try permission.question(of: pod, in: namespace)))
        if try !AccessReview(checking: answer).isAllowed { refused.insert(permission) }
      } catch {
        return .failed(CallFault(error))
      }
    }
    return .access(refused: refused)
  }

  func readPod(_ name: String) async -> RestartAnswer {
    do {
      let json = try await server.send(.get(try path(Pod.self, name)))
      return .pod(try PodFacts(try Pod(checking: json)))
    } catch let error as KubernetesError where error.code == .notFound {
      return .pod(nil)
    } catch {
      return .failed(CallFault(error))
    }
  }

  func readRecord(_ name: String) async -> RestartAnswer {
    do {
      let json = try await server.send(.get(try path(Lease.self, name)))
      return .record(RestartRecord.Reading(try Lease(checking: json)), wall: wall())
    } catch let error as KubernetesError where error.code == .notFound {
      return .record(RestartRecord.Reading(version: nil), wall: wall())
    } catch {
      return .failed(CallFault(error))
    }
  }

  /// Writes a record. What others keep in the Lease stays: it is read, changed and written over that
  /// very version.
  func writeRecord(
    _ name: String, _ record: RestartRecord, over version: String?
  ) async -> RestartAnswer {
    do {
      let path = try path(Lease.self, name)
      guard let version else {
        var lease = Lease(named: path.name, in: namespace)
        lease.metadata.labels = ["app.kubernetes.io/managed-by": "mountmon"]
        lease.carry(record, at: wall())
        let request = try APIRequest.create(
          lease, in: CollectionPath(Lease.self, in: .namespace(namespace)))
        return stored(try await server.send(request))
      }
      var lease = try Lease(checking: try await server.send(.get(path)))
      guard lease.metadata.resourceVersion?.description == version else { return .conflict }
      lease.carry(record, at: wall())
      return stored(try await server.send(.replace(path, with: lease.json)))
    } catch let error as KubernetesError
      where [.conflict, .alreadyExists, .notFound].contains(error.code)
    {
      return .conflict
    } catch {
      return .failed(CallFault(error))
    }
  }

  func evict(_ name: String, uid: String) async -> RestartAnswer {
    do {
      let options = DeleteOptions(onlyIf: .uid(try UID(uid)))
      _ = try await server.send(.evict(try path(Pod.self, name), options))
      return .removed
    } catch let error as KubernetesError {
      return RemovalFault(eviction: error).map { .notRemoved($0) } ?? .failed(CallFault(error))
    } catch {
      return .failed(CallFault(error))
    }
  }

  func delete(_ name: String, uid: String) async -> RestartAnswer {
    do {
      let options = DeleteOptions(onlyIf: .uid(try UID(uid)))
      _ = try await server.send(.delete(try path(Pod.self, name), options))
      return .removed
    } catch let error as KubernetesError {
      return RemovalFault(deletion: error).map { .notRemoved($0) } ?? .failed(CallFault(error))
    } catch {
      return .failed(CallFault(error))
    }
  }

  private func stored(_ json: JSONValue) -> RestartAnswer {
    guard let version = Lease(json: json).metadata.resourceVersion else {
      return .failed(
        CallFault(
          .transient, "the API server stored the Lease and did not say which version it is now",
          mayHaveHappened: true))
    }
    return .stored(version: version.description)
  }

  private func path<Kind: Resource>(_ type: Kind.Type, _ name: String) throws -> ObjectPath {
    try ObjectPath(type, try ObjectName(existing: name), in: namespace)
  }
}

extension RestartPermission {
  /// How the API server is asked for it.
  func question(
    of own: ObjectName, in namespace: Namespace
  ) throws(ValueError) -> AccessQuestion {
    switch self {
    case .readPods:
      // With the name: a Role that allows some pods only would be refused without one.
      AccessQuestion("get", Pod.type, name: own, in: namespace)
    case .evict(let pod):
      AccessQuestion(
        "create", Pod.type, subresource: "eviction", name: try ObjectName(existing: pod),
        in: namespace)
    case .delete(let pod):
      AccessQuestion("delete", Pod.type, name: try ObjectName(existing: pod), in: namespace)
    case .readRecord(let name):
      AccessQuestion("get", Lease.type, name: try ObjectName(existing: name), in: namespace)
    case .createRecord:
      AccessQuestion("create", Lease.type, in: namespace)
    case .updateRecord(let name):
      AccessQuestion("update", Lease.type, name: try ObjectName(existing: name), in: namespace)
    case .createEvents:
      AccessQuestion("create", Event.type, in: namespace)
    }
  }
}

extension RestartRecord.Reading {
  fileprivate init(_ lease: Lease) {
    self.init(
      version: lease.metadata.resourceVersion?.description ?? "",
      annotations: lease.metadata.annotations)
  }
}

extension Lease {
  /// Takes a record in. The fields of a lock say the same as the claims, for people.
  fileprivate mutating func carry(_ record: RestartRecord, at now: Timestamp) {
    var annotations = metadata.annotations
    for (key, value) in record.annotations { annotations[key] = value }
    metadata.annotations = annotations
    holderIdentity = record.claims.last.map(\.pod)
    acquireTime = record.claims.last.map(\.since)
    renewTime = record.claims.isEmpty ? nil : now
  }
}
