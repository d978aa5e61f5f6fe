// Tells the thread sanitizer what Swift's Mutex does when it is contended: preloaded by scripts/sanitize.sh.
//
// The quick way of Synchronization.Mutex is an atomic operation that is compiled into the caller, where
// the sanitizer sees it. The slow way, with a futex, is in libswiftSynchronization.so, which is not
// built for the sanitizer: to it two threads that follow each other through a contended lock look as if
// nothing had ordered them. Here the two functions of the slow way are wrapped and say what they do.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Only programs that are built for the sanitizer have these.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow(); the handle is the word that the
// quick way works on.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t self_id, SELF void *handle) __asm__(LOCK);
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK);

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) {
    fprintf(stderr, "scripts/sanitize/mutex.c: this Swift has no %s\n", name);
    abort();
  }
  return found;
}

SWIFT void lock_slow(uint32_t self_id, SELF void *handle) {
  SWIFT void (*next)(uint32_t, SELF void *) = real(LOCK);
  next(self_id, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) {
  SWIFT void (*next)(SELF void *) = real(UNLOCK);
  if (__tsan_release) __tsan_release(handle);
  next(handle);
}
