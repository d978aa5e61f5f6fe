import NIOCore

extension Exchange {
  mutating func handle(_ event: Event, at now: NIODeadline) -> [Effect] {
    switch event {
    case .start: return start(at: now)
    case .refused(let trouble), .unopened(let trouble):
      return giveUp(trouble.code, place.connecting, trouble.reason, .spent)
    case .opening:
      guard state == .waiting else { return [] }
      state = .opening(reached: false)
      return []
    case .reached:
      guard case .opening = state else { return [] }
      state = .opening(reached: true)
      return []
    case .opened:
      guard case .opening = state else { return [] }
      return ask(kept: false, at: now)
    case .kept:
      guard state == .waiting else { return [] }
      return ask(kept: true, at: now)
    case .wrote(let all):
      quietSince = now
      isWritten = isWritten || all
      return []
    case .bytes(let bytes): return take(bytes, at: now)
    case .lost(let loss): return lose(loss, at: now)
    case .readerWants:
      isReaderWaiting = true
      return deliver(at: now)
    case .readerGone:
      isReaderWaiting = false
      return stop(.cancelled, "nobody reads the answer any more")
    case .cancel: return stop(.cancelled, "the task that waited for it was cancelled")
    case .shutDown: return stop(.closed, "the client was shut down")
    case .tick: return now >= deadline ? losePatience(at: now) : []
    }
  }

  private mutating func start(at now: NIODeadline) -> [Effect] {
    switch state {
    case .new:
      state = .waiting
      return [.queue]
    // Cancelled before it began.
    case .settled(.failed(let error)): return [.fail(error)]
    case .settled(.complete), .waiting, .opening, .asking, .answering: return []
    }
  }

  private mutating func ask(kept: Bool, at now: NIODeadline) -> [Effect] {
    state = .asking(kept: kept)
    wasSent = true
    isReading = true
    quietSince = now
    return [.send, .read]
  }

  private mutating func take(_ bytes: [UInt8], at now: NIODeadline) -> [Effect] {
    switch state {
    case .asking, .answering: break
    case .new, .waiting, .opening, .settled: return []
    }
    isReading = false
    quietSince = now
    let found = parser.take(bytes)
    pending += found.body
    bodyBytes += found.body.count
    if let head = found.head { headKeepsConnection = head.keepsConnection }
    var effects: [Effect] = []
    if let fault = found.fault {
      let code: TransportError.Code = fault.isTooLarge ? .tooLarge : .malformed
      let reason = "the answer is refused: \(fault.reason)"
      guard isAnswered || found.head != nil else {
        return giveUp(code, place.asking, reason, .spent)
      }
      effects.append(settle(.failed(failure(code, place.asking, reason)), .spent))
    } else if found.isComplete {
      let mayGoOn = headKeepsConnection && isWritten && !found.hasSurplus
      effects.append(settle(.complete, mayGoOn ? .reusable : .spent))
    }
    if let head = found.head {
      effects.append(answer(head))
    } else if !isAnswered {
      isReading = true
      return [.read]
    }
    return effects + deliver(at: now)
  }

  private mutating func answer(_ head: AnswerHead) -> Effect {
    isAnswered = true
    switch state {
    case .settled(.complete):
      let body = pending
      pending = []
      return .answer(head, body: .whole(body))
    case .settled(.failed): return .answer(head, body: .toBeRead)
    case .new, .waiting, .opening, .asking, .answering:
      state = .answering
      return .answer(head, body: .toBeRead)
    }
  }

  private mutating func lose(_ loss: Loss, at now: NIODeadline) -> [Effect] {
    switch state {
    case .new, .waiting, .settled: return []
    case .opening:
      return giveUp(.cut, place.connecting, "the connection \(Self.words(loss))", .spent)
    case .asking(let kept):
      if kept, parser.isUntouched, place.isRepeatable || loss == .beforeWriting {
        return tryAgain(after: loss, at: now)
      }
      if case .rejected(let reason) = loss, !kept, parser.isUntouched {
        wasSent = false
        return giveUp(.handshakeFailed, place.connecting, reason, .spent)
      }
    case .answering: break
    }
    let missing = parser.missingAtEnd
    guard missing != nil || loss != .closed else {
      return [settle(.complete, .spent)] + deliver(at: now)
    }
    let place = missing ?? "after \(bodyBytes) bytes of a body of unknown length"
    return giveUp(.cut, self.place.asking, "the connection \(Self.words(loss)) \(place)", .spent)
      + deliver(at: now)
  }

