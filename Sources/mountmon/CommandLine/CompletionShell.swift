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
    var sentence = self[...]
    for index in indices.dropLast()
    where self[index] == "." && self[self.index(after: index)] == " " {
      sentence = self[..<index]
      break
    }
    return String(sentence.hasSuffix(".") ? sentence.dropLast() : sentence)
  }
}
