/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file: struct head, kept[n_files], up to a multiple of 4096 bytes, the pixels of the kept
 * pictures, the text of those left out, the seal (cache_file.h). */
#include "data/decode/picture_cache.h"

#include "base/hash.h"
#include "base/text.h"
#include "data/decode/cache_file.h"
#include "data/decode/decoders.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

static const char MAGIC[32] = "rgdbench pictures 2\n";

enum { PAGE = 4096 };

struct head {
    char magic[32];
    uint64_t n_files, n_kept, side, left_out_size;
};

static size_t pixels_at(size_t n_files)
{
    return (sizeof(struct head) + n_files + PAGE - 1) / PAGE * PAGE;
}

static size_t picture_size(int side)
{
    return 3 * (size_t)side * (size_t)side;
}

/* ---- what a folder's contents hash to ---- */

static void hash_text(struct hash *h, const char *s)
{
    hash_update(h, s, strlen(s) + 1);
}

/* Not mapped: to map a small file costs more than to copy it. */
static int read_picture(const struct folders *f, int i, struct arena *arena,
                        const unsigned char **ret_bytes, size_t *ret_size, struct error *err)
{
    const char *path = arena_printf(arena, "%s/%s", f->root, f->files[i].path);
    char *text;

    if (file_read(path, DECODERS_MAX_FILE, arena, &text, ret_size, err) < 0)
        return -1;
    *ret_bytes = (const unsigned char *)text;
    return 0;
}

/* Of paths, sizes, inodes and times. */
static void hash_states(const struct folders *f, const char *settings, char ret_hex[HASH_HEX_SIZE])
{
    char *root = realpath(f->root, NULL);
    struct hash h;

    hash_init(&h, HASH_SHA256);
    hash_text(&h, settings);
    hash_text(&h, root ? root : f->root);
    for (int i = 0; i < f->n_files; i++) {
        const struct folder_file *file = &f->files[i];
        int64_t state[] = {file->error, file->size, file->inode, file->modified, file->changed};

        hash_text(&h, file->path);
        hash_update(&h, state, sizeof state);
    }
    hash_hex(&h, ret_hex);
    free(root);
}

static int hash_contents(const struct folders *f, const char *settings, struct error *err,
                         char ret_hex[HASH_HEX_SIZE])
{
    struct arena arena = {0};
    char (*sums)[HASH_HEX_SIZE] = arena_alloc(&arena, (size_t)f->n_files * sizeof *sums);
    struct hash h;
    int result = 0;

#pragma omp parallel
    {
        struct arena own = {0};

#pragma omp for schedule(dynamic, 64)
        for (int i = 0; i < f->n_files; i++) {
            const unsigned char *bytes;
            size_t size;
            struct error error;

            if (!decoders_may_read(&f->files[i]))
                continue;
            arena_clear(&own);
            if (read_picture(f, i, &own, &bytes, &size, &error) == 0) {
                hash_block(bytes, size, sums[i]);
                continue;
            }
#pragma omp critical
            if (result == 0) {
                result = -1;
                *err = error;
            }
        }
        arena_release(&own);
    }
    hash_init(&h, HASH_SHA256);
    hash_text(&h, settings);
    for (int i = 0; i < f->n_files; i++) {
        hash_text(&h, f->files[i].path);
        hash_text(&h, sums[i]);
    }
    hash_hex(&h, ret_hex);
    arena_release(&arena);
    return result;
}

static void tell(const struct listener *listener, const char *line, bool is_last)
{
    if (listener)
        listener->tell(listener->context, line, is_last);
}

static void tell_damage(const struct listener *listener, const struct error *err)
{
    char line[sizeof err->text + 30];

    snprintf(line, sizeof line, "%s: it is made anew", err->text);
    if (*err->text)
        tell(listener, line, true);
}

/* Is some file so young that a change of it later in the same tick of the clock, which is seconds
 * on some file systems, would not be seen? */
static bool is_young(const struct folders *f)
{
    double newest = 0;

    for (int i = 0; i < f->n_files; i++)
        newest = fmax(newest, (double)f->files[i].changed / 1e9);
    return clock_wall() - newest < 2.5;
}

/* What is remembered of the folder's contents; false where it has to be found. */
static bool read_known(const char *path, const struct listener *listener,
                       char ret_key[HASH_HEX_SIZE])
{
    struct file_map map = {0};
    struct error err;
    char sum[HASH_HEX_SIZE];
    size_t size = 0;
    bool is_known = cache_file_open(path, &map, &size, sum, &err) > 0 && size == HASH_HEX_SIZE - 1;

    if (is_known)
        snprintf(ret_key, HASH_HEX_SIZE, "%.*s", (int)size, (const char *)map.bytes);
    else
        tell_damage(listener, &err);
    file_map_close(&map);
    return is_known && strspn(ret_key, "0123456789abcdef") == HASH_HEX_SIZE - 1;
}

