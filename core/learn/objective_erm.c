/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective.h"

static void weigh(const void *config, const double *losses, int n, double *ret_weights)
{
    (void)config, (void)losses;
    for (int i = 0; i < n; i++)
        ret_weights[i] = 1;
}

const struct objective_type objective_erm = {
    .component = {.name = "erm", .doc = "empirical risk: the mean loss; every weight is 1"},
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
};
