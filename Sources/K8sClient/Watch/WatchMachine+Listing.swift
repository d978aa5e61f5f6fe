import JSONValue
import Pacing

// Lists: page by page, and what differs from what has been told.
extension WatchMachine {
  mutating func beginList(at now: Tick) -> [Effect] {
    counts.lists += 1
    lastList = now
    told.beginList()
    let isPaged = !listsInOnePiece
    listsInOnePiece = false
    state = .listing(Listing(isPaged: isPaged))
    return [.list(limit: isPaged ? policy.pageSize : nil, continuation: nil)]
  }

  mutating func take(_ page: WatchPage, of listing: Listing, at now: Tick) -> [Effect] {
    var effects = page.objects.flatMap { told.show($0) }.map(Effect.deliver)
    var listing = listing
    listing.resourceVersion = listing.resourceVersion ?? page.resourceVersion
    if let token = page.continuation {
      guard token != listing.continuation else {
        let error = KubernetesError(
          .malformedAnswer, operation,
          detail: "the list continues with the page it just gave")
        return effects + fail(error, then: .list, at: now)
      }
      listing.continuation = token
      state = .listing(listing)
      return effects + [.list(limit: policy.pageSize, continuation: token)]
    }
    effects += told.endList().map(Effect.deliver)
    if !isSynced {
      isSynced = true
      effects.append(.deliver(.synced))
    }
    position = listing.resourceVersion
    return effects + open(at: now)
  }

  mutating func listFailed(
    _ error: KubernetesError, _ listing: Listing, at now: Tick
  ) -> [Effect] {
    guard error.code == .expired, listing.continuation != nil else {
      return fail(error, then: .list, at: now)
    }
    // A list that takes longer than the server keeps its version never ends by pages.
    counts.expiries += 1
    listsInOnePiece = true
    return beginList(at: now)
  }
}
