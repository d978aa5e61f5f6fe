import JSONValue

/// The objects of one type in one scope, as things to read and change.
public struct ResourceClient<Kind: Resource>: Sendable {
  /// Which objects, and where.
  public let collection: CollectionPath
  let caller: any APICaller

  /// A client for the objects of a type.
  ///
  /// - Parameters:
  ///   - type: The type.
  ///   - scope: Where they are.
  ///   - caller: Who carries the calls.
  /// - Throws: `ValueError` where objects of this type cannot be in such a scope.
  public init(_ type: Kind.Type, in scope: Scope, by caller: any APICaller) throws(ValueError) {
    collection = try CollectionPath(type, in: scope)
    self.caller = caller
  }
}

extension APICaller {
  /// The objects of one type in one scope.
  ///
  /// - Parameters:
  ///   - type: The type.
  ///   - scope: Where: `.namespace("media")`.
  /// - Returns: What reads and changes them.
  /// - Throws: `ValueError` where objects of this type cannot be in such a scope.
  public func resource<Kind: Resource>(
    _ type: Kind.Type, in scope: Scope
  ) throws(ValueError) -> ResourceClient<Kind> {
    try ResourceClient(type, in: scope, by: self)
  }

  /// Asks whether this client may do something.
  ///
  /// - Parameter question: What.
  /// - Returns: The server's answer; not to be allowed is not an error.
  /// - Throws: `KubernetesError` where no answer came, or none that can be read.
  public func reviewAccess(
    _ question: AccessQuestion
  ) async throws(KubernetesError) -> AccessReview {
    let request = APIRequest.accessReview(question)
    let json = try await send(request)
    do throws(MalformedObject) {
      return try AccessReview(checking: json)
    } catch {
      throw KubernetesError(request, malformed: error)
    }
  }
}

/// What names an object: an `ObjectName`, or text that is still to be checked.
public protocol ObjectNaming: Sendable {
  /// The name.
  ///
  /// - Returns: The name, checked.
  /// - Throws: `ValueError` where it is none.
  func objectName() throws(ValueError) -> ObjectName
}

extension ObjectName: ObjectNaming {
  /// Itself.
  public func objectName() throws(ValueError) -> ObjectName { self }
}

extension String: ObjectNaming {
  /// The text as a name.
  public func objectName() throws(ValueError) -> ObjectName { try ObjectName(self) }
}

extension ResourceClient {
  /// Where an object is; a name that is none fails before anything is sent.
  func path(_ name: some ObjectNaming, _ verb: String) throws(KubernetesError) -> ObjectPath {
    do throws(ValueError) {
      return try collection.object(try name.objectName())
    } catch {
      throw KubernetesError(error, "\(verb) a \(Kind.type.noun) \(collection.scope)")
    }
  }

  /// Where an object says that it is, which has to be in this collection.
  func path(of object: Kind, _ verb: String) throws(KubernetesError) -> ObjectPath {
    do throws(ValueError) {
      let path = try object.path()
      let place = path.namespace.map { Scope.namespace($0) } ?? .cluster
      guard collection.scope == .allNamespaces || collection.scope == place else {
        throw ValueError("an object \(collection.scope)", path.description, "it is elsewhere")
      }
      return path
    } catch {
      throw KubernetesError(error, "\(verb) \(object.title)")
    }
  }

  /// Sends a call whose answer is one object.
  func object(_ request: APIRequest) async throws(KubernetesError) -> Kind {
    let json = try await caller.send(request)
    do throws(MalformedObject) {
      return try Kind(checking: json)
    } catch {
      throw KubernetesError(request, malformed: error)
    }
  }
}
