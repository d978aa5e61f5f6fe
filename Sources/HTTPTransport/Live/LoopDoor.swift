import NIOCore
import NIOPosix
import Synchronization

/// The way from any thread to the desk on its event loop. Once it is closed nothing enters, so that the
/// loop may end.
final class LoopDoor: Sendable {
  private enum Stage {
    /// Nothing was asked for yet. Leads to `open` or `closed`.
    case new((any EventLoopGroup)?)
    /// Leads to `closed`.
    case open(Room)
    case closed
  }

  private struct Room {
    let loop: any EventLoop
    let desk: NIOLoopBoundBox<Desk>
    /// The thread that was made for this, to be ended with it.
    let own: MultiThreadedEventLoopGroup?
  }

  private let stage: Mutex<Stage>
  private let plan: ClientPlan

  init(_ plan: ClientPlan, on group: (any EventLoopGroup)?) {
    self.plan = plan
    stage = Mutex(.new(group))
  }

  deinit {
    let room: Room? = stage.withLock { if case .open(let room) = $0 { room } else { nil } }
    guard let room else { return }
    Self.empty(room) {
      room.own?.shutdownGracefully { _ in }
    }
  }

  /// Has `work` done on the event loop, soon, if the door is open.
  ///
  /// - Returns: Whether it will be done.
  @discardableResult
  func enter(_ work: @escaping @Sendable (Desk) -> Void) -> Bool {
    stage.withLock { stage in
      guard let room = room(of: &stage) else { return false }
      // Under the lock, so that the loop cannot have ended.
      room.loop.execute { work(room.desk.value) }
      return true
    }
  }

  /// Puts an exchange into a form in which it can be carried to the event loop.
  ///
  /// - Returns: `nil` when the door is closed.
  func box(_ ticket: sending Ticket) -> NIOLoopBoundBox<Ticket>? {
    guard let loop = stage.withLock({ room(of: &$0)?.loop }) else { return nil }
    return NIOLoopBoundBox.makeBoxSendingValue(ticket, eventLoop: loop)
  }

  /// Closes the door, then everything behind it.
  func close() async {
    let room: Room? = stage.withLock { stage in
      defer { stage = .closed }
      if case .open(let room) = stage { return room }
      return nil
    }
    guard let room else { return }
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      Self.empty(room) { done.resume() }
    }
    guard let own = room.own else { return }
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      own.shutdownGracefully { _ in done.resume() }
    }
  }

  private func room(of stage: inout Stage) -> Room? {
    switch stage {
    case .closed: return nil
    case .open(let room): return room
    case .new(let group):
      let room = open(on: group)
      stage = .open(room)
      return room
    }
  }

  private func open(on group: (any EventLoopGroup)?) -> Room {
    let own = group == nil ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : nil
    let loop = group?.any() ?? own?.any() ?? MultiThreadedEventLoopGroup.singleton.any()
    return Room(
      loop: loop,
      desk: NIOLoopBoundBox.makeBoxSendingValue(
        Desk(plan, on: loop, through: self), eventLoop: loop),
      own: own)
  }

  private static func empty(_ room: Room, then: @escaping @Sendable () -> Void) {
    room.loop.execute { room.desk.value.shutDown(then) }
  }
}
