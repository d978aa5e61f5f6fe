// Linux system calls that Swift's Glibc module does not show, because its module map is built
// without _GNU_SOURCE. Thin wrappers only: each returns what the call returns and leaves errno.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>

/// What statx(2) told of a file that is asked for here.
struct clinux_file {
  uint32_t mode;        // stx_mode
  uint64_t size;        // stx_size
  uint64_t mount_id;    // stx_mnt_id, 0 where the kernel (before 5.8) does not tell
  uint32_t device_major;
  uint32_t device_minor;
  int8_t immutable;     // STATX_ATTR_IMMUTABLE: 0 or 1, -1 where the file system does not tell
};

/// statx(2) of an open descriptor: type and size, asked of the file system itself
/// (AT_STATX_FORCE_SYNC) and not of an attribute cache.
int clinux_stat_fresh(int fd, struct clinux_file *file);
/// statx(2) of an open descriptor: what the kernel knows without asking the file system
/// (AT_STATX_DONT_SYNC); enough for `mount_id`.
int clinux_stat_known(int fd, struct clinux_file *file);

/// stat(2): when the file at `path` was last changed, in nanoseconds since 1970; -1 with errno.
int64_t clinux_modification_time(const char *path);

/// open(2) with O_PATH | O_CLOEXEC and `flags`: names a file without opening it.
int clinux_open_path(const char *path, int flags);
/// openat(2) with O_PATH | O_CLOEXEC | O_NOFOLLOW: one component of a path, links not followed.
int clinux_open_component(int directory, const char *name);
/// openat2(2) with O_CLOEXEC, O_PATH and RESOLVE_BENEATH: names a file without opening it, and never
/// leaves `directory`.
int clinux_open_path_beneath(int directory, const char *path);
/// openat(2) with O_CLOEXEC, `flags` and `mode`.
int clinux_open_at(int directory, const char *path, int flags, unsigned mode);
/// readlinkat(2) of a link that was opened with O_PATH.
long clinux_read_link(int fd, char *buffer, unsigned long size);
/// getxattr(2) of a file that was opened with O_PATH.
long clinux_get_attribute(int fd, const char *name, void *buffer, unsigned long size);
/// unlinkat(2) of a path below `directory`.
int clinux_unlink(int directory, const char *path);

/// pipe2(2) with O_CLOEXEC.
int clinux_pipe(int fds[2]);
/// socketpair(2) of AF_UNIX, SOCK_SEQPACKET, SOCK_CLOEXEC: keeps messages whole, and wakes one of the
/// threads that wait for a message.
int clinux_message_pair(int fds[2]);
/// eventfd(2) with EFD_CLOEXEC | EFD_NONBLOCK.
int clinux_eventfd(void);
/// madvise(2) with MADV_DONTNEED of the program's own read-only pages: what was needed only to start
/// goes; what is needed again comes back from the page cache.
void clinux_forget_program_pages(void);

/// pthread_setname_np(3) of the calling thread; at most 15 bytes.
int clinux_name_thread(const char *name);

/// posix_spawn(3) of `path` in a new session, in `/`, with no signal blocked and all at their
/// defaults, `input` as descriptor 0, `output` as 1, `errors` as 2, and no other descriptor open.
/// Returns 0 or an errno; errno itself is not set.
int clinux_spawn(int *pid, const char *path, char *const argv[], char *const envp[], int input,
                 int output, int errors);

/// posix_spawnp(3) of `file` with this process's environment and descriptors, no signal blocked and
/// all at their defaults. Returns 0 or an errno; errno itself is not set.
int clinux_spawn_helper(int *pid, const char *file, char *const argv[]);

/// clock_gettime(2) of CLOCK_MONOTONIC, in nanoseconds.
int64_t clinux_monotonic_time(void);
/// clock_gettime(2) of CLOCK_REALTIME, in nanoseconds since 1970.
int64_t clinux_wall_time(void);

/// Blocks the `count` signals of `numbers` in the calling thread; returns a signalfd(2) with
/// SFD_CLOEXEC | SFD_NONBLOCK that becomes readable when one of them is pending.
int clinux_signal_descriptor(const int *numbers, int count);

/// sigtimedwait(2) for one of the `count` signals of `numbers`, which have to be blocked; at most
/// `milliseconds`. Returns the signal's number, or -1.
int clinux_wait_for_signal(const int *numbers, int count, int milliseconds);

/// A netlink(7) socket, close-on-exec and not blocking, on which the kernel tells of its devices
/// (NETLINK_KOBJECT_UEVENT, group 1), with room for `room` bytes where that is allowed; -1 with errno.
int clinux_event_socket(int room);
/// recvfrom(2) of one message of that socket. `sender` is the port of who sent it: 0 is the kernel.
/// Returns the message's length, which is more than `size` for one that was cut; -1 with errno.
long clinux_receive_event(int socket, void *buffer, unsigned long size, uint32_t *sender);

/// recvmsg(2) of one byte and the descriptor (SCM_RIGHTS) that comes with it, close-on-exec; -1 with
/// errno, ENOMSG where the other end closed or sent no descriptor.
int clinux_receive_descriptor(int socket);

#endif
