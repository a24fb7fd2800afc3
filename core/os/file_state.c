/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/file_state.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int look(const char *path, struct stat *ret_stat)
{
    int result;

    do
        result = stat(path, ret_stat);
    while (result < 0 && errno == EINTR); /* of the network */
    return result;
}

static struct file_state state_of(const char *path, const struct stat *st)
{
    return (struct file_state){.path = path,
                               .device = st->st_dev,
                               .inode = st->st_ino,
                               .size = st->st_size,
                               .modified = nanoseconds(st->st_mtim),
                               .changed = nanoseconds(st->st_ctim)};
}

/* By the clock that files get their times from; one that was set back is not waited for. */
static bool is_of_this_tick(const struct stat *st)
{
    enum { SECOND = 1000000000 };
    int64_t changed = nanoseconds(st->st_ctim), now;
    struct timespec t;

    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    now = nanoseconds(t);
    return changed >= now && changed < now + SECOND;
}

int file_state_read(const char *path, struct file_state *ret_state, struct error *err)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    enum { MAX_WAITS = 0 }; /* whose files are always of this tick */
#else
    enum { MAX_WAITS = 100 };
#endif
    struct stat st;

    for (int i = 0;; i++) {
        if (look(path, &st) < 0)
            return error_set(err, "could not open \"%s\": %s", path, strerror(errno));
        if (i == MAX_WAITS || !is_of_this_tick(&st))
            break;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    *ret_state = state_of(path, &st);
    return 0;
}

void file_state_take_sum(struct file_state *state, const void *bytes, size_t size)
{
    if ((int64_t)size != state->size) /* changed between the two: what checks it will say so */
        return;
    state->bytes = bytes;
    state->n_bytes = size;
    checksum_block(bytes, size, state->sum);
}

static int fail(const struct file_state *state, const char *why, struct error *err)
{
    return error_set_status(err, EXIT_STORAGE, "data changed while it was used: \"%s\"%s%s", state->path,
                            *why ? ": " : "", why);
}

static int check_sum(const struct file_state *state, struct error *err)
{
    char sum[HASH_HEX_SIZE];

    checksum_block(state->bytes, state->n_bytes, sum);
    return strcmp(sum, state->sum) == 0 ? 0 : fail(state, "", err);
}

int file_state_check(const struct file_state *state, struct error *err)
{
    struct file_state now = {0};
    struct stat st;
    bool is_there = look(state->path, &st) == 0, is_same;

    if (!is_there && !state->bytes)
        return fail(state, strerror(errno), err);
    if (is_there)
        now = state_of(state->path, &st);
    is_same = is_there && now.device == state->device && now.inode == state->inode;
    if (is_same && now.size == state->size && now.modified == state->modified &&
        now.changed == state->changed)
        return 0;
    if (!state->bytes || (is_same && now.size != state->size))
        return fail(state, "", err);
    return check_sum(state, err); /* it may only have been touched */
}

int file_state_check_bytes(const struct file_state *state, struct error *err)
{
    if (file_state_check(state, err) < 0)
        return -1;
    return state->bytes ? check_sum(state, err) : 0;
}
