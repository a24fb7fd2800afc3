/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/archive.h"

#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_WANTED = 4096, MAX_PATH = 3000 };
static const long MAX_MEMBER = 4L << 30;

/* Relative, and of plain parts only. */
static bool is_plain(const char *path)
{
    if (!*path || *path == '/' || strlen(path) > MAX_PATH || strchr(path, '\\'))
        return false;
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
        size_t n = strcspn(part, "/");

        if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
            return false;
    }
    return true;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

static int copy_member(struct archive *a, int fd, const char *name, struct error *err)
{
    static char buffer[2 << 20]; /* a huge page: so much at once, and the kernel may keep it in one */
    long total = 0;
    la_ssize_t n;

    while ((n = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        total += n;
        if (total > MAX_MEMBER)
            return error_set(err, "\"%s\" is larger than %ld bytes", name, MAX_MEMBER);
        if (write_all(fd, buffer, (size_t)n) < 0)
            return error_set_status(err, EXIT_STORAGE, "could not write \"%s\": %s", name,
                                    strerror(errno));
    }
    if (n < 0)
        return error_set(err, "\"%s\" is damaged: %s", name, archive_error_string(a));
    if (fsync(fd) < 0)
        return error_set_status(err, EXIT_STORAGE, "could not write \"%s\": %s", name,
                                strerror(errno));
    return 0;
}

/* The folder that `name` is to stand in, below `directory`, made where missing;
 * no link is followed on the way. *ret_leaf is the last part of `name`. */
static int open_folder(const char *directory, const char *name, const char **ret_leaf,
                       struct error *err)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *slash;

    while (folder >= 0 && (slash = strchr(name, '/'))) {
        char part[256] = "";
        int next = -1;

        if (slash - name < (long)sizeof part) {
            memcpy(part, name, (size_t)(slash - name));
            if (mkdirat(folder, part, 0777) == 0 || errno == EEXIST)
                next = openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        } else {
            errno = ENAMETOOLONG;
        }
        close(folder);
        folder = next;
        name = slash + 1;
    }
    *ret_leaf = name;
    if (folder < 0)
        return error_set(err, "could not make the folder of \"%s\" below \"%s\": %s", name,
                         directory, strerror(errno));
    return folder;
}

/* The current member to directory/name, by way of a temporary file. */
static int take_member(struct archive *a, const char *directory, const char *name,
                       struct error *err)
{
    char temporary[4096];
    const char *leaf;
    int fd, result, folder = open_folder(directory, name, &leaf, err);

    if (folder < 0)
        return -1;
    snprintf(temporary, sizeof temporary, "%s.part%d", leaf, (int)getpid());
    fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        result = error_set(err, "could not write \"%s\": %s", temporary, strerror(errno));
        close(folder);
        return result;
    }
    result = copy_member(a, fd, name, err);
    if (close(fd) < 0 && result == 0)
        result = error_set_status(err, EXIT_STORAGE, "could not write \"%s\": %s", name,
                                  strerror(errno));
    if (result == 0 && renameat(folder, temporary, folder, leaf) < 0)
        result = error_set(err, "could not write \"%s\": %s", name, strerror(errno));
    if (result < 0)
        unlinkat(folder, temporary, 0);
    close(folder);
    return result;
}

static int unpack(struct archive *a, const char *directory, const char *const *wanted,
                  bool *is_taken, struct error *err)
{
    struct archive_entry *entry;
    int code;

    while ((code = archive_read_next_header(a, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        const char *name = archive_entry_pathname(entry);
        int i = 0;

        while (name && wanted[i] && strcmp(wanted[i], name) != 0)
            i++;
        if (!name || !wanted[i])
            continue;
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
            return error_set(err, "\"%s\" in it is not a regular file", name);
        if (is_taken[i])
            return error_set(err, "\"%s\" is in it twice", name);
        if (take_member(a, directory, name, err) < 0)
            return -1;
        is_taken[i] = true;
    }
    if (code != ARCHIVE_EOF)
        return error_set(err, "it is damaged: %s", archive_error_string(a));
    return 0;
}

int archive_unpack(const char *path, const char *directory, const char *const *wanted,
                   struct error *err)
{
    bool is_taken[MAX_WANTED] = {0};
    struct archive *a;
    int result = -1, n = 0;

    for (; wanted[n]; n++)
        if (n == MAX_WANTED || !is_plain(wanted[n]))
            return error_set(err, "\"%s\" is not a plain relative path", wanted[n]);
    a = archive_read_new();
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    archive_read_support_filter_gzip(a);
    if (archive_read_open_filename(a, path, 1 << 16) != ARCHIVE_OK)
        error_set(err, "%s", archive_error_string(a));
    else
        result = unpack(a, directory, wanted, is_taken, err);
    archive_read_free(a);
    for (int i = 0; i < n && result == 0; i++)
        if (!is_taken[i])
            result = error_set(err, "\"%s\" is not in it", wanted[i]);
    return result < 0 ? error_context(err, "archive \"%s\"", path) : 0;
}

int archive_read_gzip(const char *path, size_t max_size, struct arena *arena,
                      unsigned char **ret_bytes, size_t *ret_size, struct error *err)
{
    struct archive *a = archive_read_new();
    struct archive_entry *entry;
    struct text t = {0};
    char buffer[1 << 16];
    la_ssize_t n = -1;
    int result = -1;

    archive_read_support_filter_gzip(a);
    archive_read_support_format_raw(a);
    if (archive_read_open_filename(a, path, sizeof buffer) != ARCHIVE_OK ||
        archive_read_next_header(a, &entry) != ARCHIVE_OK || archive_filter_count(a) < 2) {
        error_set(err, "\"%s\" is no gzip file, or a damaged one", path);
        goto out;
    }
    while ((n = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        if (t.size + (size_t)n > max_size) {
            error_set(err, "\"%s\" holds more than %zu bytes", path, max_size);
            goto out;
        }
        text_add(&t, buffer, (size_t)n);
    }
    if (n < 0) {
        error_set(err, "\"%s\" is damaged: %s", path, archive_error_string(a));
        goto out;
    }
    *ret_bytes = arena_alloc(arena, t.size + 1);
    if (t.size)
        memcpy(*ret_bytes, t.s, t.size);
    *ret_size = t.size;
    result = 0;
out:
    text_release(&t);
    archive_read_free(a);
    return result;
}
