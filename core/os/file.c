/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/file.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int file_fail(struct error *err, const char *what, const char *path)
{
    bool is_storage = errno == ENOSPC || errno == EDQUOT || errno == EIO;

    return error_set_status(err, is_storage ? EXIT_STORAGE : EXIT_BAD_INPUT,
                            "could not %s \"%s\": %s", what, path, strerror(errno));
}

/* A signal may come while a file of the network is opened. */
static int open_file(const char *path, int flags)
{
    int fd;

    do
        fd = open(path, flags | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static int open_regular(const char *path, size_t *ret_size, struct error *err)
{
    struct stat st;
    int fd = open_file(path, O_RDONLY | O_NONBLOCK);

    if (fd < 0)
        return file_fail(err, "open", path);
    if (fstat(fd, &st) < 0) {
        file_fail(err, "open", path);
        close(fd);
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return error_set(err, "could not open \"%s\": not a regular file", path);
    }
    *ret_size = (size_t)st.st_size;
    return fd;
}

int file_map_open(const char *path, struct file_map *ret_map, struct error *err)
{
    size_t size;
    void *bytes = ""; /* an empty file cannot be mapped; its end is its beginning */
    int fd = open_regular(path, &size, err);

    if (fd < 0)
        return -1;
    if (size > 0)
        bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return file_fail(err, "map", path);
    if (size > 0)
        madvise(bytes, size, MADV_HUGEPAGE); /* a wish, for pictures read in random order */
    *ret_map = (struct file_map){bytes, size};
    return 0;
}

void file_map_close(struct file_map *map)
{
    if (map->size)
        munmap((void *)map->bytes, map->size);
    *map = (struct file_map){0};
}

/* open_regular, of at most `most` bytes. */
static int open_up_to(const char *path, size_t most, size_t *ret_size, struct error *err)
{
    int fd = open_regular(path, ret_size, err);

    if (fd < 0 || *ret_size <= most)
        return fd;
    close(fd);
    return error_set(err, "\"%s\" has %zu bytes; at most %zu are read", path, *ret_size, most);
}

/* Up to `size` bytes, or the end, where it became shorter meanwhile. Closes it. */
static int read_all(int fd, const char *path, char *to, size_t size, size_t *ret_size,
                    struct error *err)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, to + done, size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            file_fail(err, "read", path);
            close(fd);
            return -1;
        }
        if (n == 0)
            break;
        done += (size_t)n;
    }
    close(fd);
    *ret_size = done;
    return 0;
}

int file_read(const char *path, size_t max_size, struct arena *arena, char **ret_text,
              size_t *ret_size, struct error *err)
{
    size_t size;
    int fd = open_up_to(path, max_size, &size, err);

    if (fd < 0)
        return -1;
    *ret_text = arena_alloc(arena, size + 1);
    return read_all(fd, path, *ret_text, size, ret_size, err);
}

int file_read_into(const char *path, void *to, size_t room, size_t *ret_size, struct error *err)
{
    size_t size;
    int fd = open_up_to(path, room, &size, err);

    return fd < 0 ? -1 : read_all(fd, path, to, size, ret_size, err);
}

int file_write(const char *path, const void *bytes, size_t size, struct error *err)
{
    return file_write_parts(path, &(struct file_part){bytes, size}, 1, err);
}

static int write_all(int fd, const struct file_part *part)
{
    size_t done = 0;

    while (done < part->size) {
        ssize_t n = write(fd, (const char *)part->bytes + done, part->size - done);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            done += (size_t)n;
    }
    return 0;
}

void file_folder(const char *path, char ret_folder[FILE_FOLDER_SIZE])
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        snprintf(ret_folder, FILE_FOLDER_SIZE, ".");
    else
        snprintf(ret_folder, FILE_FOLDER_SIZE, "%.*s", slash == path ? 1 : (int)(slash - path),
                 path);
}

static int open_folder_of(const char *path)
{
    char folder[FILE_FOLDER_SIZE];

    file_folder(path, folder);
    return open_file(folder, O_RDONLY | O_DIRECTORY);
}

int file_lock_folder(const char *path)
{
    int fd = open_folder_of(path);

    while (fd >= 0 && flock(fd, LOCK_EX) < 0 && errno == EINTR)
        ;
    return fd;
}

void file_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

int file_sync_folder(const char *folder)
{
    int fd = open_file(folder, O_RDONLY | O_DIRECTORY), result;

    if (fd < 0)
        return -1;
    result = fsync(fd);
    close(fd);
    return result;
}

static int sync_folder_of(const char *path)
{
    char folder[FILE_FOLDER_SIZE];

    file_folder(path, folder);
    return file_sync_folder(folder);
}

enum { WORD_SIZE = 8 }; /* hexadecimal digits */

