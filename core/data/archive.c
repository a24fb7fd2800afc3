/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/archive.h"

#include "base/file.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_WANTED = 4096, MAX_PATH = 3000 };
static const long MAX_MEMBER = 4L << 30;

/* What libarchive says is wrong; it may know nothing to say. */
static const char *reason_of(struct archive *a)
{
    const char *reason = archive_error_string(a);

    return reason ? reason : "it ends too early";
}

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
        return error_set(err, "\"%s\" is damaged: %s", name, reason_of(a));
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
        return error_set(err, "it is damaged: %s", reason_of(a));
    return 0;
}

/* ---- gzip: RFC 1952 ----
 *
 * A file is members, one behind the other: a header, deflated bytes, and the CRC-32 and the size of
 * what they hold. libarchive inflates, but does not compare what stands at the end, nor does it say
 * where a member ends. All members begin alike; so one ends at the first beginning of another, or
 * end of the file, up to which libarchive finds it whole. */

enum { LEAST_MEMBER = 18 /* bytes: a header of 10 and the end of 8 */ };

struct crc {
    uint32_t value;
    uint32_t table[8][256]; /* what a byte does to it with 0 to 7 bytes behind */
};

static void crc_init(struct crc *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t x = i;

        for (int bit = 0; bit < 8; bit++)
            x = x >> 1 ^ (x & 1 ? 0xedb88320 : 0);
        c->table[0][i] = x;
    }
    for (int k = 1; k < 8; k++)
        for (int i = 0; i < 256; i++)
            c->table[k][i] = c->table[k - 1][i] >> 8 ^ c->table[0][c->table[k - 1][i] & 0xff];
}

/* Eight bytes at once: they are as many steps that need not wait for each other. */
static void crc_update(struct crc *c, const unsigned char *x, size_t n)
{
    uint32_t crc = ~c->value;

    for (; n >= 8; n -= 8, x += 8) {
        uint64_t word;

        memcpy(&word, x, 8); /* the first byte is the lowest */
        word ^= crc;
        crc = 0;
        for (int k = 0; k < 8; k++)
            crc ^= c->table[7 - k][word >> 8 * k & 0xff];
    }
    for (; n > 0; n--, x++)
        crc = crc >> 8 ^ c->table[0][(crc ^ *x) & 0xff];
    c->value = ~crc;
}

static uint32_t word_at(const unsigned char *x)
{
    return x[0] | (uint32_t)x[1] << 8 | (uint32_t)x[2] << 16 | (uint32_t)x[3] << 24;
}

/* Where in bytes[size) the first member begins at or behind `from`; `size` where none does. */
static size_t find_member(const unsigned char *bytes, size_t size, size_t from)
{
    const unsigned char *found;

    while (size >= LEAST_MEMBER && from <= size - LEAST_MEMBER &&
           (found = memmem(bytes + from, size - from, "\x1f\x8b\x08", 3))) {
        from = (size_t)(found - bytes);
        if (size - from >= LEAST_MEMBER && !(found[3] & 0xe0)) /* flags that no one knows */
            return from;
        from++;
    }
    return size;
}

/* What `a` has open holds, added to *t, with its CRC and its size. 0: it is not whole. */
static int inflate_all(struct archive *a, size_t max_size, struct crc *crc, size_t *ret_size,
                       struct text *t, struct error *err)
{
    char buffer[1 << 16];
    struct archive_entry *entry;
    int code = archive_read_next_header(a, &entry);
    la_ssize_t n = 0;

    *ret_size = 0;
    crc->value = 0;
    while (code == ARCHIVE_OK && (n = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        *ret_size += (size_t)n;
        if (*ret_size > max_size)
            return error_set(err, "it holds more than %zu bytes", max_size);
        crc_update(crc, (const unsigned char *)buffer, (size_t)n);
        if (t)
            text_add(t, buffer, (size_t)n);
    }
    return n == 0 && (code == ARCHIVE_OK || code == ARCHIVE_EOF);
}

/* The member bytes[0..end) held n bytes of this CRC. Does it say so, and is it all there is? */
static int check_end(const unsigned char *bytes, size_t size, size_t end, size_t n, uint32_t crc,
                     struct error *err)
{
    const unsigned char *sum = bytes + end - 8, *length = bytes + end - 4;

