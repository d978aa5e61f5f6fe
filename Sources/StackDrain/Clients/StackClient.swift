public import Pacing

/// A program that can be paused, reached where it listens.
///
/// Every call may be made any number of times and side by side with those of other clients. None
/// takes longer than its deadline; what it asked for may still happen afterwards, and is found by
/// the next look.
public protocol StackClient: Sendable {
  /// Reads what runs and what does not.
  ///
  /// - Parameter deadline: When an answer is of no use any more.
  /// - Returns: Its units; see ``TargetState``.
  /// - Throws: What went wrong. A client that is paused is no fault.
  func look(until deadline: Tick) async throws(ClientFault) -> TargetState

  /// Pauses units. Those that are not there, or do not run, are no fault.
  ///
  /// - Parameters:
  ///   - units: Which ones.
  ///   - deadline: When an answer is of no use any more.
  /// - Throws: What went wrong. That it returns says that the client took the call, not that it
  ///   did what it says: that is read back.
  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault)

  /// Resumes units. Those that are not there, or run, are no fault.
  ///
  /// - Parameters:
  ///   - units: Which ones.
  ///   - deadline: When an answer is of no use any more.
  /// - Throws: What went wrong, as for ``pause(_:until:)``.
  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault)
}

/// Why a client could not be asked, or what it said instead of doing it.
public struct ClientFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What failed, on what, and why: a line for people, without secrets.
  public var description: String

  /// A fault.
  ///
  /// - Parameter description: What failed, on what, why, and what to do; without secrets.
  public init(_ description: String) {
    self.description = description
  }
}
