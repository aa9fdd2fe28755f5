#define _GNU_SOURCE
#include "power_loss_notes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int raw_open(const char* path, int flags) {
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0644);
}

int raw_rename(const char* from, const char* to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static const char* disk(void) {
  return getenv("POWER_LOSS_DISK");
}
static const char* notes(void) {
  return getenv("POWER_LOSS_NOTES");
}

static void give_up(const char* what) {
  const int error = errno;
  fprintf(stderr, "power_loss: %s: %s\n", what, strerror(error));
  abort();
}

void note_path(char* into, const char* folder, ino_t inode, const char* end) {
  snprintf(into, PATH_MAX, "%s/%s/%llu%s", notes(), folder, (unsigned long long)inode, end);
}

int is_watched(int fd, struct stat* status) {
  char link[64];
  char path[PATH_MAX];
  if (disk() == NULL || notes() == NULL) {
    return 0;
  }
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0 || fstat(fd, status) != 0) {
    return 0;
  }
  path[size] = '\0';
  const size_t length = strlen(disk());
  return strncmp(path, disk(), length) == 0 && (path[length] == '/' || path[length] == '\0');
}

int fails(const char* word) {
  char text[64] = "";
  const char* path = getenv("POWER_LOSS_FAIL");
  if (path == NULL) {
    return 0;
  }
  const int fd = raw_open(path, O_RDONLY);
  if (fd < 0) {
    return 0;
  }
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  return size > 0 && strstr(text, word) != NULL;
}

// ---- what is noted; under the lock --------------------------------------------------------------

static void keep(int folder, const char* name, int flags, ino_t inode) {
  char live[PATH_MAX];
  note_path(live, "live", inode, "");
  if (linkat(folder, name, AT_FDCWD, live, flags) != 0 && errno != EEXIST && errno != ENOENT) {
    give_up(live);
  }
}

static void keep_open_file(int fd, ino_t inode) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  keep(AT_FDCWD, link, AT_SYMLINK_FOLLOW, inode);
}

void note_lost(const struct stat* status) {
  char path[PATH_MAX];
  char text[64];
  struct stat durable = {0};
  note_path(path, "durable", status->st_ino, "");
  const long long from = stat(path, &durable) == 0 ? durable.st_size : 0;
  note_path(path, "lost", status->st_ino, "");
  const int size = snprintf(text, sizeof text, "%lld %lld", from, (long long)status->st_size);
  const int out = raw_open(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (out < 0 || syscall(SYS_write, out, text, (size_t)size) < 0) {
    give_up(path);
  }
  close(out);
}

int read_lost(ino_t inode, long long* from, long long* to) {
  char path[PATH_MAX];
  note_path(path, "lost", inode, "");
  char text[64] = "";
  const int file = raw_open(path, O_RDONLY);
  if (file < 0) {
    return 0;
  }
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  return size > 0 && sscanf(text, "%lld %lld", from, to) == 2;
}

// Zeros in the place of bytes that were lost.
static void leave_out_lost(int to, ino_t inode) {
  long long from = 0;
  long long end = 0;
  if (!read_lost(inode, &from, &end)) {
    return;
  }
  struct stat status;
  if (fstat(to, &status) == 0 && end > status.st_size) {
    end = status.st_size;
  }
  for (; from < end; ++from) {
    syscall(SYS_pwrite64, to, "", 1, from);
  }
}

static void copy_durable(int fd, const struct stat* status) {
  char link[64];
  char whole[PATH_MAX];
  char part[PATH_MAX];
  keep_open_file(fd, status->st_ino);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  note_path(whole, "durable", status->st_ino, "");
  note_path(part, "durable", status->st_ino, ".part");
  const int from = raw_open(link, O_RDONLY);
  const int to = raw_open(part, O_WRONLY | O_CREAT | O_TRUNC);
  if (from < 0 || to < 0) {
    give_up(part);
  }
  ssize_t copied = 0;
  do {
    copied = sendfile(to, from, NULL, 1 << 20);
  } while (copied > 0);
  leave_out_lost(to, status->st_ino);
  close(from);
  close(to);
  if (copied < 0 || raw_rename(part, whole) != 0) {
    give_up(whole);
  }
}

// The names in a folder as one text, which the caller frees.
static char* list_names(int fd, size_t* size) {
  char* text = NULL;
  FILE* out = open_memstream(&text, size);
  const int again = (int)syscall(SYS_openat, fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  DIR* folder = again < 0 ? NULL : fdopendir(again);
  if (out == NULL || folder == NULL) {
    give_up("a folder's names");
  }
  const struct dirent* entry = NULL;
  while ((entry = readdir(folder)) != NULL) {
    struct stat status;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
        fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    if (S_ISREG(status.st_mode)) {
      keep(fd, entry->d_name, 0, status.st_ino);
    }
    fprintf(out, "%llu %s %s\n", (unsigned long long)status.st_ino,
            S_ISDIR(status.st_mode) ? "folder" : "file", entry->d_name);
  }
  closedir(folder);
  fclose(out);
  return text;
}

static void write_names(int fd, ino_t inode, int durable) {
  char whole[PATH_MAX];
  char part[PATH_MAX];
  char after[PATH_MAX];
  size_t size = 0;
  char* text = list_names(fd, &size);
  note_path(whole, "names", inode, "");
  note_path(part, "names", inode, ".part");
  note_path(after, "names", inode, ".after");
  const int out = durable ? raw_open(part, O_WRONLY | O_CREAT | O_TRUNC)
                          : raw_open(after, O_WRONLY | O_CREAT | O_APPEND);
  struct iovec pieces[2] = {{text, size}, {".\n", durable ? 0 : 2}};
  // In one call, so that a kill leaves no half of it.
  if (out < 0 || syscall(SYS_writev, out, pieces, 2) < 0) {
    give_up(whole);
  }
  close(out);
  free(text);
  if (durable) {
    syscall(SYS_unlinkat, AT_FDCWD, after, 0);
    if (raw_rename(part, whole) != 0) {
      give_up(whole);
    }
  }
}

int sync_noted(int fd, const struct stat* status) {
  if (fails("sync")) {
    if (S_ISREG(status->st_mode)) {
      note_lost(status);
    }
    errno = EIO;
    return -1;
  }
  pthread_mutex_lock(&lock);
  if (S_ISDIR(status->st_mode)) {
    write_names(fd, status->st_ino, 1);
  } else if (S_ISREG(status->st_mode)) {
    copy_durable(fd, status);
  }
  pthread_mutex_unlock(&lock);
  return 0;
}

void names_changed(int folder, const char* path) {
  const int error = errno;
  char above[PATH_MAX];
  struct stat status;
  const char* slash = strrchr(path, '/');
  if (slash == NULL) {
    snprintf(above, sizeof above, ".");
  } else {
    snprintf(above, sizeof above, "%.*s", slash == path ? 1 : (int)(slash - path), path);
  }
  const int fd = (int)syscall(SYS_openat, folder, above, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd >= 0) {
    if (is_watched(fd, &status)) {
      pthread_mutex_lock(&lock);
      write_names(fd, status.st_ino, 0);
      pthread_mutex_unlock(&lock);
    }
    close(fd);
  }
  errno = error;
}
