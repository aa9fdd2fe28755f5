// What tests/tools/power_loss.c notes, and where; see there.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

// The raw calls, so that what is noted is not noted in its turn.
int raw_open(const char* path, int flags);
int raw_rename(const char* from, const char* to);

// Whether an open file or folder is on the watched disk; its status, too, if it is.
int is_watched(int fd, struct stat* status);
// Whether the disk fails in this way: POWER_LOSS_FAIL is there and has the word in it.
int fails(const char* word);
// As fsync.
int sync_noted(int fd, const struct stat* status);
// A name in the folder of `path`, relative to an open one, has changed. Leaves errno alone.
void names_changed(int folder, const char* path);
// All bytes up to the size in `status` that are not durable never will be.
void note_lost(const struct stat* status);
// What was lost of a file, in bytes from its beginning; 0 if nothing.
int read_lost(ino_t inode, long long* from, long long* to);
// NOTES/folder/INODEend
void note_path(char* into, const char* folder, ino_t inode, const char* end);
