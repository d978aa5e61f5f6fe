// sources: Sources/StackDrain/Ledger Sources/StackDrain/Plan/Step.swift
// sources: Sources/StackDrain/Stack/Target.swift Sources/StackDrain/Stack/StackMode.swift
// modules: Sources/JSONValue Sources/TimeText Sources/Pacing

/// Whatever the file: it is refused with words, or it is kept as it is and goes on.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLedger(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(LedgerError) {
    let ledger = try Ledger(reading: input)
    let bytes = ledger.bytes
    guard let again = try? Ledger(reading: bytes) else {
      preconditionFailure("its own text is refused")
    }
    precondition(again == ledger, "it reads differently than it was written")
    precondition(again.bytes == bytes, "writing is not stable")
    for target in ledger.debts.keys {
      precondition(Target(text: target.description) == target)
    }
  } catch {
    precondition(error.description.hasPrefix("ledger: ") && error.description.utf8.count < 20_000)
  }
  return 0
}