  private mutating func tryAgain(after loss: Loss, at now: NIODeadline) -> [Effect] {
    state = .opening(reached: false)
    openSince = now
    isReading = false
    isWritten = false
    if loss == .beforeWriting { wasSent = false }
    return [.replace]
  }

  private static func words(_ loss: Loss) -> String {
    switch loss {
    case .beforeWriting, .closed: "was closed by the server"
    case .closedWithoutGoodbye: "ended without the goodbye of TLS"
    case .broken(let reason), .rejected(let reason): "broke (\(reason))"
    }
  }

  private mutating func losePatience(at now: NIODeadline) -> [Effect] {
    if now >= totalBy {
      let doing: String
      switch state {
      case .new, .waiting, .opening: doing = place.connecting
      case .asking, .answering, .settled: doing = place.asking
      }
      return giveUp(
        .timedOut, doing, "not done within \((deadlines.total ?? .zero).words)", .suspect)
        + deliver(at: now)
    }
    switch state {
    case .new, .settled: return []
    case .waiting:
      return giveUp(
        .timedOut, place.connecting,
        "all \(maximumConnections) connections were in use for \(deadlines.connect.words)", .spent)
    case .opening(let reached):
      return giveUp(
        .timedOut, place.connecting,
        (reached ? "no end of the TLS handshake" : "no connection")
          + " within \(deadlines.connect.words)", .spent)
    case .asking:
      return giveUp(.timedOut, place.asking, "no byte for \(deadlines.silence.words)", .suspect)
    case .answering:
      return giveUp(
        .timedOut, place.asking,
        "no byte for \(deadlines.silence.words), after \(bodyBytes) bytes of the body", .suspect)
        + deliver(at: now)
    }
  }

  /// Ends it at once, whatever has come: nobody wants it.
  private mutating func stop(_ code: TransportError.Code, _ reason: String) -> [Effect] {
    pending = []
    let error = failure(code, place.asking, reason)
    switch state {
    case .new:
      state = .settled(.failed(error))
      return []
    case .waiting, .opening, .asking, .answering:
      return giveUp(code, place.asking, reason, .spent) + (isAnswered ? deliverEnding() : [])
    case .settled:
      state = .settled(.failed(error))
      return isAnswered ? deliverEnding() : []
    }
  }

  /// The end of an exchange that fails. A caller who waits for the head hears of it here, a reader when
  /// everything before it was taken.
  private mutating func giveUp(
    _ code: TransportError.Code, _ operation: String, _ reason: String, _ condition: Condition
  ) -> [Effect] {
    if case .settled = state { return [] }
    let error = failure(code, operation, reason)
    let effects = [settle(.failed(error), condition)]
    return isAnswered ? effects : effects + [.fail(error)]
  }

  private mutating func settle(_ ending: Ending, _ condition: Condition) -> Effect {
    let isInQueue = state == .waiting
    state = .settled(ending)
    isReading = false
    return isInQueue ? .leaveQueue : .giveBack(condition)
  }

  private func failure(
    _ code: TransportError.Code, _ operation: String, _ reason: String
  ) -> TransportError {
    TransportError(code, operation, reason, mayHaveBeenSent: wasSent)
  }

  /// Gives a reader that waits what there is, or asks the socket for more.
  private mutating func deliver(at now: NIODeadline) -> [Effect] {
    guard isAnswered, isReaderWaiting else { return [] }
    if !pending.isEmpty {
      let part = pending
      pending = []
      isReaderWaiting = false
      return [.part(part)]
    }
    switch state {
    case .settled: return deliverEnding()
    case .new, .waiting, .opening, .asking, .answering:
      guard !isReading else { return [] }
      isReading = true
      quietSince = now
      return [.read]
    }
  }

  private mutating func deliverEnding() -> [Effect] {
    guard isReaderWaiting, case .settled(let ending) = state else { return [] }
    isReaderWaiting = false
    switch ending {
    case .complete: return [.finish]
    case .failed(let error): return [.fail(error)]
    }
  }
}
