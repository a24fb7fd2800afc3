/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/detectable.h"

#include "stats/power.h"

#include <math.h>
#include <string.h>

static const double LEVEL = 0.05;

/* Runs lie by method, condition and point, then seed. */
static int count_conditions(const struct plan *plan)
{
    int n = 0;

    for (int i = 0; i < plan->n_runs; i++) {
        bool is_new = true;

        for (int k = 0; k < i && is_new; k++)
            is_new = strcmp(plan->runs[k].condition, plan->runs[i].condition) != 0;
        n += is_new;
        while (i + 1 < plan->n_runs &&
               strcmp(plan->runs[i].condition, plan->runs[i + 1].condition) == 0)
            i++;
    }
    return n;
}

/* Configurations of a method under each condition. */
static int count_points(const struct plan *plan, const char *method, int n_conditions)
{
    int n = 0;

    for (int i = 0; i < plan->n_runs; i++)
        n += strcmp(plan->runs[i].method, method) == 0;
    return n / (n_conditions * plan->experiment->n_seeds);
}

static void describe_budgets(const struct plan *plan, int n_conditions, struct text *t)
{
    const struct experiment *e = plan->experiment;
    int first = count_points(plan, e->methods[0].label, n_conditions);
    bool is_unequal = false;

    for (int i = 1; i < e->n_methods; i++)
        is_unequal |= count_points(plan, e->methods[i].label, n_conditions) != first;
    if (!is_unequal)
        return;
    text_printf(t, "tuning budgets differ, which favours the larger; configurations:");
    for (int i = 0; i < e->n_methods; i++)
        text_printf(t, "%s %s %d", i ? "," : "", e->methods[i].label,
                    count_points(plan, e->methods[i].label, n_conditions));
    text_printf(t, "\n");
}

/* How many learning rates a method tries; 0 where they are drawn, or nobody says. */
static int count_rates(const struct experiment *e, const struct experiment_method *m)
{
    const struct axis *axis = grid_find(&m->grid, "train.lr");

    if (!axis)
        axis = grid_find(&e->grid, "train.lr");
    return axis && axis->values[0].kind != VALUE_LAW ? axis->n_values : 0;
}

/* Of a single one there is no grid. */
static void describe_rates(const struct experiment *e, struct text *t)
{
    int n = 0;

    for (int i = 0; i < e->n_methods; i++)
        if (count_rates(e, &e->methods[i]) == 2)
            text_printf(t, "%s %s",
                        n++ ? "," : "two learning rates, so that an answer at the edge is certain; "
                                    "three or more can answer:",
                        e->methods[i].label);
    if (n)
        text_printf(t, "\n");
}

void detectable_describe(const struct plan *plan, struct text *t)
{
    const struct experiment *e = plan->experiment;
    int n_conditions = count_conditions(plan), n_tests = (e->n_methods - 1) * n_conditions;
    int n = e->n_seeds, needed = power_least_pairs(n_tests ? LEVEL / n_tests : LEVEL);

    text_printf(t, "%s: %d runs (%d methods, %d condition%s, %d seed%s)\n", e->title, plan->n_runs,
                e->n_methods, n_conditions, n_conditions == 1 ? "" : "s", n, n == 1 ? "" : "s");
    if (plan->measure && *plan->measure)
        text_printf(t, "judged by %s\n", plan->measure);
    if (plan->select && *plan->select)
        text_printf(t, "selected by %s\n", plan->select);
    if (n_tests == 0) {
        text_printf(t, "one method alone is compared with none: no p-values\n");
    } else if (n < 2) {
        text_printf(t, "one seed allows no test at all; use seeds=%d or more\n", needed);
    } else {
        text_printf(t, "with %d seeds the signed-rank test can reach p = %.4g; 80%% power at 5%% for "
                       "a difference of %.2f standard deviations (paired t)\n",
                    n, power_least_p(n), power_detectable(n, LEVEL));
        if (n_tests > 1)
            text_printf(t, "corrected for %d comparisons: p = %.4g; %.2f standard deviations\n",
                        n_tests, fmin(1, n_tests * power_least_p(n)),
                        power_detectable(n, LEVEL / n_tests));
        if (n < needed)
            text_printf(t, "too few seeds for the signed-rank test to reach 0.05: use seeds=%d or "
                           "more\n", needed);
    }
    describe_budgets(plan, n_conditions, t);
    describe_rates(e, t);
    if (plan->warnings && *plan->warnings)
        text_printf(t, "WARNING: %s\n", plan->warnings);
}
