/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sampler: which examples an epoch, or a step of data with environments, sees.
 *
 * An epoch keeps its number of steps. What is drawn depends on the run's seed and on the epoch or step alone, so that
 * there is no state to keep, and methods under one seed and sampler see the same.
 *
 * To add one:
 *   1. write learn/sampler/sampler_NAME.c after the pattern of sampler_balanced.c;
 *   2. end it in `const struct sampler_type sampler_NAME = {...}`;
 *   3. add one line to the list in sampler.c.
 */
#ifndef LEARN_SAMPLER_SAMPLER_H
#define LEARN_SAMPLER_SAMPLER_H

#include "learn/objective/objective.h"
#include "math/rng.h"

/* A list of examples, those of a group one behind the other. */
struct sampler_groups {
    int n;                    /* groups, none of them empty */
    const uint32_t *examples; /* of the list, as often as they are there */
    const int *ends;          /* [n] places in examples, behind each group's last */
};

struct sampler_type {
    struct component component;
    enum objective_by (*by)(const void *config); /* (optional) what makes its groups; BY_NONE without */
    /* ret_examples[n], by `rng`, which is the epoch's or step's. NULL: the protocol draws as it does of itself. */
    void (*draw)(const struct sampler_groups *groups, int n, struct rng rng, uint32_t *ret_examples);
};

extern const struct component_kind sampler_kind;

struct sampler {
    const struct sampler_type *type;
    const void *config;
};

/* Chosen by no name: n / groups->n of each group, without repetition as long as it has others; its configuration is an
 * enum objective_by, and ret_examples has room for as many more as the largest group has. */
extern const struct sampler_type sampler_each;

/* Fails where the data lack what makes its groups, or make them needless: with `is_by_environment` each
 * environment's part of a step is drawn by itself. */
int sampler_check(const struct sampler *s, const struct objective_data *data, bool is_by_environment,
                  struct error *err);

/* Where examples are: list[n] of a pool with labels and, where the data name some, environments. */
struct sampler_list {
    const uint32_t *examples;
    int n;
    const uint16_t *labels, *environments;
    const struct objective_data *data;
};

/* The list by what makes the sampler's groups; of one that draws. In `arena`. */
struct sampler_groups sampler_group(const struct sampler *s, const struct sampler_list *list, struct arena *arena);

int sampler_smallest(const struct sampler_groups *groups);

#endif
