import Pacing

@testable import StackDrain

extension SmallPool {
  /// Everything that waits comes to pass.
  mutating func settle() {
    var steps = 0
    while fault == nil, keeping != nil || !calls.isEmpty {
      make(keeping != nil ? .kept : .carriedOut)
      steps += 1
      if steps > 1000 { fail("it never comes to rest") }
    }
  }

  /// From here on all is well; what came of the stack, where it is not as it was.
  func end(_ state: PoolState, _ peril: Peril) -> String? {
    var end = self
    if end.strayCall != nil { end.make(.stray) }
    end.make(.pool(state, peril))
    let until = now + .seconds(2000)
    while end.fault == nil, end.now < until {
      end.settle()
      end.make(.time)
    }
    if state == .healthy, end.durable.state.isDrainedByHand {
      end.make(.person(.resume))
      let until = end.now + .seconds(1000)
      while end.fault == nil, end.now < until {
        end.settle()
        end.make(.time)
      }
    }
    end.settle()
    if let fault = end.fault { return fault }
    let debts = end.durable.debts
    if state == .healthy {
      let isAsWished = end.queueRuns == end.wishes || isLoose
      guard isAsWished, end.boxRuns, debts.isEmpty, end.durable.state.openRun == nil else {
        end.fail("\(end.queueRuns), not \(end.wishes); \(debts); \(end.durable.state.mode)")
        return end.fault
      }
    } else if end.boxRuns || end.durable.state.openRun != nil {
      end.fail("it still runs; \(debts)")
    }
    return end.fault
  }
}
