// sources: Sources/ResticUnlock/Detect/Pattern Sources/ResticUnlock/Detect/Bytes.swift

/// The first line is a pattern, the rest what it is matched with: it is refused with its place, or
/// it says the same twice, and says yes of more than it says yes of.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPattern(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let end = input.firstIndex(of: 10) ?? input.endIndex
  let text = String(decoding: input[..<end], as: UTF8.self)
  let line = Array(input[end...].dropFirst().prefix(2000))
  do throws(PatternError) {
    let pattern = try Pattern(text)
    precondition(pattern.cost <= PatternProgram.longest + 1)
    let found = pattern.matches(line)
    if let again = try? Pattern("(?:\(text))|\u{1}never\u{1}") {
      precondition(again.matches(line) == found || line.contains(1))
    }
  } catch {
    precondition((0...text.utf8.count).contains(error.position))
    precondition(error.description.hasPrefix("pattern \"") && error.description.utf8.count < 400)
  }
  return 0
}
