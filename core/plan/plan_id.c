/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include "base/text.h"

#include <string.h>

static void add_word(struct hash *h, const char *name, const char *value)
{
    hash_update(h, name, strlen(name));
    hash_update(h, value, strlen(value));
    hash_update(h, "\n", 1);
}

void plan_hash_begin(struct hash *h, const char *confirms, const char *measure, const char *select)
{
    hash_init(h, HASH_SHA256);
    if (confirms)
        hash_update(h, confirms, strlen(confirms));
    if (measure && *measure)
        add_word(h, "measure ", measure);
    if (select && *select)
        add_word(h, "select ", select);
}

void plan_hash_run(struct hash *h, const char *method, const char *condition, const char *point,
                   int seed, const char *spec_id)
{
    const char *const before[] = {method, condition, point};
    struct text line = {0};

    for (int i = 0; i < 3; i++) {
        text_add_string(&line, before[i]);
        text_add(&line, "\t", 1);
    }
    text_add_long(&line, seed);
    text_add(&line, "\t", 1);
    text_add_string(&line, spec_id);
    text_add(&line, "\n", 1);
    hash_update(h, line.s, line.size);
    text_release(&line);
}

void plan_set_id(struct plan *plan)
{
    struct hash h;

    plan_hash_begin(&h, plan->confirms, plan->measure, plan->select);
    for (int i = 0; i < plan->n_runs; i++) {
        const struct plan_run *run = &plan->runs[i];

        plan_hash_run(&h, run->method, run->condition, run->point, run->seed, run->id);
    }
    hash_hex(&h, plan->id);
}
