/// Why a line of the control channel means nothing.
struct CommandError: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
