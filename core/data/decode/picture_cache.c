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

static const char MAGIC[32] = "rgdbench pictures 3\n";

enum { PAGE = 4096 };

struct head {
    char magic[32];
    uint64_t n_files, n_kept, n_turned, side, left_out_size;
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
        cache_file_tell_damage(listener, &err);
    file_map_close(&map);
    return is_known && strspn(ret_key, "0123456789abcdef") == HASH_HEX_SIZE - 1;
}

/* The name of the cache file, without reading the pictures where they are known. */
static int find_key(const struct folders *f, const struct picture_form *form,
                    const struct listener *listener, struct arena *arena, const char **ret_path,
                    struct error *err)
{
    const char *settings = arena_printf(arena, "%.20s%d x %d%s\n", MAGIC, form->side, form->side,
                                        form->follows_exif ? ", turned" : "");
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

/* `left_out`, a line for each bad file, as an error: as many of them as there is room for beside what will be
 * put in front of it. */
static int refuse(const struct folders *f, const char *left_out, struct error *err)
{
    enum { MOST = 20, ROOM = sizeof err->text - 400 };
    struct text t = {0};
    int n = 0, n_named = 0;

    for (const char *line = left_out, *end; *line; line = end + (*end != '\0'), n++) {
        end = strchrnul(line, '\n');
        if (n_named < n || n == MOST || (n > 0 && t.size + (size_t)(end - line) > ROOM))
            continue;
        text_printf(&t, "%s%.*s", n ? "; " : "", (int)(end - line < ROOM ? end - line : ROOM), line);
        n_named++;
    }
    error_set(err, "%d bad file%s in \"%.200s\": %s", n, n == 1 ? "" : "s", f->root, t.s ? t.s : "");
    if (n > n_named)
        snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text), "; and %d more",
                 n - n_named);
    snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text),
             "; data.skip_bad=true leaves such out");
    text_release(&t);
    return -1;
}

/* A line for each file left out, and why; plain, as a file may be called anything. */
static void write_left_out(const struct folders *f, const struct decoded *decoded, struct text *t)
{
    for (int i = 0; i < f->n_files; i++) {
        size_t before = t->size;

        if (!decoded[i].reason)
            continue;
        text_printf(t, "%s: %s", f->files[i].path, decoded[i].reason);
        text_make_plain(t->s + before, t->size - before, "");
        text_add_string(t, "\n");
    }
}

/* Moves the kept pictures together and writes what is before them into map[...], which has
 * room. Gives the size up to the text of those left out, which has left_out_size bytes. */
static size_t finish(const struct folders *f, int side, const struct decoded *decoded,
                     size_t left_out_size, unsigned char *map)
{
    struct head head = {.n_files = (uint64_t)f->n_files, .side = (uint64_t)side,
                        .left_out_size = left_out_size};
    unsigned char *kept = map + sizeof head, *pixels = map + pixels_at((size_t)f->n_files);
    size_t size = picture_size(side);

    memcpy(head.magic, MAGIC, sizeof head.magic);
    for (int i = 0; i < f->n_files; i++) {
        kept[i] = !decoded[i].reason;
        if (!kept[i])
            continue;
        if (head.n_kept < (uint64_t)i)
            memmove(pixels + head.n_kept * size, pixels + (size_t)i * size, size);
        head.n_kept++;
        head.n_turned += decoded[i].orientation > 1;
    }
    memcpy(map, &head, sizeof head);
    return pixels_at((size_t)f->n_files) + head.n_kept * size;
}

static int fail(struct error *err, const char *what, const char *path)
{
    return error_set_status(err, EXIT_STORAGE, "could not %s \"%s\": %s", what, path,
                            strerror(errno));
}

/* Fills the file behind fd. */
static int fill(const struct folders *f, const struct picture_form *form, bool skips_bad,
                const struct listener *listener, int fd, const char *part, struct error *err)
{
    size_t size = pixels_at((size_t)f->n_files) + (size_t)f->n_files * picture_size(form->side), end;
    struct arena arena = {0};
    struct decoded *decoded = arena_alloc(&arena, (size_t)f->n_files * sizeof *decoded);
    struct text left_out = {0};
    unsigned char *map = MAP_FAILED;
    int result = -1;

    /* Room first: where it runs out under a mapping, the process would be killed. */
    errno = ftruncate(fd, 0) < 0 ? errno : posix_fallocate(fd, 0, (off_t)size);
    if (errno) {
        fail(err, "make room in", part);
        goto out;
    }
    if (decoders_run(f, form, listener, fd, (off_t)pixels_at((size_t)f->n_files), decoded, &arena,
                     err) < 0)
        goto out;
    write_left_out(f, decoded, &left_out);
    if (!skips_bad && left_out.size) {
        refuse(f, left_out.s, err);
        goto out;
    }
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        fail(err, "map", part);
        goto out;
    }
    end = finish(f, form->side, decoded, left_out.size, map);
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
        head->n_kept > head->n_files || head->n_turned > head->n_kept || head->left_out_size > size ||
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
    int got = cache_file_open_watched(path, &c->map, &c->state, err);

    if (got <= 0)
        return got;
    head = (const void *)c->map.bytes;
    if (!is_of(f, side, head, c->state.n_bytes)) {
        error_set(err, "\"%s\" is damaged (its head is wrong)", path);
        file_map_close(&c->map);
        return 0;
    }
    c->kept = c->map.bytes + sizeof *head;
    c->pixels = c->map.bytes + pixels_at((size_t)f->n_files);
    c->n_kept = (int)head->n_kept;
    c->n_turned = (int)head->n_turned;
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

static int build(const struct folders *f, const struct picture_form *form, bool skips_bad,
                 const struct listener *listener, const char *path, struct error *err)
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
    if (is_sound(f, form->side, path))
        goto out;
    result = fill(f, form, skips_bad, listener, fd, part, err);
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

int picture_cache_open(const struct folders *folders, const struct picture_form *form,
                       bool skips_bad, const struct listener *listener, struct arena *arena,
                       struct picture_cache *ret_cache, struct error *err)
{
    struct picture_cache c = {0};
    const char *path;
    int got;

    if (find_key(folders, form, listener, arena, &path, err) < 0)
        return -1;
    got = picture_cache_read(folders, form->side, path, arena, &c, err);
    if (got == 0) {
        cache_file_tell_damage(listener, err);
        if (build(folders, form, skips_bad, listener, path, err) < 0)
            return -1;
        got = picture_cache_read(folders, form->side, path, arena, &c, err);
        if (got == 0)
            return cache_file_fail_made(path, err);
    }
    if (got < 0)
        return -1;
    if (!skips_bad && *c.left_out) {
        refuse(folders, c.left_out, err);
        file_map_close(&c.map);
        return -1;
    }
    *ret_cache = c;
    return 0;
}
