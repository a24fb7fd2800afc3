/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A data root with a folder of pictures, "set", for tests of what reads such. Behind cmocka.h. */
#ifndef TESTS_PICTURES_FIXTURE_H
#define TESTS_PICTURES_FIXTURE_H

#include "data/dataset.h"
#include "reference/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SMALL = 12 }; /* reference_sides[0] */

static inline uint64_t weigh(const unsigned char *bytes, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)bytes[i] * (i + 1);
    return sum;
}

struct root {
    struct arena arena;
    char path[64];
    char before[1024];
    struct settings description, settings;
};

static inline void write_file(struct root *r, const char *name, const unsigned char *bytes, size_t size)
{
    struct error err;
    const char *path = arena_printf(&r->arena, "%s/set/%s", r->path, name);
    const char *slash = strrchr(path, '/');

    assert_int_equal(file_make_directory(arena_printf(&r->arena, "%.*s", (int)(slash - path), path),
                                         &err), 0);
    assert_int_equal(file_write(path, bytes, size, &err), 0);
}

/* The reference picture i, as the file `name`. */
static inline void write_picture(struct root *r, const char *name, int i)
{
    write_file(r, name, reference_pictures[i].bytes, reference_pictures[i].size);
}

/* An empty one of that format; the process stands in the root, where the cache then is. */
static inline struct root *make_empty_root(const char *format)
{
    struct root *r = calloc(1, sizeof *r);

    assert_non_null(getcwd(r->before, sizeof r->before));
    /* In memory where the system has such: files are synced by the hundred. */
    snprintf(r->path, sizeof r->path, "%s/rgdbench-test-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(r->path));
    assert_int_equal(chdir(r->path), 0);
    settings_init(&r->description, &r->arena);
    settings_init(&r->settings, &r->arena);
    settings_set(&r->description, "format", value_string(format));
    settings_set(&r->description, "folder", value_string("set"));
    settings_set(&r->settings, "data.size", value_number(SMALL));
    settings_set(&r->settings, "data.skip_bad", value_bool(false));
    return r;
}

static inline void free_root(struct root *r)
{
    assert_int_equal(chdir(r->before), 0);
    assert_int_equal(system(arena_printf(&r->arena, "rm -rf %s", r->path)), 0);
    arena_release(&r->arena);
    free(r);
}

#endif
