/// The options that say where the API server is, for the commands that need one.
enum KubernetesOptions {
  static let declarations: [OptionDeclaration] = [
    file(
      "--kubeconfig", "How to reach the API server, as kubectl has it.",
      fallback: "the pod's service account"),
    OptionDeclaration(
      name: "--context", value: ValueDeclaration("NAME", .text),
      summary: "The context of the kubeconfig.", fallback: "its current one", group: group,
      emptyMeansAbsent: true),
    OptionDeclaration(
      name: "--server", value: ValueDeclaration("URL", .text, such: "https://10.0.0.1:6443"),
      summary: "The API server, in place of a kubeconfig.", group: group, emptyMeansAbsent: true),
    file("--token-file", "The token for --server; read again when it changes."),
    file("--ca-file", "The certificates that --server's is checked against."),
  ]

  private static let group = "Kubernetes"

  private static func file(
    _ name: String, _ summary: String, fallback: String? = nil
  ) -> OptionDeclaration {
    OptionDeclaration(
      name: name, value: ValueDeclaration("FILE", .file), summary: summary, fallback: fallback,
      group: group, emptyMeansAbsent: true)
  }
}
