/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/decode/cache_file.h"

#include "base/checksum.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char CACHE_FOLDER[] = "cache";

static const char MARK[] = "rgdbench sum 1 ";

enum { SEAL_SIZE = sizeof MARK - 1 + HASH_HEX_SIZE }; /* the mark, the digits and a newline */

/* Of the sum of its bytes. With the name, since one file's content in the place of another's is damage, too. */
static void make_seal(const char *path, const char sum[HASH_HEX_SIZE], char ret_seal[SEAL_SIZE + 1])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char hex[HASH_HEX_SIZE];
    struct hash h;

    hash_init(&h, HASH_SHA256);
    hash_update(&h, name, strlen(name) + 1);
    hash_update(&h, sum, HASH_HEX_SIZE);
    hash_hex(&h, hex);
    snprintf(ret_seal, SEAL_SIZE + 1, "%s%s\n", MARK, hex);
}

/* What is wrong with it, or NULL. */
static const char *find_fault(const char *path, const struct file_map *map, char ret_sum[HASH_HEX_SIZE])
{
    const unsigned char *seal = map->bytes + map->size - SEAL_SIZE;
    char wanted[SEAL_SIZE + 1];

    if (map->size < SEAL_SIZE || memcmp(seal, MARK, sizeof MARK - 1) != 0)
        return "no checksum at its end: cut off, or of an older version";
    checksum_block(map->bytes, map->size - SEAL_SIZE, ret_sum);
    make_seal(path, ret_sum, wanted);
    return memcmp(seal, wanted, SEAL_SIZE) == 0 ? NULL : "its checksum is wrong";
}

int cache_file_open(const char *path, struct file_map *ret_map, size_t *ret_size,
                    char ret_sum[HASH_HEX_SIZE], struct error *err)
{
    bool is_there, is_file;
    const char *fault;
    struct file_map map;
    struct stat st;

    *err = (struct error){0};
    is_there = stat(path, &st) == 0;
    if (!is_there && (errno == ENOENT || errno == ELOOP))
        return 0;
    is_file = !is_there || S_ISREG(st.st_mode);
    if (file_map_open(path, &map, err) < 0)
        return is_file ? -1 : 0;
    fault = find_fault(path, &map, ret_sum);
    if (fault) {
        error_set(err, "\"%s\" is damaged (%s)", path, fault);
        file_map_close(&map);
        return 0;
    }
    *ret_map = map;
    *ret_size = map.size - SEAL_SIZE;
    return 1;
}

int cache_file_open_watched(const char *path, struct file_map *ret_map, struct file_state *ret_state, struct error *err)
{
    size_t size;
    int got;

    *err = (struct error){0};
    if (!file_exists(path))
        return 0;
    if (file_state_read(path, ret_state, err) < 0)
        return -1;
    got = cache_file_open(path, ret_map, &size, ret_state->sum, err);
    if (got <= 0)
        return got;
    ret_state->bytes = ret_map->bytes;
    ret_state->n_bytes = size;
    return 1;
}

void cache_file_tell_damage(const struct listener *listener, const struct error *why)
{
    char line[sizeof why->text + 30];

    if (!listener || !*why->text)
        return;
    snprintf(line, sizeof line, "%s: it is made anew", why->text);
    listener->tell(listener->context, line, true);
}

int cache_file_fail_made(const char *path, struct error *err)
{
    return error_set_status(err, EXIT_STORAGE, "\"%s\" was made and is gone or damaged at once: does the disk, or another "
                                               "program, change it?", path);
}

int cache_file_seal(int fd, const char *path, struct error *err)
{
    char sum[HASH_HEX_SIZE], seal[SEAL_SIZE + 1];
    struct stat st;
    void *bytes = MAP_FAILED;
    int result = -1;

    if (fstat(fd, &st) == 0)
        bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes != MAP_FAILED) {
        checksum_block(bytes, (size_t)st.st_size, sum);
        make_seal(path, sum, seal);
        munmap(bytes, (size_t)st.st_size);
        if (pwrite(fd, seal, SEAL_SIZE, st.st_size) == SEAL_SIZE && fsync(fd) == 0)
            result = 0;
    }
    return result == 0 ? 0
                       : error_set_status(err, EXIT_STORAGE, "could not write \"%s\": %s", path,
                                          strerror(errno));
}

int cache_file_write(const char *path, const void *bytes, size_t size, struct error *err)
{
    char sum[HASH_HEX_SIZE], seal[SEAL_SIZE + 1];

    checksum_block(bytes, size, sum);
    make_seal(path, sum, seal);
    if (file_make_directory(CACHE_FOLDER, err) < 0)
        return -1;
    return file_write_parts(path, (struct file_part[]){{bytes, size}, {seal, SEAL_SIZE}}, 2, err);
}
