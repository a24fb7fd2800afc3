/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The corpora of tests/fuzz, whole, cut and changed: what `make fuzz` does without end, here
 * for a moment and always the same. */
#include "fuzz/fuzz.h"

#include "math/rng.h"
#include "os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { CHANGES = 100, MAX_CUTS = 100, MAX_SIZE = 1 << 16 };

/* One to four bytes overwritten. */
static void change(struct rng *rng, uint8_t *bytes, size_t size)
{
    for (uint32_t n = 1 + rng_below(rng, 4); n > 0; n--)
        bytes[rng_below(rng, (uint32_t)size)] = (uint8_t)rng_next(rng);
}

static void replay(const struct fuzz_target *t, const char *folder, const char *name,
                   struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    struct rng rng = rng_derive(rng_seed(1), path);
    struct file_map map;
    struct error err;
    uint8_t *copy;

    if (file_map_open(path, &map, &err) < 0)
        fail_msg("%s", err.text);
    assert_in_range(map.size, 1, MAX_SIZE);
    t->run(map.bytes, map.size);
    for (size_t i = 0; i < MAX_CUTS && i < map.size; i++)
        t->run(map.bytes, map.size * i / MAX_CUTS);
    copy = arena_alloc(arena, map.size);
    for (int i = 0; i < CHANGES; i++) {
        memcpy(copy, map.bytes, map.size);
        change(&rng, copy, map.size);
        t->run(copy, map.size);
    }
    file_map_close(&map);
}

static void test_corpora(void **state)
{
    struct arena arena = {0};
    struct error err;

    (void)state;
    for (const struct fuzz_target *t = fuzz_targets; t->name; t++) {
        const char *folder = arena_printf(&arena, "tests/fuzz/%s", t->name);
        const char *const *names = file_names(folder, "", &arena, &err);

        if (!names || !names[0])
            fail_msg("%s: no seeds", folder);
        for (int i = 0; names[i]; i++)
            replay(t, folder, names[i], &arena);
    }
    fuzz_clean();
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpora)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
