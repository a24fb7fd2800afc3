/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which data sets stay open: the last, and drawn ones beside it as there is room. */
#include "learn/data_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

/* Drawn shapes, a picture of each class in training for each `n`; gives where the pictures are. */
static const struct dataset *open_shapes(struct data_cache *cache, int n)
{
    struct settings s, description;
    const struct dataset *d;
    struct error err;
    char text[200];

    settings_init(&s, &arena);
    settings_init(&description, &arena);
    snprintf(text, sizeof text, "data = \"shapes\"\ndata.format = \"shapes\"\ndata.train_per_class = %d\n"
                                "data.test_per_class = 1\ndata.difficulty = 0.5\n", n);
    assert_int_equal(settings_parse(&s, text, &err), 0);
    assert_int_equal(settings_parse(&description, "format = \"shapes\"\n", &err), 0);
    if (data_cache_open(cache, &s, &description, NULL, &d, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(d->train.n, n * d->n_classes);
    return d;
}

static void test_room(void **state)
{
    static const struct {
        double room;
        int n_open; /* behind five that are different, and the first again */
        bool is_kept;
    } cases[] = {{0, 1, false}, {1e9, 5, true}, {200e3, 2, false}};

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct data_cache cache = {.room = cases[c].room};
        const unsigned char *first = open_shapes(&cache, 1)->train.values[0].bytes[0];

        for (int n = 2; n <= 5; n++)
            open_shapes(&cache, n);
        assert_int_equal(open_shapes(&cache, 1)->train.values[0].bytes[0] == first, cases[c].is_kept);
        if (cache.n != cases[c].n_open)
            fail_msg("room for %g: %d are open, not %d", cases[c].room, cache.n, cases[c].n_open);
        data_cache_close(&cache);
        assert_int_equal(cache.n, 0);
    }
    arena_release(&arena);
}

static void test_most(void **state)
{
    struct data_cache cache = {.room = 1e9};

    (void)state;
    for (int n = 1; n <= DATA_CACHE_MAX + 3; n++)
        open_shapes(&cache, n);
    assert_int_equal(cache.n, DATA_CACHE_MAX);
    for (int n = DATA_CACHE_MAX + 3; n > 3; n--)
        open_shapes(&cache, n);
    assert_int_equal(cache.n, DATA_CACHE_MAX);
    data_cache_close(&cache);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