/* The name of the cache file, without reading the pictures where they are known. */
static int find_key(const struct folders *f, int side, const struct listener *listener,
                    struct arena *arena, const char **ret_path, struct error *err)
{
    const char *settings = arena_printf(arena, "%.20s%d x %d\n", MAGIC, side, side);
    char state[HASH_HEX_SIZE], key[HASH_HEX_SIZE];
    bool young = is_young(f);
    const char *known;

    hash_states(f, settings, state);
    known = arena_printf(arena, "%s/%s.known", CACHE_FOLDER, state);
    if (!read_known(known, listener, key)) {
        if (hash_contents(f, settings, err, key) < 0 ||
            (!young && cache_file_write(known, key, HASH_HEX_SIZE - 1, err) < 0))
            return -1;
    }
    *ret_path = arena_printf(arena, "%s/%s.pictures", CACHE_FOLDER, key);
    return 0;
}

/* ---- the file ---- */

static int refuse(const struct folders *f, const char *const *reasons, struct error *err)
{
    int n = 0, first = -1;

    for (int i = 0; i < f->n_files; i++) {
        if (!reasons[i])
            continue;
        first = first < 0 ? i : first;
        n++;
    }
    if (n == 0)
        return 0;
    error_set(err, "\"%s/%s\": %.200s", f->root, f->files[first].path, reasons[first]);
    if (n > 1)
        snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text),
                 "; and %d files more", n - 1);
    snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text),
             "; data.skip_bad=true leaves such out");
    return -1;
}

/* Moves the kept pictures together and writes what is around them into map[...], which has
 * room; the text comes back in *ret_left_out. Gives the size up to the text. */
static size_t finish(const struct folders *f, int side, const char *const *reasons,
                     unsigned char *map, struct text *ret_left_out)
{
    struct head head = {.n_files = (uint64_t)f->n_files, .side = (uint64_t)side};
    unsigned char *kept = map + sizeof head, *pixels = map + pixels_at((size_t)f->n_files);
    size_t size = picture_size(side);

    memcpy(head.magic, MAGIC, sizeof head.magic);
    for (int i = 0; i < f->n_files; i++) {
        kept[i] = !reasons[i];
        if (reasons[i]) {
            text_printf(ret_left_out, "%s: %s\n", f->files[i].path, reasons[i]);
            continue;
        }
        if (head.n_kept < (uint64_t)i)
            memmove(pixels + head.n_kept * size, pixels + (size_t)i * size, size);
        head.n_kept++;
    }
    head.left_out_size = ret_left_out->size;
    memcpy(map, &head, sizeof head);
    return pixels_at((size_t)f->n_files) + head.n_kept * size;
}

static int fail(struct error *err, const char *what, const char *path)
{
    return error_set_status(err, EXIT_STORAGE, "could not %s \"%s\": %s", what, path,
                            strerror(errno));
}

/* Fills the file behind fd. */
static int fill(const struct folders *f, int side, bool skips_bad, const struct listener *listener,
                int fd, const char *part, struct error *err)
{
    size_t size = pixels_at((size_t)f->n_files) + (size_t)f->n_files * picture_size(side), end;
    struct arena arena = {0};
    const char **reasons = arena_alloc(&arena, (size_t)f->n_files * sizeof *reasons);
    struct text left_out = {0};
    unsigned char *map = MAP_FAILED;
    int result = -1;

    /* Room first: where it runs out under a mapping, the process would be killed. */
    errno = ftruncate(fd, 0) < 0 ? errno : posix_fallocate(fd, 0, (off_t)size);
    if (errno) {
        fail(err, "make room in", part);
        goto out;
    }
    if (decoders_run(f, side, listener, fd, (off_t)pixels_at((size_t)f->n_files), reasons, &arena,
                     err) < 0)
        goto out;
    if (!skips_bad && refuse(f, reasons, err) < 0)
        goto out;
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        fail(err, "map", part);
        goto out;
    }
    end = finish(f, side, reasons, map, &left_out);
    if (msync(map, size, MS_SYNC) < 0 || ftruncate(fd, (off_t)end) < 0 ||
        (left_out.size &&
         pwrite(fd, left_out.s, left_out.size, (off_t)end) != (ssize_t)left_out.size) ||
        fsync(fd) < 0) {
        fail(err, "write", part);
        goto out;
    }
    result = 0;
out:
    if (map != MAP_FAILED)
        munmap(map, size);
    text_release(&left_out);
    arena_release(&arena);
    return result;
}

