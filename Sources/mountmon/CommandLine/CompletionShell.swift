/// A shell that can complete the command line by a script made from the declaration.
enum CompletionShell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish

  func script(for root: CommandDeclaration) -> String {
    switch self {
    case .bash: BashCompletion(root: root).script
    case .zsh: ZshCompletion(root: root).script
    case .fish: FishCompletion(root: root).script
    }
  }
}

extension CommandPath {
  /// A name for a shell function: `mountmon_check`.
  var functionName: String {
    name.split { $0 == " " || $0 == "-" }.joined(separator: "_")
  }
}

extension String {
  /// One word to a POSIX shell, whatever is in it.
  var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// The first sentence, without its full stop: enough for a menu of completions.
  var firstSentence: String {
    guard let end = range(ofSentenceEnd: self) else {
      return hasSuffix(".") ? String(dropLast()) : self
    }
    return String(self[..<end])
  }

  private func range(ofSentenceEnd text: String) -> Index? {
    text.indices.first { index in
      text[index] == "." && text.index(after: index) < text.endIndex
        && text[text.index(after: index)] == " "
    }
  }
}
