import K8sClient

extension AccessChoice {
  /// What the options of a command say of the API server; `nil` where they say nothing.
  init?(_ command: ParsedCommand) {
    let path = command.value("--kubeconfig")
    let context = command.value("--context")
    if let url = command.value("--server") {
      self = .server(
        url: url, tokenFile: command.value("--token-file"), caFile: command.value("--ca-file"),
        namespace: nil)
    } else if path != nil || context != nil {
      self = .kubeconfig(path: path, context: context)
    } else {
      return nil
    }
  }

  /// What of a command's options goes together with nothing, a line each.
  static func faults(of command: ParsedCommand) -> [String] {
    let isServer = command.value("--server") != nil
    var faults: [String] = []
    for option in ["--token-file", "--ca-file"] where command.value(option) != nil && !isServer {
      faults.append("\(option): needs --server")
    }
    for option in ["--kubeconfig", "--context"] where command.value(option) != nil && isServer {
      faults.append("\(option): does not go with --server")
    }
    return faults
  }
}
