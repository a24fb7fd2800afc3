/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/source/archive.h"

#include "base/text.h"
#include "data/source/archive_reader.h"
#include "os/file.h"
#include "os/servant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_WANTED = 4096, MAX_PATH = 3000 };
static const size_t MAX_MEMBER = (size_t)4 << 30, MEMORY = 256 << 20;

/* ---- the reader, as a servant ---- */

struct source {
    struct file_map map;
    struct servant *servant;
};

static int source_open(struct source *s, const char *path, const char *const *wanted,
                       size_t max_size, struct error *err)
{
    struct archive_reader reader = {.wanted = wanted, .max_size = max_size};
    struct servant_task task = {
        .name = "the decoder",
        .work = archive_reader_next,
        .context = &reader,
        .prepare = archive_reader_prepare,
        .room = sizeof(struct archive_piece),
        .memory = MEMORY + 2 * max_size, /* a text grows by doubling */
    };

    *s = (struct source){0};
    if (file_map_open(path, &s->map, err) < 0)
        return -1;
    reader.bytes = s->map.bytes;
    reader.size = s->map.size;
    return servant_open(&task, &s->servant, err);
}

static void source_close(struct source *s)
{
    servant_close(s->servant);
    file_map_close(&s->map);
}

/* The next piece without its bytes, which are at *ret_bytes until the next call. Its kind and its size
 * are sound, the rest is for the caller to check. */
static int source_next(struct source *s, struct archive_head *ret_head,
                       const unsigned char **ret_bytes, struct error *err)
{
    const struct archive_piece *p = servant_room(s->servant);

    if (servant_call(s->servant, err) < 0)
        return -1;
    memcpy(ret_head, &p->head, sizeof *ret_head);
    *ret_bytes = p->bytes;
    if (ret_head->kind <= ARCHIVE_END && ret_head->size <= ARCHIVE_PIECE_SIZE)
        return 0;
    if (ret_head->kind != ARCHIVE_BAD)
        return error_set(err, "the decoder talks nonsense");
    ret_head->reason[sizeof ret_head->reason - 1] = '\0';
    text_make_plain(ret_head->reason, strlen(ret_head->reason), "");
    return error_set(err, "%s", ret_head->reason);
}

/* ---- gzip ---- */

static int read_gzip(struct source *s, size_t max_size, struct arena *arena,
                     unsigned char **ret_bytes, size_t *ret_size, struct error *err)
{
    struct archive_head p;
    const unsigned char *bytes;
    unsigned char *to = NULL;
    size_t total = 0, done = 0;

    do {
        if (source_next(s, &p, &bytes, err) < 0)
            return -1;
        if (!to) {
            total = p.total;
            to = total <= max_size ? arena_alloc(arena, total + 1) : NULL;
        }
        if (!to || p.kind == ARCHIVE_MEMBER || p.size > total - done)
            return error_set(err, "the decoder talks nonsense");
        memcpy(to + done, bytes, p.size);
        done += p.size;
    } while (p.kind != ARCHIVE_END);
    *ret_bytes = to;
    *ret_size = done;
    return done == total ? 0 : error_set(err, "the decoder talks nonsense");
}

int archive_read_gzip(const char *path, size_t max_size, struct arena *arena,
                      unsigned char **ret_bytes, size_t *ret_size, struct error *err)
{
    struct source s;
    int result = source_open(&s, path, NULL, max_size, err);

    if (result == 0)
        result = read_gzip(&s, max_size, arena, ret_bytes, ret_size, err);
    if (result < 0 && s.servant)
        error_context(err, "gzip file \"%s\"", path);
    source_close(&s);
    return result;
}

/* ---- members into files ---- */

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

/* The members that were asked for, in files under temporary names until all are there. */
struct unpacking {
    const char *directory;
    const char *const *wanted; /* [n] */
    int n;
    char (*temporary)[FILE_PATH_SIZE]; /* [n] beside where it shall stand; "": it was not seen yet */
    int at, fd;                        /* the one that is written; fd -1: none */
    size_t size;
};

