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
}
