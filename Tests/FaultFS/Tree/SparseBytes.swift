/// The content of a file. Only pages that were written are stored; the rest reads as zeros, so that
/// a file of 300 MB costs nothing.
struct SparseBytes: Hashable {
  private(set) var count: UInt64
  private var pages: [UInt64: [UInt8]] = [:]

  static let pageSize: UInt64 = 4096
  /// What the kernel can count to in a file.
  static let maximum = UInt64(Int64.max)

  init(zeros count: UInt64 = 0) {
    self.count = count
  }

  init(_ text: String) {
    self.init()
    write(Array(text.utf8), at: 0)
  }

  var storedPages: UInt64 { UInt64(pages.count) }

  func read(at offset: UInt64, count wanted: UInt32) -> [UInt8] {
    guard offset < count else { return [] }
    let end = offset + min(UInt64(wanted), count - offset)
    var result = [UInt8](repeating: 0, count: Int(end - offset))
    guard !pages.isEmpty else { return result }
    Self.forEachPage(from: offset, to: end) { number, span, position in
      guard let page = pages[number] else { return }
      result.replaceSubrange(position..<position + span.count, with: page[span])
    }
    return result
  }

  mutating func write(_ bytes: [UInt8], at offset: UInt64) {
    let end = offset + UInt64(bytes.count)
    Self.forEachPage(from: offset, to: end) { number, span, position in
      pages[number, default: Self.emptyPage].replaceSubrange(
        span, with: bytes[position..<position + span.count])
    }
    count = max(count, end)
  }

  mutating func resize(to size: UInt64) {
    defer { count = size }
    guard size < count else { return }
    let kept = size / Self.pageSize
    pages = pages.filter { $0.key <= kept }
    // What lies behind the new end must read as zeros should the file grow again.
    let rest = Int(size % Self.pageSize)
    if rest == 0 {
      pages[kept] = nil
    } else {
      pages[kept]?.replaceSubrange(rest..., with: Self.emptyPage[rest...])
    }
  }

  private static let emptyPage = [UInt8](repeating: 0, count: Int(pageSize))

  /// Cuts a range of the file at the borders of pages: tells the page, the part of it that is meant
  /// and where that part begins in the range.
  private static func forEachPage(
    from start: UInt64, to end: UInt64, _ body: (UInt64, Range<Int>, Int) -> Void
  ) {
    var offset = start
    while offset < end {
      let first = offset % pageSize
      let length = min(pageSize - first, end - offset)
      body(offset / pageSize, Int(first)..<Int(first + length), Int(offset - start))
      offset += length
    }
  }
}