/* Does a sealed file say what it must of this folder? */
static bool is_of(const struct folders *f, int side, const struct head *head, size_t size)
{
    size_t start = pixels_at((size_t)f->n_files), n_kept = 0;
    const unsigned char *kept = (const unsigned char *)(head + 1);

    if (size < start || memcmp(head->magic, MAGIC, sizeof MAGIC) != 0 ||
        head->n_files != (uint64_t)f->n_files || head->side != (uint64_t)side ||
        head->n_kept > head->n_files || head->left_out_size > size ||
        size != start + head->n_kept * picture_size(side) + head->left_out_size)
        return false;
    for (int i = 0; i < f->n_files; i++) {
        if (kept[i] > 1)
            return false;
        n_kept += kept[i];
    }
    return n_kept == head->n_kept;
}

int picture_cache_read(const struct folders *f, int side, const char *path, struct arena *arena,
                       struct picture_cache *c, struct error *err)
{
    const struct head *head;
    size_t size;
    int got;

    *err = (struct error){0};
    if (!file_exists(path))
        return 0;
    if (file_state_read(path, &c->state, err) < 0)
        return -1;
    got = cache_file_open(path, &c->map, &size, c->state.sum, err);
    if (got <= 0)
        return got;
    c->state.bytes = c->map.bytes;
    c->state.n_bytes = size;
    head = (const void *)c->map.bytes;
    if (!is_of(f, side, head, size)) {
        error_set(err, "\"%s\" is damaged (its head is wrong)", path);
        file_map_close(&c->map);
        return 0;
    }
    c->kept = c->map.bytes + sizeof *head;
    c->pixels = c->map.bytes + pixels_at((size_t)f->n_files);
    c->n_kept = (int)head->n_kept;
    c->left_out = arena_printf(arena, "%.*s", (int)head->left_out_size,
                               (const char *)c->pixels + head->n_kept * picture_size(side));
    return 1;
}

static bool is_sound(const struct folders *f, int side, const char *path)
{
    struct picture_cache c = {0};
    struct arena arena = {0};
    struct error ignored;
    bool result = picture_cache_read(f, side, path, &arena, &c, &ignored) > 0;

    file_map_close(&c.map);
    arena_release(&arena);
    return result;
}

static int build(const struct folders *f, int side, bool skips_bad, const struct listener *listener,
                 const char *path, struct error *err)
{
    struct arena arena = {0};
    const char *part = arena_printf(&arena, "%s.part", path);
    int fd = -1, result = -1;

    if (file_make_directory(CACHE_FOLDER, err) < 0)
        goto out;
    fd = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0 || flock(fd, LOCK_EX) < 0) { /* another may be at it: then it is done now */
        fail(err, "write", part);
        goto out;
    }
    result = 0;
    if (is_sound(f, side, path))
        goto out;
    result = fill(f, side, skips_bad, listener, fd, part, err);
    /* Read twice, for the name and to be decoded: both times they were the same. */
    if (result == 0 && (folders_check(f, err) < 0 || cache_file_seal(fd, path, err) < 0))
        result = -1;
    if (result == 0 && rename(part, path) < 0)
        result = fail(err, "write", path);
    if (result < 0)
        unlink(part);
out:
    if (fd >= 0)
        close(fd);
    arena_release(&arena);
    return result;
}

int picture_cache_open(const struct folders *folders, int side, bool skips_bad,
                       const struct listener *listener, struct arena *arena,
                       struct picture_cache *ret_cache, struct error *err)
{
    struct picture_cache c = {0};
    const char *path;
    int got;

    if (find_key(folders, side, listener, arena, &path, err) < 0)
        return -1;
    got = picture_cache_read(folders, side, path, arena, &c, err);
    if (got == 0) {
        tell_damage(listener, err);
        if (build(folders, side, skips_bad, listener, path, err) < 0)
            return -1;
        got = picture_cache_read(folders, side, path, arena, &c, err);
        if (got == 0)
            return error_set_status(err, EXIT_STORAGE, "\"%s\" was made and is gone or damaged at "
                                    "once: does the disk, or another program, change it?", path);
    }
    if (got < 0)
        return -1;
    if (!skips_bad && *c.left_out) {
        const struct folder_file *first = folders->files;

        for (const unsigned char *kept = c.kept; *kept; kept++)
            first++;
        error_set(err, "\"%s/%s\"%.*s; data.skip_bad=true leaves such out", folders->root, first->path,
                  (int)strcspn(c.left_out, "\n") - (int)strlen(first->path), c.left_out + strlen(first->path));
        file_map_close(&c.map);
        return -1;
    }
    *ret_cache = c;
    return 0;
}
