/// Words in texts and bytes. What Swift has for this brings its regular expressions along, which are 1.3 MB
/// of the binary.
extension Collection where Element == UInt8 {
  /// Where these words are found first.
  package func range(of words: String) -> Range<Index>? {
    let words = Array(words.utf8)
    var start = startIndex
    while true {
      let rest = self[start...]
      if rest.starts(with: words) { return start..<index(start, offsetBy: words.count) }
      guard start < endIndex else { return nil }
      formIndex(after: &start)
    }
  }
}

extension StringProtocol {
  /// Whether these words are somewhere in it.
  package func holds(_ words: String) -> Bool { utf8.range(of: words) != nil }
}
