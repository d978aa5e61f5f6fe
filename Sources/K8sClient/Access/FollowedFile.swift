import Pacing
import Synchronization

/// The content of a file that others replace while it is in use: a token, a bundle of authorities.
///
/// The file is looked at again after a while, read again when its stamp is another one, and once in a
/// longer while in any case. When it cannot be read, what was read before stays in use: a file that
/// is being replaced is not there for a moment.
final class FollowedFile<Value: Hashable & Sendable>: Sendable {
  /// How long the content is used without a look at the file.
  static var lookPause: Duration { .seconds(2) }
  /// How long it is used without reading it again: stamps can stay the same by chance.
  static var readPause: Duration { .seconds(60) }

  let path: String
  private let limit: Int
  private let surroundings: Surroundings
  private let take: @Sendable ([UInt8]) throws(Refusal) -> Value
  private let state = Mutex(State())

  private struct State {
    var value: Value?
    var stamp: FileStamp?
    var looked = Tick.zero
    var read = Tick.zero
    var isDoubted = false
  }

  init(
    _ path: String, limit: Int, in surroundings: Surroundings,
    take: @escaping @Sendable ([UInt8]) throws(Refusal) -> Value
  ) {
    self.path = path
    self.limit = limit
    self.surroundings = surroundings
    self.take = take
  }

  /// The content now.
  ///
  /// - Throws: `Refusal` with the path, where there is nothing that could be used.
  func value() throws(Refusal) -> Value {
    let now = surroundings.now()
    let outcome: Result<Value, Refusal> = state.withLock { state in
      if let value = state.value, !state.isDoubted {
        guard now - state.looked >= Self.lookPause else { return .success(value) }
        state.looked = now
        let isSame = state.stamp != nil && surroundings.files.stamp(path) == state.stamp
        if isSame, now - state.read < Self.readPause { return .success(value) }
      }
      // The stamp comes first: a file that changes in between is read again at the next look.
      let stamp = surroundings.files.stamp(path)
      do throws(Refusal) {
        let value = try read()
        state = State(value: value, stamp: stamp, looked: now, read: now)
        return .success(value)
      } catch {
        guard let value = state.value, !state.isDoubted else { return .failure(error) }
        return .success(value)
      }
    }
    return try outcome.get()
  }

  /// Makes the next `value()` read the file, whatever its stamp, because the server refused what it
  /// held.
  func doubt() {
    state.withLock { $0.isDoubted = true }
  }

  private func read() throws(Refusal) -> Value {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try surroundings.files.read(path, limit)
    } catch {
      throw Refusal("\(Shown.text(path)): \(error)")
    }
    do throws(Refusal) {
      return try take(bytes)
    } catch {
      throw Refusal("\(Shown.text(path)): \(error.reason)")
    }
  }
}