int file_open_temporary(int folder, const char *path, char ret_path[FILE_PATH_SIZE])
{
    uint32_t word; /* no longer: checkpoints.c looks for such files, and a name has a length */
    int fd;

    do {
        if (getrandom(&word, sizeof word, 0) != sizeof word)
            return -1;
        if (snprintf(ret_path, FILE_PATH_SIZE, "%s.%0*x.%d.tmp", path, WORD_SIZE, (unsigned)word,
                     (int)getpid()) >= FILE_PATH_SIZE) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = openat(folder, ret_path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    } while (fd < 0 && (errno == EINTR || errno == EEXIST));
    if (fd < 0)
        ret_path[0] = '\0';
    return fd;
}

int file_begin(const char *path, struct arena *arena, const char **ret_temporary, struct error *err)
{
    char temporary[FILE_PATH_SIZE];
    int fd = file_open_temporary(AT_FDCWD, path, temporary);

    if (fd < 0)
        return file_fail(err, "write", path);
    close(fd);
    *ret_temporary = arena_strdup(arena, temporary);
    return 0;
}

/* Not every file system can rename and look in one step. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    errno = EEXIST;
    return file_exists(to) ? -1 : rename(from, to);
}

static int give_name(const char *temporary, const char *path,
                     int (*move)(const char *from, const char *to), struct error *err)
{
    int fd = open_file(temporary, O_RDONLY), result;

    if (fd < 0)
        return file_fail(err, "write", path);
    result = fsync(fd);
    close(fd);
    if (result == 0 && move(temporary, path) == 0 && sync_folder_of(path) == 0)
        return 0;
    return file_fail(err, "write", path);
}

int file_publish(const char *temporary, const char *path, struct error *err)
{
    return give_name(temporary, path, rename_new, err);
}

int file_replace(const char *temporary, const char *path, struct error *err)
{
    return give_name(temporary, path, rename, err);
}

int file_check_room(const char *folder, struct error *err)
{
    static const char block[1 << 16];
    char path[FILE_PATH_SIZE], temporary[FILE_PATH_SIZE];
    const struct file_part part = {block, sizeof block};
    int fd, result = 0;

    if (snprintf(path, sizeof path, "%s/room", folder) >= (int)sizeof path)
        return 0;
    fd = file_open_temporary(AT_FDCWD, path, temporary);
    if (fd < 0)
        return file_fail(err, "write to", folder);
    for (int i = 0; i < 16 && result == 0; i++) /* as much as any picture of ours */
        result = write_all(fd, &part);
    if (result < 0 || fsync(fd) < 0)
        result = file_fail(err, "write to", folder);
    close(fd);
    unlink(temporary);
    return result;
}

/* The number in "NAME.0123abcd.456.tmp", with "-wal" and ".svg" behind it, too; 0 where there is none: then the
 * name is not one of file_open_temporary's, and the file somebody's. */
static pid_t writer_of(const char *name)
{
    const char *end = strstr(name, ".tmp"), *pid = end, *word;

    while (pid && pid > name && pid[-1] >= '0' && pid[-1] <= '9')
        pid--;
    if (!end || pid == end || pid - name < WORD_SIZE + 3 || pid[-1] != '.' || !strchr(".-", end[4]))
        return 0;
    word = pid - 1 - WORD_SIZE;
    if (word[-1] != '.' || strspn(word, "0123456789abcdef") != WORD_SIZE)
        return 0;
    return (pid_t)strtol(pid, NULL, 10);
}

/* A number may be that of a process in another container, which kill(2) does not see: hence the minute. */
void file_remove_leftovers(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        pid_t pid = writer_of(entry->d_name);
        struct stat st;

        if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH &&
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && time(NULL) - st.st_mtime >= 60)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

int file_write_parts(const char *path, const struct file_part *parts, int n, struct error *err)
{
    char temporary[FILE_PATH_SIZE];
    int fd = file_open_temporary(AT_FDCWD, path, temporary), result = 0;

    if (fd < 0)
        return file_fail(err, "write", path);
    for (int i = 0; i < n && result == 0; i++)
        result = write_all(fd, &parts[i]);
    if (result < 0 || fsync(fd) < 0)
        goto fail;
    result = close(fd);
    fd = -1;
    if (result < 0 || rename(temporary, path) < 0 || sync_folder_of(path) < 0)
        goto fail;
    return 0;

fail:
    file_fail(err, "write", path);
    if (fd >= 0)
        close(fd);
    unlink(temporary);
    return -1;
}

bool file_stays_below(const char *path)
{
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if (strcspn(part, "/") == 2 && part[0] == '.' && part[1] == '.')
            return false;
    return *path && *path != '/';
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_make_directory(const char *path, struct error *err)
{
    char part[4096];
    size_t n = strlen(path);

    if (n == 0 || n >= sizeof part)
        return error_set(err, "bad directory name \"%s\"", path);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return file_fail(err, "make directory", part);
    }
    if (!file_is_directory(path))
        return error_set(err, "\"%s\" is not a directory", path);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those that are wanted. */
static const char *const *list_names(const char *directory, const char *suffix,
                                     int (*is_wanted)(const char *name), struct arena *arena,
                                     struct error *err)
{
    DIR *dir = opendir(directory);
    struct dirent *entry;
    const char **names = NULL;
    int n = 0;

    if (!dir && errno != ENOENT) {
        file_fail(err, "open", directory);
        return NULL;
    }
    while (dir && (entry = readdir(dir))) {
        size_t length = strlen(entry->d_name), cut = strlen(suffix);
        char *name;

        if (length <= cut || strcmp(entry->d_name + length - cut, suffix) != 0)
            continue;
        name = arena_strdup(arena, entry->d_name);
        name[length - cut] = '\0';
        if (!is_wanted(name))
            continue;
        names = arena_grow(arena, names, n, sizeof *names);
        names[n++] = name;
    }
    if (dir)
        closedir(dir);
    names = arena_grow(arena, names, n, sizeof *names);
    names[n] = NULL;
    qsort(names, (size_t)n, sizeof *names, by_name);
    return names;
}

const char *const *file_names(const char *directory, const char *suffix, struct arena *arena,
                              struct error *err)
{
    return list_names(directory, suffix, text_is_name, arena, err);
}

static int is_foreign(const char *name)
{
    return !text_is_name(name) && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

const char *const *file_foreign_names(const char *directory, const char *suffix,
                                      struct arena *arena, struct error *err)
{
    return list_names(directory, suffix, is_foreign, arena, err);
}

static int is_shown(const char *name)
{
    return name[0] != '.';
}

const char *const *file_list(const char *directory, const char *suffix, struct arena *arena,
                             struct error *err)
{
    return list_names(directory, suffix, is_shown, arena, err);
}
