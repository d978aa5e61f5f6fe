import HTTPTransport
import JSONValue
import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import TimeText

/// Carries calls of unlock machines to the API server, and its answers back. One call is one
/// exchange, or a read and a write of one object: when to try again is the machine's to decide.
struct UnlockCalls: Sendable {
  /// Who carries calls.
  let server: any APICaller
  /// Where the Leases are that hold records.
  let home: Namespace
  /// The present, by the API server's clock.
  let wall: @Sendable () -> Timestamp

  /// The most bytes of a log that are read; what counts is at its end.
  static let longestLog = 16 << 20

  /// Makes a call.
  ///
  /// - Parameters:
  ///   - call: What is to be done.
  ///   - repository: For which repository.
  ///   - deadline: Nothing is sent after it.
  /// - Returns: What came of it.
  func carryOut(
    _ call: UnlockCall, for repository: RepositoryIdentity, by deadline: Tick
  ) async -> UnlockAnswer {
    guard Tick.now() < deadline else { return .failed("it was not sent in time") }
    do {
      switch call {
      case .readRecord:
        return try await readRecord(of: repository)
      case .writeRecord(let record, let version):
        return try await write(record, of: repository, over: version, by: deadline)
      case .create(let job):
        return try await create(job)
      case .ask(let owner, let token, let version):
        return try await ask(owner, token, onlyIf: version)
      case .readReport(let namespace, let job):
        return try await readReport(namespace, job)
      case .removeJob(let namespace, let name, let uid):
        return try await remove(namespace, name, uid)
      }
    } catch let error as KubernetesError {
      return UnlockAnswer(error)
    } catch {
      // A name or a value that the API cannot have.
      return .refused("\(error)")
    }
  }

  /// Reads the end of the log of a failed pod.
  ///
  /// - Parameters:
  ///   - namespace: The pod's.
  ///   - pod: Its name.
  ///   - options: Which container.
  /// - Returns: The end of the log; `nil` where the pod, or its log, is gone.
  /// - Throws: Why it could not be read this time.
  func log(
    _ namespace: String, _ pod: String, _ options: LogOptions
  ) async throws -> LogTail? {
    let path = try ObjectPath(Pod.self, try ObjectName(existing: pod), in: try Namespace(namespace))
    do {
      return try await tail(of: .log(path, options))
    } catch let error as KubernetesError where [.notFound, .invalid].contains(error.code) {
      return nil
    }
  }

  private func tail(of request: APIRequest) async throws -> LogTail {
    let body = try await server.open(request)
    var bytes: [UInt8] = []
    var count = 0
    for try await piece in body {
      count += piece.count
      bytes += piece
      if bytes.count > 4 * LogTail.limit { bytes.removeFirst(bytes.count - LogTail.limit) }
      if count > Self.longestLog { break }
    }
    return LogTail(bytes, isCut: count > bytes.count)
  }

  private func create(_ job: UnlockJob) async throws -> UnlockAnswer {
    do {
      _ = try await server.send(try .create(job.job))
    } catch let error as KubernetesError where error.code == .alreadyExists {
      // The same plan has the same name: it is there already.
    }
    return .done
  }

  private func ask(
    _ owner: Mover.Owner, _ token: String, onlyIf version: ResourceVersion?
  ) async throws -> UnlockAnswer {
    let path = try ObjectPath(
      ReplicationSource.self, try ObjectName(existing: owner.name),
      in: try Namespace(owner.namespace))
    _ = try await server.send(
      .patch(path, ReplicationSource.unlockPatch(token, onlyIf: version)))
    return .done
  }

  /// The log of the newest pod of an unlock Job that has ended.
  private func readReport(_ namespace: String, _ job: String) async throws -> UnlockAnswer {
    let place = try Namespace(namespace)
    let collection = try CollectionPath(Pod.self, in: .namespace(place))
    let labels = LabelSelector([.equals(try LabelKey("job-name"), try LabelValue(job))])
    let json = try await server.send(.list(collection, ListOptions(labels: labels)))
    let pods = try ObjectList<Pod>(checking: json).items.filter(\.isFinished)
    let newest = pods.max {
      ($0.metadata.creationTimestamp ?? .earliest) < ($1.metadata.creationTimestamp ?? .earliest)
    }
    guard let name = newest?.metadata.name else { return .gone }
    let path = try ObjectPath(Pod.self, name, in: place)
    let options = LogOptions(tailLines: 5000)
    let text = try await tail(of: .log(path, options))
    return .report(UnlockReport(text, token: job))
  }