static int fail(const struct unpacking *u, int i, struct error *err)
{
    return error_set_status(err, EXIT_STORAGE, "could not write \"%s\": %s", u->wanted[i],
                            strerror(errno));
}

static int begin_member(struct unpacking *u, uint32_t i, struct error *err)
{
    const char *leaf;
    int folder;

    if (i >= (uint32_t)u->n)
        return error_set(err, "the decoder talks nonsense");
    if (u->temporary[i][0])
        return error_set(err, "\"%s\" is in it twice", u->wanted[i]);
    folder = open_folder(u->directory, u->wanted[i], &leaf, err);
    if (folder < 0)
        return -1;
    u->at = (int)i;
    u->size = 0;
    u->fd = file_open_temporary(folder, leaf, u->temporary[i]);
    if (u->fd < 0)
        fail(u, u->at, err);
    close(folder);
    return u->fd < 0 ? -1 : 0;
}

static int write_member(struct unpacking *u, const unsigned char *bytes, size_t size,
                        struct error *err)
{
    if (u->fd < 0)
        return error_set(err, "the decoder talks nonsense");
    u->size += size;
    if (u->size > MAX_MEMBER)
        return error_set(err, "\"%s\" is larger than %zu bytes", u->wanted[u->at], MAX_MEMBER);
    return write_all(u->fd, (const char *)bytes, size) < 0 ? fail(u, u->at, err) : 0;
}

static int end_member(struct unpacking *u, struct error *err)
{
    int fd = u->fd;

    u->fd = -1;
    if (fd < 0)
        return 0;
    if (fsync(fd) < 0) {
        fail(u, u->at, err);
        close(fd);
        return -1;
    }
    return close(fd) < 0 ? fail(u, u->at, err) : 0;
}

static int take_members(struct unpacking *u, struct source *s, struct error *err)
{
    struct archive_head p;
    const unsigned char *bytes;

    do {
        if (source_next(s, &p, &bytes, err) < 0)
            return -1;
        if (p.kind == ARCHIVE_BYTES ? write_member(u, bytes, p.size, err) < 0
                                    : end_member(u, err) < 0 || (p.kind == ARCHIVE_MEMBER &&
                                                                 begin_member(u, p.member, err) < 0))
            return -1;
    } while (p.kind != ARCHIVE_END);
    for (int i = 0; i < u->n; i++)
        if (!u->temporary[i][0])
            return error_set(err, "\"%s\" is not in it", u->wanted[i]);
    return 0;
}

/* Puts the member where it shall stand, or takes it away. */
static int settle(struct unpacking *u, int i, bool is_good, struct error *err)
{
    const char *leaf;
    int folder, result = 0;

    if (!u->temporary[i][0])
        return 0;
    folder = open_folder(u->directory, u->wanted[i], &leaf, err);
    if (folder < 0)
        return -1;
    if (is_good && renameat(folder, u->temporary[i], folder, leaf) < 0)
        result = fail(u, i, err);
    if (!is_good || result < 0)
        unlinkat(folder, u->temporary[i], 0);
    close(folder);
    return result;
}

int archive_unpack(const char *path, const char *directory, const char *const *wanted,
                   struct error *err)
{
    struct arena arena = {0};
    struct unpacking u = {.directory = directory, .wanted = wanted, .fd = -1};
    struct error ignored;
    struct source s;
    int result;

    for (; wanted[u.n]; u.n++)
        if (u.n == MAX_WANTED || !is_plain(wanted[u.n]))
            return error_set(err, "\"%s\" is not a plain relative path", wanted[u.n]);
    u.temporary = arena_alloc(&arena, (size_t)u.n * sizeof *u.temporary);
    result = source_open(&s, path, wanted, 0, err);
    if (result == 0)
        result = take_members(&u, &s, err);
    source_close(&s);
    if (result < 0)
        end_member(&u, &ignored);
    for (int i = 0; i < u.n; i++)
        if (settle(&u, i, result == 0, result == 0 ? err : &ignored) < 0 && result == 0)
            result = -1;
    arena_release(&arena);
    return result < 0 ? error_context(err, "archive \"%s\"", path) : 0;
}
