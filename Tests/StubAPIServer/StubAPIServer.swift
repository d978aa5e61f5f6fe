/// A Kubernetes API server for tests.
public struct StubAPIServer {}