  private func remove(_ namespace: String, _ name: String, _ uid: UID) async throws -> UnlockAnswer
  {
    let path = try ObjectPath(
      Job.self, try ObjectName(existing: name), in: try Namespace(namespace))
    let options = DeleteOptions(onlyIf: .uid(uid), propagation: .background)
    _ = try await server.send(.delete(path, options))
    return .done
  }
}

extension UnlockCalls {
  /// The annotation of a Lease that holds the record of a repository.
  static let recordKey = "mountmon/unlocks"
  /// The annotation that tells people which repository it is.
  static let repositoryKey = "mountmon/repository"

  /// The Lease of a repository.
  static func leaseName(of repository: RepositoryIdentity) -> String {
    "mountmon-unlock-\(repository.hash)"
  }

  private func leasePath(of repository: RepositoryIdentity) throws -> ObjectPath {
    try ObjectPath(Lease.self, try ObjectName(Self.leaseName(of: repository)), in: home)
  }

  private func readRecord(of repository: RepositoryIdentity) async throws -> UnlockAnswer {
    let path = try leasePath(of: repository)
    do {
      let lease = try Lease(checking: try await server.send(.get(path)))
      guard let version = lease.metadata.resourceVersion else {
        return .failed("\(path) has no resourceVersion")
      }
      guard let text = lease.metadata.annotations[Self.recordKey] else {
        return .record(nil, version: version.description)
      }
      let options = JSONParser.Options(maximumBytes: 262_144, maximumDepth: 8)
      guard let json = try? JSONValue(parsing: Array(text.utf8), options: options),
        let record = UnlockRecord(json)
      else {
        return .refused(
          "the record of tries on \(path) cannot be read; delete the Lease once no unlock Job of "
            + "this repository runs")
      }
      return .record(record, version: version.description)
    } catch let error as KubernetesError where error.code == .notFound {
      return .record(nil, version: nil)
    }
  }

  /// What others keep on the Lease stays: it is read, changed and written over that very version.
  private func write(
    _ record: UnlockRecord, of repository: RepositoryIdentity, over version: String?,
    by deadline: Tick
  ) async throws -> UnlockAnswer {
    let path = try leasePath(of: repository)
    do {
      guard let version else {
        var lease = Lease(named: path.name, in: home)
        lease.metadata.labels = ["app.kubernetes.io/managed-by": "mountmon"]
        lease.carry(record, of: repository, at: wall())
        let place = try CollectionPath(Lease.self, in: .namespace(home))
        return stored(try await server.send(try .create(lease, in: place)))
      }
      var lease = try Lease(checking: try await server.send(.get(path)))
      guard lease.metadata.resourceVersion?.description == version else { return .conflict }
      lease.carry(record, of: repository, at: wall())
      guard Tick.now() < deadline else { return .failed("it was not sent in time") }
      return stored(try await server.send(.replace(path, with: lease.json)))
    } catch let error as KubernetesError
      where [.conflict, .alreadyExists, .notFound].contains(error.code)
    {
      return .conflict
    }
  }

  private func stored(_ json: JSONValue) -> UnlockAnswer {
    guard let version = Lease(json: json).metadata.resourceVersion else {
      return .failed("the API server stored the Lease and did not say which version it is now")
    }
    return .written(version: version.description)
  }
}

extension Lease {
  fileprivate mutating func carry(
    _ record: UnlockRecord, of repository: RepositoryIdentity, at now: Timestamp
  ) {
    var annotations = metadata.annotations
    annotations[UnlockCalls.recordKey] = record.json.text()
    annotations[UnlockCalls.repositoryKey] = repository.description
    metadata.annotations = annotations
    holderIdentity = record.pending?.by
    acquireTime = record.pending?.at
    renewTime = record.pending == nil ? nil : now
  }
}

extension UnlockAnswer {
  /// What an error means for an unlock machine.
  init(_ error: KubernetesError) {
    switch error.code {
    case .conflict, .alreadyExists: self = .conflict
    case .notFound: self = .gone
    case .forbidden, .invalid, .rejected: self = .refused("\(error)")
    default: self = .failed("\(error)")
    }
  }
}