    if (word_at(length) != (uint32_t)n)
        return error_set(err, "it holds %zu bytes, but its end says %u", n, word_at(length));
    if (word_at(sum) != crc)
        return error_set(err, "the checksum of what it holds is %08x, but its end says %08x", crc,
                         word_at(sum));
    if (end != size)
        return error_set(err, "%zu bytes behind its end are no gzip", size - end);
    return 1;
}

/* 1: bytes[size) are a whole member, whose content is now in *t. 0: they are not, *err says why,
 * and *t is as it was. -1: not with more bytes behind them either. */
static int read_member(const unsigned char *bytes, size_t size, size_t max_size, struct crc *crc,
                       struct text *t, struct error *err)
{
    struct archive *a = archive_read_new();
    size_t before = t ? t->size : 0, n;
    int result = 0, n_filters;

    archive_read_support_filter_gzip(a);
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    if (archive_read_open_memory(a, bytes, size) == ARCHIVE_OK)
        result = inflate_all(a, max_size - before, crc, &n, t, err);
    n_filters = archive_filter_count(a); /* 2: gzip, and the bytes as they are */
    if (result == 0 || n_filters < 2) {
        error_set(err, "%s", reason_of(a));
        result = 0;
        if (t)
            t->size = before;
    } else if (n_filters > 2) {
        result = error_set(err, "what it holds is packed again");
    } else if (result > 0) {
        result = check_end(bytes, size, (size_t)archive_filter_bytes(a, -1), n, crc->value, err);
    }
    archive_read_free(a);
    return result;
}

/* Checks all members to their ends, and adds what they hold to *t, which may be NULL. */
static int read_members(const struct file_map *map, size_t max_size, struct text *t,
                        struct error *err)
{
    const unsigned char *bytes = map->bytes;
    struct crc crc;

    if (map->size == 0 || find_member(bytes, map->size, 0) != 0)
        return error_set(err, "it is no gzip file");
    crc_init(&crc);
    for (size_t at = 0, end = 0; at < map->size; at = end) {
        int got = 0;

        while (got == 0 && end < map->size) {
            end = find_member(bytes, map->size, end + 1);
            got = read_member(bytes + at, end - at, max_size, &crc, t, err);
        }
        if (got <= 0)
            return -1;
    }
    return 0;
}

int archive_read_gzip(const char *path, size_t max_size, struct arena *arena,
                      unsigned char **ret_bytes, size_t *ret_size, struct error *err)
{
    struct file_map map;
    struct text t = {0};
    int result;

    if (file_map_open(path, &map, err) < 0)
        return -1;
    result = read_members(&map, max_size, &t, err);
    file_map_close(&map);
    if (result < 0) {
        error_context(err, "gzip file \"%s\"", path);
    } else {
        *ret_bytes = arena_alloc(arena, t.size + 1);
        if (t.size)
            memcpy(*ret_bytes, t.s, t.size);
        *ret_size = t.size;
    }
    text_release(&t);
    return result;
}

/* A packed tar; a zip has sums of its members, which libarchive compares. */
static int check_gzip(const char *path, struct error *err)
{
    struct file_map map;
    int result = 0;

    if (file_map_open(path, &map, err) < 0)
        return -1;
    if (map.size > 1 && memcmp(map.bytes, "\x1f\x8b", 2) == 0)
        result = read_members(&map, SIZE_MAX, NULL, err);
    file_map_close(&map);
    return result;
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
    if (check_gzip(path, err) < 0)
        return error_context(err, "archive \"%s\"", path);
    a = archive_read_new();
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    archive_read_support_filter_gzip(a);
    if (archive_read_open_filename(a, path, 1 << 16) != ARCHIVE_OK)
        error_set(err, "%s", reason_of(a));
    else
        result = unpack(a, directory, wanted, is_taken, err);
    archive_read_free(a);
    for (int i = 0; i < n && result == 0; i++)
        if (!is_taken[i])
            result = error_set(err, "\"%s\" is not in it", wanted[i]);
    return result < 0 ? error_context(err, "archive \"%s\"", path) : 0;
}
