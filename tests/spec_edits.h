/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spec_edits: a stored spec made ready as a worker does it, but for the data's digest, and one step of
 * it trained where the program draws its data. For tests/test_specs.c and the fuzz target spec. */
#ifndef TESTS_SPEC_EDITS_H
#define TESTS_SPEC_EDITS_H

#include "work/job.h"

#include <string.h>

static int spec_evaluated(void *context, const struct run_point *point, struct error *err)
{
    (void)context, (void)point, (void)err;
    return 0;
}

static bool spec_should_stop(void *context, long step, long n_steps)
{
    (void)context, (void)n_steps;
    return step >= 1;
}

static void spec_save(void *context, struct text *t)
{
    (void)context, (void)t;
}

static int spec_restore(void *context, const char *journal, struct error *err)
{
    (void)context, (void)journal, (void)err;
    return 0;
}

static void spec_tell(void *context, const char *line)
{
    (void)context, (void)line;
}

/* Small enough for a test, and drawn by the program? */
static bool spec_is_small(const struct settings *s)
{
    static const char *const embedded[] = {"shapes", "shapes_domains", "rare_cluster", "rare_line"};
    const struct value *format = settings_find(s, "data.format");
    bool is_small = false;

    for (int i = 0; i < 4; i++)
        is_small |= strcmp(format->string, embedded[i]) == 0;
    for (int i = 0; i < s->n_items; i++) {
        const struct value *v = &s->items[i].value;

        if (strcmp(s->items[i].name, "train.seed") != 0 && v->kind == VALUE_NUMBER)
            is_small &= v->number <= 400;
        for (int k = 0; k < v->n_items; k++)
            is_small &= v->items[k].kind == VALUE_NUMBER && v->items[k].number <= 50;
    }
    return is_small && !*settings_string(s, "model.init");
}

/* 0, or -1 with an error: trained for a step. */
static int spec_train(const struct settings *s, struct data_cache *cache, struct error *err)
{
    static const struct checkpoint none = {.path = NULL, .interval = 1e9};
    const struct run_observer observer = {.evaluated = spec_evaluated,
                                          .should_stop = spec_should_stop,
                                          .save = spec_save,
                                          .restore = spec_restore,
                                          .tell = spec_tell};
    struct run_input input = {.settings = s, .n_threads = 1, .checkpoint = &none};
    struct arena arena = {0};
    struct settings description;
    struct run_result result;
    int status;

    settings_init(&description, &arena);
    settings_set(&description, "format", *settings_find(s, "data.format"));
    status = data_cache_open(cache, s, &description, NULL, &input.dataset, err);
    if (status == 0)
        status = run_train(&input, &observer, &result, err);
    arena_release(&arena);
    return status;
}

#endif
