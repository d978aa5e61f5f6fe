/// What one probe meant: its verdict, and the words for it.
public struct Outcome: Hashable, Sendable {
  /// The class.
  public var verdict: Verdict
  /// What was seen and where, for people; `nil` where there is nothing to say (`ok`).
  public var explanation: String?
  /// How long the answer took; `nil` where there was none.
  public var latency: Duration?

  /// An outcome.
  public init(_ verdict: Verdict, _ explanation: String? = nil, latency: Duration? = nil) {
    self.verdict = verdict
    self.explanation = explanation
    self.latency = latency
  }
}

extension Outcome {
  /// Judges what a probe of `mount` reported.
  ///
  /// - Returns: `nil` where the report says nothing of the mount (`ProbeFinding.unable`).
  init?(judging report: ProbeReport, of mount: Mount) {
    let canary = ProbeStep.read.subject(of: mount)
    let verdict: Verdict
    var explanation: String?
    switch report.finding {
    case .unable:
      return nil
    case .seen:
      let limit = mount.slowAfter ?? mount.timeout
      verdict = report.latency > limit ? .slow : .ok
      if verdict == .slow { explanation = "\(mount.path): answered late" }
    case .failed(let step, let error):
      verdict = Verdict(step, failedWith: error)
      explanation = "\(step.verb) \(step.subject(of: mount)): \(error)"
    case .wrongKind(let kind):
      verdict = .missing
      explanation = "\(canary): is \(kind.description), expected a regular file"
    case .escapes:
      verdict = .missing
      explanation = "\(canary): leads out of the mount"
    case .short(let read, let size):
      verdict = .missing
      explanation = "read \(canary): \(read) bytes came, its size is \(size)"
    case .unexpected(let text):
      verdict = .missing
      explanation =
        "\(canary): holds \(text.quotedExcerpt), expected "
        + (mount.probe.expectation ?? "").quotedExcerpt
    case .fewEntries(let count):
      verdict = .absent
      explanation =
        "list \(mount.path): \(count) entries, expected at least \(mount.probe.minimumEntries)"
    case .lowSpace(let free, let total):
      verdict = .full
      explanation = "\(mount.path): \(free) of \(total) bytes free, less than asked for"
    }
    self.init(verdict, explanation, latency: report.latency)
  }
}

extension Verdict {
  /// The class of a failed system call: design and source of the numbers in `docs/operations.md`.
  init(_ step: ProbeStep, failedWith error: ErrorNumber) {
    self =
      switch error {
      case .accessDenied, .notPermitted: .inaccessible
      case .readOnlySystem: .readOnly
      case .noSpace, .quotaExceeded: .full
      case .noEntry, .notDirectory, .tooManyLinks, .nameTooLong:
        switch step {
        case .resolve, .attributes, .list, .space: .absent
        case .lookup, .canaryAttributes, .open, .read, .write, .sync, .remove: .missing
        }
      default: .dead
      }
  }
}

extension String {
  /// In quotes, at most 60 code points of it, control characters shown as `?`.
  package var quotedExcerpt: String {
    // Not characters: one of those may have any number of accents.
    let more = unicodeScalars.dropFirst(60).isEmpty ? "" : "…"
    return "\"" + String(unicodeScalars.prefix(60)).onOneLine + more + "\""
  }

  /// With control characters, and what breaks a line or turns its direction, shown as `?`.
  package var onOneLine: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.disturbsLine ? "?" : $0 }))
  }
}
