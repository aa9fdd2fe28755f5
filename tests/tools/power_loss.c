// Preloaded into a program, notes which of its files would outlive a power loss, for the tests:
//
//   LD_PRELOAD=power_loss.so POWER_LOSS_DISK=FOLDER POWER_LOSS_NOTES=FOLDER PROGRAM …
//
// Of what is below DISK the folder NOTES, on the same file system, is kept to say:
//
//   durable/INODE      a file's bytes as of its last fsync or fdatasync
//   live/INODE         a link to the file, so that its bytes outlive its name, and its inode is not
//                      used again
//   names/INODE        the names in a folder as of its last fsync: lines "INODE file|folder NAME"
//   names/INODE.after  what they were after each later change, one such list behind another, each
//                      ended by a line "."
//
//   lost/INODE         "FROM TO": bytes that could not be synced. As with Linux they count as clean
//                      from then on, so that syncing them again succeeds and does nothing
//
// While the file named by POWER_LOSS_FAIL has the word "sync" in it, syncing fails with EIO, and
// with "full" writing fails with ENOSPC. Nothing is really synced; the tests kill processes, not
// machines.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "power_loss_notes.h"

#define NEXT(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

static int opened(int fd, int folder, const char* path, int may_create) {
  struct stat status;
  if (fd >= 0 && may_create && is_watched(fd, &status) && S_ISREG(status.st_mode)) {
    names_changed(folder, path);
  }
  return fd;
}

int fsync(int fd) {
  struct stat status;
  return is_watched(fd, &status) ? sync_noted(fd, &status) : NEXT(fsync)(fd);
}

int fdatasync(int fd) {
  struct stat status;
  return is_watched(fd, &status) ? sync_noted(fd, &status) : NEXT(fdatasync)(fd);
}

static int may_create(int flags) {
  return (flags & O_CREAT) != 0;
}

#define MODE_OF(flags)                          \
  mode_t mode = 0;                              \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list more;                               \
    va_start(more, flags);                      \
    mode = (mode_t)va_arg(more, unsigned int);  \
    va_end(more);                               \
  }

static int open_noted(int folder, const char* path, int flags, mode_t mode) {
  const int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
  return opened(fd, folder, path, may_create(flags));
}

int open(const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_noted(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_noted(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_noted(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  MODE_OF(flags)
  return open_noted(folder, path, flags | O_LARGEFILE, mode);
}

int creat(const char* path, mode_t mode) {
  return open_noted(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

static FILE* fopen_noted(FILE* file, const char* path, const char* how) {
  if (file != NULL) {
    opened(fileno(file), AT_FDCWD, path, how[0] != 'r');
  }
  return file;
}

FILE* fopen(const char* path, const char* how) {
  return fopen_noted(NEXT(fopen)(path, how), path, how);
}

FILE* fopen64(const char* path, const char* how) {
  return fopen_noted(NEXT(fopen64)(path, how), path, how);
}

static int both_changed(int result, int from_folder, const char* from, int to_folder,
                        const char* to) {
  if (result == 0) {
    names_changed(from_folder, from);
    names_changed(to_folder, to);
  }
  return result;
}

int rename(const char* from, const char* to) {
  return both_changed(raw_rename(from, to), AT_FDCWD, from, AT_FDCWD, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) {
  const int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
  return both_changed(result, from_folder, from, to_folder, to);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  return renameat2(from_folder, from, to_folder, to, 0);
}

static int changed(int result, int folder, const char* path) {
  if (result == 0) {
    names_changed(folder, path);
  }
  return result;
}

int unlinkat(int folder, const char* path, int flags) {
  return changed((int)syscall(SYS_unlinkat, folder, path, flags), folder, path);
}

int unlink(const char* path) {
  return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char* path) {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char* path) {
  struct stat status;
  const int is_folder = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
  return unlinkat(AT_FDCWD, path, is_folder ? AT_REMOVEDIR : 0);
}

int mkdirat(int folder, const char* path, mode_t mode) {
  return changed((int)syscall(SYS_mkdirat, folder, path, mode), folder, path);
}

int mkdir(const char* path, mode_t mode) {
  return mkdirat(AT_FDCWD, path, mode);
}

// Bytes that are cut off and written anew are not lost.
int ftruncate(int fd, off_t size) {
  struct stat status;
  long long from = 0;
  long long end = 0;
  if (is_watched(fd, &status) && read_lost(status.st_ino, &from, &end) && size < end) {
    char path[PATH_MAX];
    note_path(path, "lost", status.st_ino, "");
    syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (size > from) {
      status.st_size = size;
      note_lost(&status);
    }
  }
  return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size) {
  return ftruncate(fd, size);
}

// ---- a disk that takes nothing more -------------------------------------------------------------

static int is_full(int fd) {
  struct stat status;
  if (!is_watched(fd, &status) || !fails("full")) {
    return 0;
  }
  errno = ENOSPC;
  return 1;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  return is_full(fd) ? -1 : syscall(SYS_write, fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec* pieces, int count) {
  return is_full(fd) ? -1 : syscall(SYS_writev, fd, pieces, count);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return is_full(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return is_full(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pwritev(int fd, const struct iovec* pieces, int count, off_t offset) {
  return is_full(fd) ? -1 : NEXT(pwritev)(fd, pieces, count, offset);
}

ssize_t pwritev64(int fd, const struct iovec* pieces, int count, off64_t offset) {
  return is_full(fd) ? -1 : NEXT(pwritev64)(fd, pieces, count, offset);
}
