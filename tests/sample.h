/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sample: the drawn pictures in small numbers, for tests that need some data set. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "data/dataset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

/* So many pictures of each of the ten classes; dataset_close frees them. */
static void sample_shapes(int train_per_class, int test_per_class, double difficulty,
                          struct dataset *ret_dataset)
{
    struct arena arena = {0};
    struct settings description, s;
    struct dataset_source source = {.name = "shapes", .description = &description};
    struct error err;

    settings_init(&description, &arena);
    settings_init(&s, &arena);
    settings_set(&description, "format", value_string("shapes"));
    settings_set(&s, "data.train_per_class", value_number(train_per_class));
    settings_set(&s, "data.test_per_class", value_number(test_per_class));
    settings_set(&s, "data.difficulty", value_number(difficulty));
    if (dataset_open(ret_dataset, &source, &s, &err) < 0)
        fail_msg("%s", err.text);
    arena_release(&arena);
}

#endif
