import NIOCore
import Testing

@testable import HTTPTransport

private func connection(_ number: UInt64) -> ConnectionID { ConnectionID(number: number) }
private func exchange(_ number: UInt64) -> ExchangeID { ExchangeID(number: number) }

@Suite struct `A pool` {
  private var limits = HTTPLimits()
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  init() {
    limits.maximumConnections = 2
    limits.maximumWaiting = 2
  }

  private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

  /// Two exchanges with a connection each.
  private func full() -> ConnectionPool {
    var pool = ConnectionPool(limits: limits)
    for number in 1...2 as ClosedRange<UInt64> {
      #expect(
        pool.handle(.wanted(by: exchange(number)), at: start) == [
          .open(connection(number), for: exchange(number))
        ])
    }
    return pool
  }

  @Test func `lets those beyond its bound wait in order, and refuses those beyond that`() {
    var pool = full()
    #expect(pool.handle(.wanted(by: exchange(3)), at: start).isEmpty)
    #expect(pool.handle(.wanted(by: exchange(4)), at: start).isEmpty)
    #expect(
      pool.handle(.wanted(by: exchange(5)), at: start) == [
        .refuse(
          exchange(5),
          Exchange.Trouble(
            code: .busy,
            reason: "all 2 connections are in use and 2 requests wait for one already"))
      ])
    #expect(
      pool.handle(.returned(connection(2), .reusable), at: start) == [
        .lend(connection(2), to: exchange(3))
      ])
    #expect(
      pool.handle(.returned(connection(1), .spent), at: start) == [
        .close(connection(1)), .open(connection(3), for: exchange(4)),
      ])
  }

  @Test func `forgets who waits no longer`() {
    var pool = full()
    _ = pool.handle(.wanted(by: exchange(3)), at: start)
    #expect(pool.handle(.unwanted(by: exchange(3)), at: start).isEmpty)
    #expect(
      pool.handle(.returned(connection(1), .reusable), at: start) == [.keep(connection(1))])
  }

  @Test func `lends the connection that was used last`() {
    var pool = full()
    _ = pool.handle(.returned(connection(2), .reusable), at: start)
    _ = pool.handle(.returned(connection(1), .reusable), at: after(1))
    #expect(
      pool.handle(.wanted(by: exchange(3)), at: after(2)) == [
        .lend(connection(1), to: exchange(3))
      ])
  }

  @Test func `closes each connection when its time is over`() {
    var pool = full()
    #expect(pool.deadline == .distantFuture)
    _ = pool.handle(.returned(connection(1), .reusable), at: start)
    _ = pool.handle(.returned(connection(2), .reusable), at: after(10))
    #expect(pool.deadline == after(60))
    #expect(pool.handle(.tick, at: after(59)).isEmpty)
    #expect(pool.handle(.tick, at: after(60)) == [.close(connection(1))])
    #expect(pool.deadline == after(70))
    #expect(pool.handle(.tick, at: after(70)) == [.close(connection(2))])
    #expect(pool.count == 0)
  }

  @Test func `drops those that idle when one falls silent or was dead`() {
    var pool = full()
    _ = pool.handle(.returned(connection(1), .reusable), at: start)
    #expect(
      pool.handle(.returned(connection(2), .suspect), at: start) == [
        .close(connection(2)), .close(connection(1)),
      ])
    pool = full()
    _ = pool.handle(.returned(connection(1), .reusable), at: start)
    #expect(
      pool.handle(.replaced(connection(2), for: exchange(2)), at: start) == [
        .close(connection(2)), .close(connection(1)), .open(connection(3), for: exchange(2)),
      ])
  }

  @Test func `opens no more once it is shut down`() {
    var pool = full()
    _ = pool.handle(.wanted(by: exchange(3)), at: start)
    #expect(pool.handle(.shutDown, at: start).isEmpty)
    #expect(
      pool.handle(.returned(connection(1), .reusable), at: start) == [.close(connection(1))])
    let closed = Exchange.Trouble(code: .closed, reason: "the client was shut down")
    #expect(
      pool.handle(.replaced(connection(2), for: exchange(2)), at: start) == [
        .close(connection(2)), .refuse(exchange(2), closed),
      ])
    #expect(pool.handle(.wanted(by: exchange(4)), at: start) == [.refuse(exchange(4), closed)])
  }

  @Test func `has one connection at least`() {
    var limits = limits
    limits.maximumConnections = 0
    var pool = ConnectionPool(limits: limits)
    #expect(pool.handle(.wanted(by: exchange(1)), at: start).count == 1)
  }
}

