#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <link.h>
#include <sys/mman.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif

static int stat_file(int fd, int sync, unsigned mask, struct clinux_file *file) {
  struct statx result;
  memset(&result, 0, sizeof result);
  if (statx(fd, "", AT_EMPTY_PATH | sync, mask | STATX_MNT_ID, &result) != 0) return -1;
  file->mode = result.stx_mode;
  file->size = result.stx_size;
  file->mount_id = (result.stx_mask & STATX_MNT_ID) ? result.stx_mnt_id : 0;
  file->device_major = result.stx_dev_major;
  file->device_minor = result.stx_dev_minor;
  file->immutable = -1;
  if (result.stx_attributes_mask & STATX_ATTR_IMMUTABLE)
    file->immutable = (result.stx_attributes & STATX_ATTR_IMMUTABLE) != 0;
  return 0;
}

int clinux_stat_fresh(int fd, struct clinux_file *file) {
  return stat_file(fd, AT_STATX_FORCE_SYNC, STATX_TYPE | STATX_SIZE, file);
}

int clinux_stat_known(int fd, struct clinux_file *file) {
  return stat_file(fd, AT_STATX_DONT_SYNC, 0, file);
}

int clinux_open_path(const char *path, int flags) {
  return open(path, O_PATH | O_CLOEXEC | flags);
}

int clinux_open_component(int directory, const char *name) {
  return openat(directory, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
}

int clinux_open_path_beneath(int directory, const char *path) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int clinux_open_at(int directory, const char *path, int flags, unsigned mode) {
  return openat(directory, path, flags | O_CLOEXEC, mode);
}

long clinux_read_link(int fd, char *buffer, unsigned long size) {
  return readlinkat(fd, "", buffer, size);
}

long clinux_get_attribute(int fd, const char *name, void *buffer, unsigned long size) {
  // fgetxattr(2) refuses O_PATH; by its name in /proc nothing is looked up again.
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return getxattr(path, name, buffer, size);
}

int clinux_unlink(int directory, const char *path) { return unlinkat(directory, path, 0); }

int clinux_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC); }

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_message_pair(int fds[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
}

static int forget_pages(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size, (void)data;
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
    if (begin < end) madvise((void *)begin, end - begin, MADV_DONTNEED);
  }
  return 1;  // The program comes first; whatever else is loaded is shared.
}

void clinux_forget_program_pages(void) { dl_iterate_phdr(forget_pages, NULL); }

int clinux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int clinux_spawn(int *pid, const char *path, char *const argv[], char *const envp[], int input,
                 int output, int errors) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) return error;
  error = posix_spawnattr_init(&attributes);
  if (error != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigemptyset(&none);
  sigfillset(&all);
  // The descriptors given are above 2 (they come from pipe2 in a process that has 0, 1 and 2).
  if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, input, 0);
  if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, errors, 2);
  if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (error == 0) error = posix_spawn_file_actions_addchdir_np(&actions, "/");
  if (error == 0) error = posix_spawnattr_setsigmask(&attributes, &none);
  if (error == 0) error = posix_spawnattr_setsigdefault(&attributes, &all);
  if (error == 0)
    error = posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  if (error == 0) error = posix_spawn(pid, path, &actions, &attributes, argv, envp);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int clinux_spawn_helper(int *pid, const char *file, char *const argv[]) {
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int error = posix_spawnattr_init(&attributes);
  if (error != 0) return error;
  sigemptyset(&none);
  sigfillset(&all);
  error = posix_spawnattr_setsigmask(&attributes, &none);
  if (error == 0) error = posix_spawnattr_setsigdefault(&attributes, &all);
  if (error == 0)
    error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  if (error == 0) error = posix_spawnp(pid, file, NULL, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int clinux_signal_descriptor(const int *numbers, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, numbers[i]);
  errno = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (errno != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int clinux_event_socket(int room) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (fd < 0) return -1;
  // SO_RCVBUFFORCE needs a capability; less room only means that more bursts are lost.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

long clinux_receive_event(int socket, void *buffer, unsigned long size, uint32_t *sender) {
  struct sockaddr_nl address = {0};
  socklen_t length = sizeof address;
  ssize_t count =
      recvfrom(socket, buffer, size, MSG_TRUNC, (struct sockaddr *)&address, &length);
  *sender = address.nl_pid;
  return count;
}

int clinux_receive_descriptor(int socket) {
  char byte;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control};
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (received == -1 && errno == EINTR);
  if (received == -1) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (received == 0 || header == NULL || header->cmsg_level != SOL_SOCKET ||
      header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int))) {
    errno = ENOMSG;
    return -1;
  }
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

static int64_t nanoseconds(struct timespec time) {
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t time_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return nanoseconds(time);
}

int64_t clinux_monotonic_time(void) { return time_of(CLOCK_MONOTONIC); }

int64_t clinux_wall_time(void) { return time_of(CLOCK_REALTIME); }

int64_t clinux_modification_time(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? nanoseconds(status.st_mtim) : -1;
}

int clinux_wait_for_signal(const int *numbers, int count, int milliseconds) {
  struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  sigset_t set;
  sigemptyset(&set);
  for (int index = 0; index < count; index++) sigaddset(&set, numbers[index]);
  return sigtimedwait(&set, NULL, &limit);
}
