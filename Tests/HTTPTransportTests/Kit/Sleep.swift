import Glibc

/// Blocks the thread for a moment, as a system call that hangs does.
func usleepABit() {
  usleep(2000)
}
