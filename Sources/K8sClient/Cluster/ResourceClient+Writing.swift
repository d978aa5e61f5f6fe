import JSONValue

extension ResourceClient {
  /// Makes a new object.
  ///
  /// - Parameters:
  ///   - object: All of it, with a name or what a name is made of.
  ///   - options: How; `isDryRun` checks and stores nothing.
  /// - Returns: The object as it was stored.
  /// - Throws: `KubernetesError`; `alreadyExists` where one of that name is there.
  public func create(
    _ object: Kind, _ options: WriteOptions = WriteOptions()
  ) async throws(KubernetesError) -> Kind {
    let request: APIRequest
    do throws(ValueError) {
      request = try APIRequest.create(object, in: try place(of: object), options)
    } catch {
      throw KubernetesError(error, "create \(object.title)")
    }
    return try await self.object(request)
  }

  /// Puts an object in the place of the one that is there, if that still has the version that this one
  /// names.
  ///
  /// - Parameters:
  ///   - object: All of it.
  ///   - subresource: `.status` to replace only that.
  ///   - options: How; `isDryRun` checks and stores nothing.
  /// - Returns: The object as it was stored.
  /// - Throws: `KubernetesError`; `conflict` where it has changed.
  public func replace(
    _ object: Kind, subresource: Subresource? = nil, _ options: WriteOptions = WriteOptions()
  ) async throws(KubernetesError) -> Kind {
    let path = try path(of: object, "replace")
    return try await self.object(
      .replace(path, with: object.json, subresource: subresource, options))
  }

  /// Changes an object.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - patch: The change.
  ///   - subresource: `.status` to change only that.
  ///   - options: How; `isDryRun` checks and stores nothing.
  /// - Returns: The object as it was stored.
  /// - Throws: `KubernetesError`.
  public func patch(
    _ name: some ObjectNaming, _ patch: Patch, subresource: Subresource? = nil,
    _ options: WriteOptions = WriteOptions()
  ) async throws(KubernetesError) -> Kind {
    try await object(
      .patch(try path(name, "patch"), patch, subresource: subresource, options))
  }

  /// Has the server make an object what this one says of it, and leave the rest alone (server-side
  /// apply).
  ///
  /// - Parameters:
  ///   - object: What the manager wants of it, and no more.
  ///   - manager: Who wants it.
  ///   - isForced: Whether fields of other managers are taken over.
  ///   - subresource: `.status` to change only that.
  ///   - options: How; `isDryRun` checks and stores nothing.
  /// - Returns: The object as it was stored.
  /// - Throws: `KubernetesError`; `conflict` where another manager owns a field.
  public func apply(
    _ object: Kind, manager: String = ClientIdentity.fieldManager, isForced: Bool = false,
    subresource: Subresource? = nil, _ options: WriteOptions = WriteOptions()
  ) async throws(KubernetesError) -> Kind {
    let path = try path(of: object, "apply")
    let patch = Patch.apply(object.json, manager: manager, isForced: isForced)
    return try await self.object(.patch(path, patch, subresource: subresource, options))
  }

  private func place(of object: Kind) throws(ValueError) -> CollectionPath {
    guard let namespace = object.metadata.namespace else { return collection }
    switch collection.scope {
    case .namespace(namespace), .cluster: return collection
    case .namespace:
      throw ValueError("an object \(collection.scope)", object.title, "it is elsewhere")
    case .allNamespaces:
      return try CollectionPath(Kind.self, in: .namespace(namespace))
    }
  }
}

/// What came of a deletion.
public enum Deletion<Kind: Resource>: Hashable, Sendable {
  /// The object as it is now. Where it has a time of deletion it is still there, and goes when its
  /// containers have ended and its finalizers are gone.
  case going(Kind)
  /// The server took it, and does not show the object. It may still be there for a while.
  case accepted
}

extension ResourceClient {
  /// Deletes an object.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - precondition: What must be true of it, its uid above all: a later object may have its name.
  ///   - gracePeriod: How long its containers may take to end; `nil`: what the object says.
  ///   - propagation: What becomes of what it owns; `nil`: what is usual for its type.
  ///   - isDryRun: Whether everything is checked and nothing happens.
  /// - Returns: What is left of it. It is gone when reading it is `notFound`.
  /// - Throws: `KubernetesError`; `notFound` where it is not there, `conflict` where the precondition
  ///   does not hold.
  @discardableResult
  public func delete(
    _ name: some ObjectNaming, onlyIf precondition: DeleteOptions.Precondition?,
    gracePeriod: Duration? = nil, propagation: DeleteOptions.Propagation? = nil,
    isDryRun: Bool = false
  ) async throws(KubernetesError) -> Deletion<Kind> {
    let options = DeleteOptions(
      onlyIf: precondition, gracePeriod: gracePeriod, propagation: propagation,
      isDryRun: isDryRun)
    let request = APIRequest.delete(try path(name, "delete"), options)
    let json = try await caller.send(request)
    // Most types answer a Status, pods and what has finalizers the object.
    if json.isNull || json["kind"]?.stringValue == "Status" { return .accepted }
    do throws(MalformedObject) {
      return .going(try Kind(checking: json))
    } catch {
      throw KubernetesError(request, malformed: error)
    }
  }
}

extension ResourceClient where Kind == Pod {
  /// Evicts a pod: deletes it, unless a disruption budget forbids that now.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - precondition: What must be true of it, its uid above all: a later pod may have its name.
  ///   - gracePeriod: How long its containers may take to end; `nil`: what the pod says.
  ///   - isDryRun: Whether everything is checked and nothing happens.
  /// - Throws: `KubernetesError`; where `isBlockedByDisruptionBudget`, later may do.
  public func evict(
    _ name: some ObjectNaming, onlyIf precondition: DeleteOptions.Precondition?,
    gracePeriod: Duration? = nil, isDryRun: Bool = false
  ) async throws(KubernetesError) {
    let options = DeleteOptions(
      onlyIf: precondition, gracePeriod: gracePeriod, isDryRun: isDryRun)
    _ = try await caller.send(.evict(try path(name, "evict"), options))
  }
}
