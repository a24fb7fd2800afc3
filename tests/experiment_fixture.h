/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * experiment_fixture: an experiment of two methods on drawn shapes, and words of the command line that change it. */
#ifndef TESTS_EXPERIMENT_FIXTURE_H
#define TESTS_EXPERIMENT_FIXTURE_H

#include "plan/override.h"
#include "plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct data_description data[2];

static void put(struct experiment *e, struct experiment_method *m, const char *key,
                const char *values)
{
    struct value list;
    struct error err;

    assert_int_equal(value_parse(values, &arena, &list, &err), 0);
    if (experiment_check(e, m, key, list.items, list.n_items, &err) != SETTING_FITS)
        fail_msg("%s: %s", key, err.text);
    experiment_put(e, m, key, list.items, list.n_items);
}

static void add_method(struct experiment *e, const char *label, const char *objective)
{
    struct experiment_method *m = &e->methods[e->n_methods++];

    m->label = label;
    grid_init(&m->grid, &arena);
    put(e, m, "objective", objective);
}

/* erm, and rgd with two clip levels; two learning rates; 3 seeds: 18 runs. */
static struct experiment sample(void)
{
    struct experiment e = {.arena = &arena,
                           .name = "sample",
                           .title = "Sample",
                           .question = "",
                           .overrides = "",
                           .source = "",
                           .baseline = "erm",
                           .default_methods = "",
                           .n_seeds = 3,
                           .data = data,
                           .n_data = 2};

    grid_init(&e.grid, &arena);
    put(&e, NULL, "data", "[\"shapes\"]");
    put(&e, NULL, "data.train_per_class", "[8]");
    put(&e, NULL, "data.test_per_class", "[2]");
    put(&e, NULL, "data.validation", "[2]");
    put(&e, NULL, "train.lr", "[0.1,0.2]");
    add_method(&e, "erm", "[\"erm\"]");
    add_method(&e, "rgd", "[\"rgd\"]");
    put(&e, &e.methods[1], "objective.clip", "[1,3]");
    return e;
}

static void apply(struct experiment *e, const char *word)
{
    struct error err;

    if (override_apply(e, word, &err) < 0)
        fail_msg("%s: %s", word, err.text);
}

static int set_up(void **state)
{
    static const char *const texts[2][2] = {
        {"photos", "classes = [\"a\",\"b\"]\ndoc = \"x\"\nformat = \"cifar\"\nlabel_bytes = 1\n"
                   "test = [\"b.bin\"]\ntrain = [\"a.bin\"]\n"},
        {"shapes", "doc = \"x\"\nformat = \"shapes\"\n"},
    };
    struct error err;

    (void)state;
    for (int i = 0; i < 2; i++) {
        data[i].name = texts[i][0];
        settings_init(&data[i].settings, &arena);
        if (settings_parse(&data[i].settings, texts[i][1], &err) < 0)
            return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

#endif
