// sources: Sources/K8sClient/Watch/WatchFrames.swift Sources/K8sClient/Watch/WatchEvent.swift
// modules: Sources/JSONValue

/// Whatever the stream, and wherever its reads end: the events are the same, or the fault is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWatch(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = input.first else { return 0 }
  let text = input.dropFirst()
  let whole = events(of: text, by: text.count + 1)
  let pieces = events(of: text, by: Int(first) % 16 + 1)
  precondition(whole == pieces, "the events depend on where reads end")
  return 0
}

private struct Reading: Equatable {
  var events: [WatchEvent] = []
  var skipped = 0
  var failure: WatchFrameError?
}

private func events(of text: ArraySlice<UInt8>, by size: Int) -> Reading {
  var reading = Reading()
  var frames = WatchFrames()
  var rest = text
  while !rest.isEmpty {
    frames.append(rest.prefix(size))
    rest = rest.dropFirst(size)
    do throws(WatchFrameError) {
      while let event = try frames.next() { reading.events.append(event) }
    } catch {
      reading.failure = error
      break
    }
  }
  reading.skipped = frames.skipped
  return reading
}
