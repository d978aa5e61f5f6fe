// sources: Sources/MountHealthCore/Worker/FrameCoding.swift
// sources: Sources/MountHealthCore/Worker/WorkerMessage.swift
// sources: Sources/MountHealthCore/Mount Sources/MountHealthCore/Probe
// sources: Sources/MountHealthCore/Health Sources/MountHealthCore/Engine/Tick.swift
// sources: Sources/MountHealthCore/Engine/Flight.swift

/// Whatever comes through the pipe: it is refused, or what is read survives writing. In which
/// pieces it comes makes no difference.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let whole = frames(of: input, piece: max(1, count))
  precondition(frames(of: input, piece: 1) == whole, "pieces are read differently")
  // The bytes as one frame too: the mutator need not find a length first.
  for frame in whole + [input] {
    if let request = try? WorkerRequest(frame: frame[...]) {
      let again = try? WorkerRequest(frame: request.frame.dropFirst(4))
      precondition(again?.frame == request.frame, "a request reads differently")
    }
    if let answer = try? WorkerAnswer(frame: frame[...]) {
      let again = try? WorkerAnswer(frame: answer.frame.dropFirst(4))
      precondition(again == answer, "an answer reads differently")
    }
  }
  return 0
}

private func frames(of input: [UInt8], piece: Int) -> [[UInt8]] {
  var buffer = FrameBuffer()
  var frames: [[UInt8]] = []
  var rest = input[...]
  while !rest.isEmpty {
    buffer.append(rest.prefix(piece))
    rest = rest.dropFirst(piece)
    do {
      while let frame = try buffer.next() { frames.append(Array(frame)) }
    } catch {
      return frames
    }
  }
  return frames
}
