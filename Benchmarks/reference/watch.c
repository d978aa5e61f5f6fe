// The floor of Benchmarks/bench.py: one thread that sleeps, and probes each mount in turn with as few
// system calls as that takes. No deadline, no server, no judgement.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void probe_canary(const char *path) {
  char buffer[4096];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  while (read(file, buffer, sizeof buffer) > 0) {}
  close(file);
}

// watch stat|read INTERVAL_SECONDS PATH...   A path to read is that of the canary itself.
int main(int count, char **arguments) {
  if (count < 4) return 2;
  int reads = arguments[1][0] == 'r';
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  while (1) {
    for (int index = 3; index < count; index++) {
      struct stat status;
      if (reads) probe_canary(arguments[index]);
      else stat(arguments[index], &status);
    }
    next.tv_sec += atoi(arguments[2]);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
}