/// A world around a pool: events by chance, and what must hold after each.
private struct World {
  var pool: ConnectionPool
  let limits: HTTPLimits
  var dice: Dice
  var now = NIODeadline.uptimeNanoseconds(0)
  var open: Set<ConnectionID> = []
  var busy: [ConnectionID: ExchangeID] = [:]
  var queue: [ExchangeID] = []
  var served: [ExchangeID] = []
  var last: UInt64 = 0

  init(seed: UInt64) {
    dice = Dice(seed: seed)
    var limits = HTTPLimits()
    limits.maximumConnections = Int.random(in: 1...3, using: &dice)
    limits.maximumWaiting = Int.random(in: 0...4, using: &dice)
    limits.idleTime = .seconds(5)
    self.limits = limits
    pool = ConnectionPool(limits: limits)
  }

  mutating func step() {
    now = now + .seconds(Int64.random(in: 0...2, using: &dice))
    switch Int.random(in: 0..<8, using: &dice) {
    case 0...2:
      last += 1
      queue.append(exchange(last))
      play(.wanted(by: exchange(last)))
    case 3:
      guard let gone = queue.randomElement(using: &dice) else { return }
      queue.removeAll { $0 == gone }
      play(.unwanted(by: gone))
    case 4, 5:
      guard let (id, _) = pick() else { return }
      busy[id] = nil
      play(
        .returned(
          id, [.reusable, .reusable, .spent, .suspect].randomElement(using: &dice) ?? .spent))
    case 6:
      if Bool.random(using: &dice), let (id, exchange) = pick() {
        busy[id] = nil
        queue.insert(exchange, at: 0)
        play(.replaced(id, for: exchange))
      } else {
        let idle = open.filter { busy[$0] == nil }.sorted { $0.number < $1.number }
        guard let id = idle.randomElement(using: &dice) else { return }
        play(.ended(id))
      }
    default: play(.tick)
    }
  }

  private mutating func pick() -> (ConnectionID, ExchangeID)? {
    busy.sorted { $0.key.number < $1.key.number }.randomElement(using: &dice)
  }

  private mutating func play(_ event: ConnectionPool.Event) {
    for effect in pool.handle(event, at: now) {
      switch effect {
      case .open(let id, let exchange):
        #expect(open.insert(id).inserted, "opened twice")
        serve(exchange, by: id)
      case .lend(let id, let exchange):
        #expect(open.contains(id), "lent though closed")
        serve(exchange, by: id)
      case .keep(let id): #expect(open.contains(id) && busy[id] == nil)
      case .close(let id):
        #expect(open.remove(id) != nil, "closed twice")
        #expect(busy[id] == nil, "closed in use")
      case .refuse(let exchange, _):
        #expect(queue.last == exchange, "refused who waited already")
        queue.removeAll { $0 == exchange }
      }
    }
    #expect(open.count <= limits.maximumConnections && open.count == pool.count)
    #expect(queue.isEmpty || busy.count == limits.maximumConnections, "waits though there is room")
    #expect(queue.count <= limits.maximumWaiting)
  }

  private mutating func serve(_ exchange: ExchangeID, by id: ConnectionID) {
    #expect(busy[id] == nil, "lent twice")
    #expect(queue.first == exchange, "out of order")
    queue.removeAll { $0 == exchange }
    busy[id] = exchange
  }
}

@Suite struct `A pool in any order of events` {
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `keeps its bound, its order and its word`(seed: UInt64) {
    var world = World(seed: seed)
    for _ in 0..<300 { world.step() }
    #expect(world.last > 0)
  }
}
