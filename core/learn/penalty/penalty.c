/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/penalty/penalty.h"

extern const struct penalty_type penalty_coral;
extern const struct penalty_type penalty_frr;
extern const struct penalty_type penalty_ib;
extern const struct penalty_type penalty_irm;
extern const struct penalty_type penalty_mmd;
extern const struct penalty_type penalty_sd;

/* To add a penalty, add its line here. */
static const struct penalty_type *const types[] = {
    &penalty_coral,
    &penalty_frr,
    &penalty_ib,
    &penalty_irm,
    &penalty_mmd,
    &penalty_sd,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind penalty_kind = {
    .name = "penalty",
    .doc = "what is added that looks at scores and features by environment",
    .at = at,
};

int penalty_environment(const struct penalty_batch *batch, int e, int *ret_n)
{
    int first = 0, end;

    while (first < batch->n && batch->environments[first] < e)
        first++;
    end = first;
    while (end < batch->n && batch->environments[end] == e)
        end++;
    *ret_n = end - first;
    return first;
}
