/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accuracy by group of examples (environments). Weights of classes do not count here: a group is judged by
 * its own examples.
 */
#include "learn/metric/metric.h"

/* The accuracy of each group; NaN: it has no example. */
static const double *accuracies(const struct metric_examples *e, struct arena *arena)
{
    size_t n = (size_t)e->n_groups;
    double *shares = arena_alloc(arena, n * sizeof *shares);
    int *n_of = arena_alloc(arena, n * sizeof *n_of), *n_right = arena_alloc(arena, n * sizeof *n_right);

    for (int i = 0; i < e->n; i++) {
        n_of[e->groups[i]]++;
        n_right[e->groups[i]] += e->predicted[i] == e->labels[i];
    }
    for (int g = 0; g < e->n_groups; g++)
        shares[g] = n_of[g] ? (double)n_right[g] / n_of[g] : NAN;
    return shares;
}

static void group_mean_accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    const double *shares = accuracies(e, arena);
    double sum = 0;
    int n = 0;

    for (int g = 0; g < e->n_groups; g++) {
        if (isnan(shares[g]))
            continue;
        sum += shares[g];
        n++;
    }
    *ret_values = sum / n;
}

const struct metric_type metric_group_mean_accuracy = {
    .name = "group_mean_accuracy",
    .title = "group-mean accuracy",
    .doc = "mean of the groups' accuracies, over the groups that occur",
    .needs = METRIC_CLASSES | METRIC_GROUPS,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = group_mean_accuracy,
};

static void worst_group_accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    const double *shares = accuracies(e, arena);
    double worst = NAN;

    for (int g = 0; g < e->n_groups; g++)
        worst = fmin(worst, shares[g]); /* passes NaN over */
    *ret_values = worst;
}

const struct metric_type metric_worst_group_accuracy = {
    .name = "worst_group_accuracy",
    .title = "worst-group accuracy",
    .doc = "the lowest of the groups' accuracies",
    .source = "Sagawa et al. 2020 (group DRO)",
    .needs = METRIC_CLASSES | METRIC_GROUPS,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = worst_group_accuracy,
};
