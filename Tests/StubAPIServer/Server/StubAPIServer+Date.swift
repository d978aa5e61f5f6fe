import Glibc
import Synchronization
import TimeText

extension StubAPIServer {
  /// The time in the cluster as the field `Date` has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
  var httpDate: String {
    var seconds = time_t(state.withLock { now($0) }.seconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    // The C locale: nobody calls setlocale.
    let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
