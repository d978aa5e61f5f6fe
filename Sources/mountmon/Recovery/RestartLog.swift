import MountHealthCore
import TimeText

extension Log {
  /// Writes a line of the restart machine.
  func tell(_ line: RestartLogLine) {
    var fields: LogFields = [:]
    for field in line.fields {
      switch field.value {
      case .text(let text): fields.add(field.name, .string(text))
      case .number(let number): fields.add(field.name, .int(number))
      case .duration(let duration):
        fields.add(
          field.name,
          .duration(
            duration.rounded(to: duration < .seconds(10) ? .milliseconds(1) : .seconds(1))))
      }
    }
    self.log(LogLevel(line.level), line.message, fields)
  }
}

extension LogLevel {
  fileprivate init(_ level: RestartLogLine.Level) {
    self =
      switch level {
      case .debug: .debug
      case .info: .info
      case .warn: .warn
      case .error: .error
      }
  }
}
