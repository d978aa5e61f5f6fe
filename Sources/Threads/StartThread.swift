import Glibc

/// Starts a detached thread with a small stack.
///
/// Signals are for the program's own threads: this one blocks all of them.
///
/// - Parameter body: What it does.
/// - Returns: 0, or the errno of pthread_create(3): EAGAIN at a limit of processes.
package func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  // Few calls deep; the default of 8 MiB would only make a list of processes look odd.
  pthread_attr_setstacksize(&attributes, 256 << 10)
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let error = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  if error != 0 { box.release() }
  return error
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}
