/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * objective_bench: an objective from a text as "kl_dro lambda=2 trim=0.1", for
 * tests. Examples are of N_CLASSES classes, i mod N_CLASSES; environments likewise. */
#ifndef OBJECTIVE_BENCH_H
#define OBJECTIVE_BENCH_H

#include "learn/objective/objective.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_N = 256, N_CLASSES = 3, N_ENVIRONMENTS = 2 };

static const int class_counts[N_CLASSES] = {5000, 300, 20};
static const int environment_counts[N_ENVIRONMENTS] = {100, 50};
static const int both_counts[N_CLASSES * N_ENVIRONMENTS] = {4000, 1000, 200, 100, 15, 5};
static const struct objective_data objective_data = {
    .n_classes = N_CLASSES,
    .n_environments = N_ENVIRONMENTS,
    .class_counts = class_counts,
    .environment_counts = environment_counts,
    .both_counts = both_counts,
};

struct objective_bench {
    struct arena arena;
    struct objective o;
    int classes[MAX_N], environments[MAX_N];
};

/* Is "kl_dro lambda=2" of the objective "kl_dro"? */
static inline bool bench_is_of(const char *text, const char *name)
{
    return strcspn(text, " ") == strlen(name) && strncmp(text, name, strlen(name)) == 0;
}

static inline void bench_open_for(struct objective_bench *b, const char *text, const struct objective_data *data)
{
    struct settings s;
    struct error err;
    char copy[200], *rest = NULL, *word;
    const struct component *c;
    void *config, *filter;

    memset(b, 0, sizeof *b);
    snprintf(copy, sizeof copy, "%s", text);
    word = strtok_r(copy, " ", &rest);
    c = component_find(&objective_kind, word, &err);
    assert_non_null(c);
    settings_init(&s, &b->arena);
    while ((word = strtok_r(NULL, " ", &rest))) {
        char *equals = strchr(word, '='), name[64];
        struct value v;

        *equals = '\0';
        snprintf(name, sizeof name, "objective.%s", word);
        assert_int_equal(value_parse(equals + 1, &b->arena, &v, &err), 0);
        settings_set(&s, name, v);
    }
    component_defaults(c, "objective", &s);
    component_defaults(&objective_filter_component, "objective", &s);
    if (component_configure(c, "objective", &s, &b->arena, &config, &err) < 0 ||
        component_configure(&objective_filter_component, "objective", &s, &b->arena, &filter,
                            &err) < 0 ||
        objective_init(&b->o, &b->arena, (const struct objective_type *)c, config, filter,
                       data, MAX_N, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    for (int i = 0; i < MAX_N; i++) {
        b->classes[i] = i % N_CLASSES;
        b->environments[i] = i % N_ENVIRONMENTS;
    }
}

static inline void bench_open(struct objective_bench *b, const char *text)
{
    bench_open_for(b, text, &objective_data);
}

static inline struct objective_batch bench_batch(const struct objective_bench *b,
                                                 const double *losses, int n)
{
    return (struct objective_batch){
        .n = n, .losses = losses, .classes = b->classes, .environments = b->environments};
}

static inline void bench_weigh(struct objective_bench *b, const double *losses, int n,
                               double *ret_weights)
{
    struct objective_batch batch = bench_batch(b, losses, n);

    objective_weigh(&b->o, &batch, ret_weights);
}

static inline double bench_value(struct objective_bench *b, const double *losses, int n)
{
    struct objective_batch batch = bench_batch(b, losses, n);

    return objective_value(&b->o, &batch);
}

#endif
