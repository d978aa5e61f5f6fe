import Glibc
import MountHealthCore
import Synchronization

extension StateFolder {
  static let shownName = "shown"

  /// Writes the state files that are not as they should be: `stack-mode`, `start-method`,
  /// `pool-state`, `stack-started`, `pool-degraded`.
  ///
  /// A choice that somebody wrote into the first two stays until `foreignChoice(current:)` has told
  /// of it.
  ///
  /// - Parameter words: What they should say, by the ledger that was kept last.
  /// - Returns: A line for each thing that went wrong; it is tried again with the next words.
  public func show(_ words: StateWords) -> [String] {
    guard isLocked else { return ["\(path): is not written by who does not hold the lock"] }
    var faults: [String] = []
    let next = ShownChoice(mode: words.mode, method: words.method)
    let (shown, told) = state.withLock { ($0.shown, $0.told) }
    if shown.choices != [next] {
      remember(ShownWords(shown.choices.suffix(1) + [next]), &faults)
    }
    let open = twin?.open(&faults)
    defer { withExtendedLifetime(open) {} }
    for (index, folder) in [calls, open?.calls].enumerated() {
      guard let folder else { continue }
      let found = folder.foundWords()
      let isForeign = ForeignChoice(found, shown: shown, current: next).command != nil
      let keepsChoice = isForeign && told[index] != found
      let place = index == 0 ? path : twin?.path ?? ""
      folder.show(
        words, but: keepsChoice ? [StateWords.modeName, StateWords.methodName] : [],
        mode: index == 0 ? 0o600 : 0o644, at: place, &faults)
      // What was told is overwritten now: the same words would be a new choice.
      if !keepsChoice { state.withLock { $0.told[index] = nil } }
    }
    if shown.choices != [next] { remember(ShownWords([next]), &faults) }
    return faults
  }

  /// What a person or a boot script has written into `stack-mode` and `start-method` since this
  /// program last wrote them; told once for each change.
  ///
  /// - Parameters:
  ///   - mode: The mode that holds.
  ///   - method: Who chose it.
  /// - Returns: What to tell the engine, and a line for each thing that was odd.
  public func foreignChoice(
    mode: StackMode, method: StartMethod
  ) -> (command: PoolCommand?, warnings: [String]) {
    let (shown, told) = state.withLock { ($0.shown, $0.told) }
    let current = ShownChoice(mode: mode, method: method)
    var command: PoolCommand?
    var warnings: [String] = []
    let open = twin?.open(&warnings)
    defer { withExtendedLifetime(open) {} }
    for (index, folder) in [calls, open?.calls].enumerated() {
      guard let folder else { continue }
      let found = folder.foundWords()
      guard told[index] != found else { continue }
      let choice = ForeignChoice(found, shown: shown, current: current)
      command = command ?? choice.command
      let place = index == 0 ? path : twin?.path ?? ""
      if let warning = choice.warning { warnings.append("\(place)/\(warning)") }
      state.withLock { $0.told[index] = found }
    }
    return (command, warnings)
  }

  private func remember(_ shown: ShownWords, _ faults: inout [String]) {
    do throws(ErrorNumber) {
      try calls.replace(Self.shownName, with: Array(shown.text.utf8), mode: 0o600)
      try calls.syncFolder()
      state.withLock { $0.shown = shown }
    } catch {
      faults.append(fault(error, Self.shownName, "cannot be written").description)
    }
  }
}

extension StateCalls {
  /// The content of a small file that only root or this user can have written; `nil` where there is
  /// none.
  func content(of name: String, limit: Int) -> [UInt8]? {
    guard let file = try? open(name, O_RDONLY), let status = try? file.status(), status.isFile,
      status.unsafety == nil, let bytes = try? file.read(limit: limit)
    else { return nil }
    return Array(bytes.prefix(limit))
  }

  func foundWords() -> FoundWords {
    var found = FoundWords(
      mode: content(of: StateWords.modeName, limit: 64).map(FoundWords.word),
      method: content(of: StateWords.methodName, limit: 64).map(FoundWords.word))
    if let mode = (try? status(of: StateWords.modeName))?.changed,
      let method = (try? status(of: StateWords.methodName))?.changed
    {
      found.isMethodFresh = method >= mode || method >= mode - FoundWords.together
    }
    return found
  }

  func show(
    _ words: StateWords, but kept: Set<String>, mode: UInt32, at place: String,
    _ faults: inout [String]
  ) {
    var hasChanged = false
    for (name, text) in words.files where !kept.contains(name) {
      let bytes = Array((text + "\n").utf8)
      guard content(of: name, limit: 64) != bytes else { continue }
      do throws(ErrorNumber) {
        try replace(name, with: bytes, mode: mode)
        hasChanged = true
      } catch {
        faults.append("\(place)/\(name): cannot be written: \(error)")
      }
    }
    guard hasChanged else { return }
    do throws(ErrorNumber) {
      try syncFolder()
    } catch {
      faults.append("\(place): cannot be synced: \(error)")
    }
  }
}
